"""Which rules could a document concern? Found from what it has, not by asking every rule.

Every rule is filed under *anchors*: keys of which the document must have at least one for the rule to hold
(a region, an event type, a keyword, a label). Of several conditions that must all hold, the one expected to
be rarest is used. Rules without any anchor are always asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

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
    """Rules by anchor. Rules are known by their position.

    Rules that need both a region and a keyword (most do) are filed under both, and asked only where both are
    present: the intersection is much smaller than either.
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._always: list[int] = []
        self._filed: _Filed = {}
        self._by_region: _Filed = {}
        self._by_keyword: _Filed = {}
        for position, node in enumerate(nodes):
            pair = _both(node)
            if pair is not None:
                _file(self._by_region, pair[0], position)
                _file(self._by_keyword, pair[1], position)
                continue
            keys = anchors(node)
            if keys is None:
                self._always.append(position)
            else:
                _file(self._filed, keys, position)

    def candidates(self, facts: Facts) -> list[int]:
        """Positions of the rules that might hold, in order, each once."""
        found = set(self._always)
        found |= _members(self._filed, facts)
        if self._by_region and (here := _members(self._by_region, facts)):
            found |= here & _members(self._by_keyword, facts)
        return sorted(found)


_Filed = dict[str, dict[object, list[int]]]


def _both(node: Node) -> tuple[frozenset[Anchor], frozenset[Anchor]] | None:
    """The region anchors and the keyword anchors of a rule that demands both."""
    if not isinstance(node, AllOf):
        return None
    regions = next((anchors(child) for child in node.children if isinstance(child, InRegions)), None)
    keywords = next((anchors(child) for child in node.children if isinstance(child, HasKeywords)), None)
    return None if regions is None or keywords is None else (regions, keywords)


def _file(filed: _Filed, keys: frozenset[Anchor], position: int) -> None:
    for kind, value in keys:
        filed.setdefault(kind, {}).setdefault(value, []).append(position)


def _members(filed: _Filed, facts: Facts) -> set[int]:
    found: set[int] = set()
    for kind, by_value in filed.items():
        for key in by_value.keys() & _present(kind, facts):
            found.update(by_value[key])
    return found


def _present(kind: str, facts: Facts) -> AbstractSet[object]:
    if kind == "region":
        return facts.regions
    if kind == "keyword":
        return facts.scan.terms
    if kind == "type":
        return facts.types
    return labels(kind, facts)
