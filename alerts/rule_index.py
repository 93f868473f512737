"""Which rules could hold for what? Found from what a document has, not by asking every rule.

Every rule is filed, for each kind of thing (regions, event types, keywords, labels), under the keys of which
it needs at least one. Sets of rules are bitmaps (bit n: rule n), so that "in one of its regions *and* with
one of its keywords *and* of one of its types" is three operations on whole numbers for all rules at once. It
is asked twice: for the document as a whole, where most rules end, and for each event or sentence; what then
remains is held against the conditions themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from alerts.conditions import AllOf, AnyOf, HasKeywords, InRegions, Node
from alerts.event_conditions import DocumentIs, EventIs, labels
from alerts.facts import Facts, Unit
from alerts.keyword_index import KeywordIndex
from alerts.keyword_scan import Head, Scan
from alerts.rule_compiler import CompiledRule

LABELS = ("languages", "publishers", "feeds", "tags")
_REMEMBERED_BYTES = 48 << 20  # of bitmaps made for keywords that were met

Positions = list[int]


def needed(node: Node, kind: str) -> frozenset[object] | None:
    """Keys of a kind of which one must be there for ``node`` to hold; None where it needs none of them."""
    if isinstance(node, AllOf):
        found = [keys for child in node.children if (keys := needed(child, kind)) is not None]
        return min(found, key=len) if found else None
    if isinstance(node, AnyOf):
        branches = [needed(child, kind) for child in node.children]
        if any(keys is None for keys in branches):
            return None
        return frozenset(key for keys in branches if keys is not None for key in keys)
    return _own(node, kind)


def needs_event(node: Node) -> bool:
    """Whether it can hold only where there is an event."""
    if isinstance(node, AllOf):
        return any(map(needs_event, node.children))
    if isinstance(node, AnyOf):
        return all(map(needs_event, node.children))
    return isinstance(node, EventIs) and node.asks_about_event


def _own(node: Node, kind: str) -> frozenset[object] | None:
    if kind == "regions" and isinstance(node, InRegions):
        return frozenset(node.regions)
    if kind == "keywords" and isinstance(node, HasKeywords):
        return frozenset(node.numbers)
    if kind == "types" and isinstance(node, EventIs):
        return frozenset(node.types) or None
    if isinstance(node, DocumentIs) and node.name == kind:
        return frozenset(node.values)
    return None


class RuleIndex:
    """Rules by what they need. Rules are known by their position."""

    def __init__(self, rules: Sequence[CompiledRule], keywords: KeywordIndex) -> None:
        everything = range(len(rules))
        self._regions = _Filed(rules, "regions")
        self._types = _Filed(rules, "types")
        self._keywords = _Filed(rules, "keywords")
        self._labels = {kind: filed for kind in LABELS if (filed := _Filed(rules, kind))}
        self._spoken = _Spoken(rules, keywords, self._regions.free)
        self._scope = {
            scope: _bits(at for at in everything if rules[at].rule.scope == scope)
            for scope in ("event", "sentence", "document")
        }
        self._without_event = _bits(at for at in everything if not needs_event(rules[at].node))

    def candidates(self, facts: Facts) -> Iterator[tuple[Unit, Positions]]:
        """Units in the order of the text, events first, with the rules that may hold for each, in order."""
        likely = self._likely(facts)
        if by_event := likely & self._scope["event"]:
            yield from self._events(facts, by_event)
            if bare := by_event & self._without_event:
                yield from self._bare(facts, bare)
        if by_sentence := likely & self._scope["sentence"]:
            for number, unit in enumerate(facts.by_sentence):
                yield unit, self._of_unit(unit, by_sentence, self._spoken.of_sentence(facts.scan, number))
        if by_document := likely & self._scope["document"]:
            unit = facts.whole
            yield unit, self._of_unit(unit, by_document, self._spoken.of_terms(unit.terms))

    def _likely(self, facts: Facts) -> int:
        """The rules that the document as a whole lets through, keywords not looked at yet."""
        found = self._regions.allow(facts.regions) & self._types.allow(facts.types)
        for kind, filed in self._labels.items():
            found &= filed.allow(labels(kind, facts))
        return found

    def _events(self, facts: Facts, likely: int) -> Iterator[tuple[Unit, Positions]]:
        silent = not likely & self._keywords.free  # without a keyword nothing can hold
        for number, event in enumerate(facts.doc.events):
            if silent and not any(map(facts.scan.speaks_in, facts.sentences_of_events[number])):
                continue
            found = likely & self._regions.allow(facts.regions_of_event(number))
            found &= self._types.allow((event.type,))
            if not found:
                continue
            spoken = self._keywords.free
            for sentence in facts.sentences_of_events[number]:
                spoken |= self._spoken.of_sentence(facts.scan, sentence)
            if found := found & spoken:
                yield facts.event(number), _positions(found)

    def _bare(self, facts: Facts, likely: int) -> Iterator[tuple[Unit, Positions]]:
        """Sentences without an event: a keyword must speak for the rule there."""
        anywhere = likely & self._regions.free
        for number in filter(facts.scan.speaks_in, facts.bare):
            if regions := facts.regions_of_sentence(number):
                found = likely & self._regions.allow(regions)
                found = found and found & self._spoken.of_sentence(facts.scan, number)
            else:
                found = anywhere and anywhere & self._spoken.of_placeless(facts.scan, number)
            if found:
                yield facts.sentence(number), _positions(found)

    def _of_unit(self, unit: Unit, likely: int, said: int) -> Positions:
        found = likely & (self._keywords.free | said) & self._regions.allow(unit.regions)
        return _positions(found & self._types.allow({event.type for event in unit.events}))


class _Filed:
    """Rules under the keys of one kind."""

    def __init__(self, rules: Sequence[CompiledRule], kind: str) -> None:
        by_key: dict[object, Positions] = {}
        free = []
        for at, rule in enumerate(rules):
            keys = needed(rule.node, kind)
            if keys is None:
                free.append(at)
            for key in keys or ():
                by_key.setdefault(key, []).append(at)
        self.free = _bits(free)  # rules that need none of these keys
        self._by_key = {key: _bits(positions) for key, positions in by_key.items()}

    def __bool__(self) -> bool:
        return bool(self._by_key)

    def allow(self, keys: Iterable[object]) -> int:
        """Rules that need none of these keys or have one of them."""
        found = self.free
        for key in keys:
            if key in self._by_key:
                found |= self._by_key[key]
        return found


class _Spoken:
    """Rules by the keywords that speak for them. Bitmaps are made when a keyword is met: most never are."""

    def __init__(self, rules: Sequence[CompiledRule], keywords: KeywordIndex, anywhere: int) -> None:
        self._terms_of_phrase = keywords.terms_of_phrase
        self._anywhere = anywhere  # rules that need no region
        self._by_term: dict[int, Positions] = {}
        for at, rule in enumerate(rules):
            for term in rule.keywords:
                self._by_term.setdefault(term, []).append(at)
        self._marked: list[Head] = []
        self._most = _REMEMBERED_BYTES // (len(rules) // 8 + 40)

    def of_sentence(self, scan: Scan, sentence: int) -> int:
        """Rules that a keyword in a sentence speaks for."""
        found = 0
        for head in scan.heads_in(sentence):
            rules = head.rules
            found |= self._mark(head) if rules is None else rules
        return found | self._of_rest(scan, sentence)

    def of_placeless(self, scan: Scan, sentence: int) -> int:
        """The same where no region can be met: of the rules that need none. Few, so quick."""
        found = 0
        for head in scan.heads_in(sentence):
            if head.rules is None:
                self._mark(head)
            found |= head.rules_anywhere
        return found | self._of_rest(scan, sentence)

    def of_terms(self, terms: Iterable[int]) -> int:
        """Rules that one of the keywords speaks for."""
        return _bits(at for term in terms for at in self._by_term.get(term, ()))

    def _of_rest(self, scan: Scan, sentence: int) -> int:
        longer = scan.long_in(sentence)
        found = self._of_phrases(longer) if longer else 0
        return found | self.of_terms(scan.others_in(sentence)) if scan.has_others else found

    def _of_phrases(self, phrases: Iterable[int]) -> int:
        return self.of_terms(term for phrase in phrases for term in self._terms_of_phrase[phrase])

    def _mark(self, head: Head) -> int:
        if len(self._marked) >= self._most:
            for marked in self._marked:
                marked.rules = None
            self._marked.clear()
        self._marked.append(head)
        rules = head.rules = self._of_phrases(head.phrases)
        head.rules_anywhere = rules & self._anywhere
        return rules


def _bits(positions: Iterable[int]) -> int:
    held = bytearray()
    for at in positions:
        if at >> 3 >= len(held):
            held.extend(bytes((at >> 3) - len(held) + 1))
        held[at >> 3] |= 1 << (at & 7)
    return int.from_bytes(held, "little")


def _positions(bits: int) -> Positions:
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found
