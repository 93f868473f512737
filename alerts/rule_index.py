"""Which rules could a document concern? Found from what it has, not by asking every rule.

Every rule is filed under *anchors*: keys of which the document must have at least one for the rule to hold
(a region, an event type, a keyword, a label). Of several conditions that must all hold, the one expected to
be rarest is used. Rules without any anchor are always asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from alerts.conditions import AllOf, AnyOf, HasKeywords, InRegions, Node
from alerts.event_conditions import DocumentIs, EventIs, labels
from alerts.facts import Facts

Anchor = tuple[str, object]

# Expected share of documents that have such a key; only their order matters.
_SHARE = {
    "region": 0.01,
    "keyword": 0.003,
    "type": 0.08,
    "publishers": 0.005,
    "feeds": 0.005,
    "tags": 0.05,
    "languages": 0.3,
}


def anchors(node: Node) -> frozenset[Anchor] | None:
    """Keys of which one must be present for ``node`` to hold; None where there are no such keys."""
    if isinstance(node, InRegions):
        return frozenset(("region", region) for region in node.regions)
    if isinstance(node, HasKeywords):
        return frozenset(("keyword", number) for number in node.numbers)
    if isinstance(node, EventIs):
        return frozenset(("type", kind) for kind in node.types) or None
    if isinstance(node, DocumentIs):
        return frozenset((node.name, value) for value in node.values)
    if isinstance(node, AllOf):
        found = [keys for child in node.children if (keys := anchors(child)) is not None]
        return min(found, key=_expected) if found else None
    if isinstance(node, AnyOf):
        branches = [anchors(child) for child in node.children]
        if any(keys is None for keys in branches):
            return None
        return frozenset(key for keys in branches if keys is not None for key in keys)
    return None


def _expected(keys: frozenset[Anchor]) -> float:
    return sum(_SHARE[kind] for kind, _ in keys)


class RuleIndex:
    """Rules by anchor. Rules are known by their position."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._always: list[int] = []
        self._filed: dict[str, dict[object, list[int]]] = {}
        for position, node in enumerate(nodes):
            keys = anchors(node)
            if keys is None:
                self._always.append(position)
                continue
            for kind, value in keys:
                self._filed.setdefault(kind, {}).setdefault(value, []).append(position)

    def candidates(self, facts: Facts) -> list[int]:
        """Positions of the rules that might hold, in order, each once."""
        found = set(self._always)
        for kind, filed in self._filed.items():
            present = _present(kind, facts)
            keys = present if len(present) < len(filed) else filed.keys() & present
            for key in keys:
                members = filed.get(key)
                if members is not None:
                    found.update(members)
        return sorted(found)


def _present(kind: str, facts: Facts) -> frozenset[object]:
    if kind == "region":
        return frozenset(facts.regions)
    if kind == "keyword":
        return frozenset(facts.scan.terms)
    if kind == "type":
        return frozenset(facts.types)
    return frozenset(labels(kind, facts))
