"""From a rule as written to a tree of nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from alerts.conditions import AllOf, AnyOf, HasKeywords, InRegions, Node, Not
from alerts.event_conditions import DocumentIs, EventIs, plain
from alerts.inflection import fold
from alerts.keyword_index import KeywordIndex
from alerts.keywords import Term, parse
from alerts.regions import Regions
from config.errors import RuleError
from config.models.rules import Condition, Keyword, Rule
from processors import taxonomy

CURRENT = frozenset({"current"})
NOT_NEWS = timedelta(
    days=30
)  # a "current" event that ended longer before its article is a slip of the reader
STALE = timedelta(days=2)  # default of ``backfill_age``


def regions_of(node: Node) -> frozenset[str] | None:
    """The regions of which every match needs one; None where the tree does not say so at its top."""
    top = node.children if isinstance(node, AllOf) else (node,)
    return next((child.regions for child in top if isinstance(child, InRegions)), None)


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready for documents."""

    rule: Rule
    node: Node
    keywords: frozenset[int]  # terms that speak for the rule (none of its ``not``)
    statuses: frozenset[str]  # what the whole rule asks; empty: any
    regions: frozenset[str] | None  # a match lies in one of them: the quick no

    @property
    def id(self) -> str:
        """The rule's id."""
        return self.rule.id

    @property
    def backfill_age(self) -> timedelta:
        """Articles older than this on arrival never notify."""
        return STALE if self.rule.backfill_age is None else self.rule.backfill_age


class TermTable:
    """All keywords of all rules, each parsed once."""

    def __init__(self) -> None:
        self.terms: list[Term] = []
        self._numbers: dict[Keyword, int] = {}

    def number(self, keyword: Keyword) -> int:
        """The keyword's number. Raises RuleError where it cannot be read."""
        known = self._numbers.get(keyword)
        if known is None:
            self.terms.append(parse(keyword))
            known = self._numbers[keyword] = len(self.terms) - 1
        return known


class RuleCompiler:
    """Compiles the rules of one configuration; the keyword table is shared by all."""

    def __init__(self, regions: Regions, snippets: Mapping[str, Condition]) -> None:
        self._regions = regions
        self._snippets = snippets
        self.table = TermTable()
        self._terms: tuple[Term, ...] = ()
        self._shared: dict[tuple[EventIs, tuple[str, ...]], EventIs] = {}  # equal conditions are one

    def index(self) -> KeywordIndex:
        """The index over every keyword seen so far."""
        return KeywordIndex(self.table.terms)

    def register(self, rules: tuple[Rule, ...]) -> list[str]:
        """Parse every keyword of every rule; returns what is wrong, one line each."""
        problems = []
        for rule in rules:
            for condition in self._walk(rule.when, ()):
                for keyword in condition.keywords:
                    try:
                        self.table.number(keyword)
                    except RuleError as error:
                        problems.append(f"rule {rule.id}: {error}")
        self._terms = tuple(self.table.terms)
        return problems

    def compile(self, rule: Rule) -> CompiledRule:
        """One rule. Raises RuleError."""
        try:
            conditions = list(self._walk(rule.when, ()))
            says_status = any(condition.status for condition in conditions)
            says_age = any(condition.max_age for condition in conditions)
            statuses = frozenset() if says_status else CURRENT
            age = NOT_NEWS if statuses and not says_age else None
            node = self._condition(rule.when, statuses, age, top=True)
            spoken = frozenset(self._positive(rule.when))
        except RuleError as error:
            raise RuleError(f"rule {rule.id}: {error}") from error
        asked = statuses or frozenset(rule.when.status or ()) - {"any"}
        return CompiledRule(rule, node, spoken, asked, regions_of(node))

    def _walk(self, condition: Condition, path: tuple[str, ...]) -> Iterator[Condition]:
        yield condition
        for child in (*condition.all, *condition.any, *condition.not_):
            yield from self._walk(child, path)
        for name in condition.use:
            yield from self._walk(self._snippet(name, path), (*path, name))

    def _positive(self, condition: Condition) -> Iterator[int]:
        for keyword in condition.keywords:
            yield self.table.number(keyword)
        for child in (*condition.all, *condition.any, *(self._snippets[name] for name in condition.use)):
            yield from self._positive(child)

    def _snippet(self, name: str, path: tuple[str, ...]) -> Condition:
        if name in path:
            raise RuleError(
                f"snippet {name} uses itself through {' > '.join([*path, name])}; break the circle"
            )
        if name not in self._snippets:
            known = ", ".join(sorted(self._snippets)) or "none"
            raise RuleError(f"there is no snippet {name!r} to use (known: {known})")
        return self._snippets[name]

    def _condition(
        self, condition: Condition, statuses: frozenset[str], age: timedelta | None, *, top: bool = False
    ) -> Node:
        if condition.status is not None:
            statuses = frozenset(condition.status)
            statuses = frozenset() if "any" in statuses else statuses
        nodes = [*self._leaves(condition), *self._event(condition, statuses, age, top=top)]
        nodes += [self._condition(child, statuses, age) for child in condition.all]
        nodes += [self._condition(self._snippets[name], statuses, age) for name in condition.use]
        if condition.any:
            nodes.append(AnyOf(tuple(self._condition(child, statuses, age) for child in condition.any)))
        nodes += [Not(self._condition(child, statuses, age)) for child in condition.not_]
        return nodes[0] if len(nodes) == 1 else AllOf(tuple(nodes))

    def _leaves(self, condition: Condition) -> Iterator[Node]:
        if condition.regions:
            unknown = [name for name in condition.regions if name not in self._regions.by_id]
            if unknown:
                raise RuleError(f"there is no region {unknown[0]!r}; define it in regions.yaml")
            yield InRegions(frozenset(condition.regions))
        for name in ("languages", "publishers", "feeds", "tags"):
            values = getattr(condition, name)
            if values:
                folded = [fold(value) for value in values]
                if name == "languages":
                    folded = [value[:2] for value in folded]
                yield DocumentIs(name, frozenset(folded))
        if condition.keywords:
            numbers = frozenset(self.table.number(keyword) for keyword in condition.keywords)
            yield HasKeywords(numbers, self._terms)

    def _event(
        self, condition: Condition, statuses: frozenset[str], age: timedelta | None, *, top: bool
    ) -> Iterator[Node]:
        asks = (
            bool(condition.events or condition.actors or condition.targets or condition.status is not None)
            or condition.min_killed is not None
            or condition.min_injured is not None
            or condition.min_casualties is not None
            or condition.min_confidence is not None
            or condition.max_age is not None
        )
        if not asks and not (top and statuses):
            return
        node = EventIs(
            types=_types(condition.events),
            statuses=statuses,
            actors=tuple(plain(name) for name in condition.actors),
            targets=tuple(plain(name) for name in condition.targets),
            min_killed=condition.min_killed,
            min_injured=condition.min_injured,
            min_casualties=condition.min_casualties,
            min_confidence=condition.min_confidence,
            max_age=condition.max_age if condition.max_age is not None else age,
            written=condition.events,
        )
        yield self._shared.setdefault((node, node.written), node)


def _types(names: tuple[str, ...]) -> frozenset[str]:
    for name in names:
        if not taxonomy.is_known(name):
            near = taxonomy.suggest(name)
            hint = f" (did you mean {near!r}?)" if near else ""
            raise RuleError(f"there is no event type {name!r}{hint}; see docs/events.md")
    return taxonomy.expand(names)
