"""Rules: compiled once, held against every enriched document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from alerts.conditions import HasKeywords, InRegions, Leaf
from alerts.event_conditions import EventIs
from alerts.facts import Facts, Unit
from alerts.matches import Match, RuleOutcome, UnitOutcome
from alerts.regions import Regions, compile_regions
from alerts.rule_compiler import CompiledRule, RuleCompiler
from alerts.rule_index import RuleIndex
from config.errors import ConfigError, RuleError
from config.models.root import Config
from processors.messages import EnrichedDocument, Event, Place
from processors.taxonomy import display_name


def compile_rules(config: Config) -> RuleSet:
    """The rules of a configuration. Raises ConfigError with everything that cannot be compiled."""
    try:
        regions = compile_regions(config)
    except RuleError as error:
        raise ConfigError([str(error)]) from error
    compiler = RuleCompiler(regions, config.snippets)
    try:
        problems = compiler.register(config.rules)
    except RuleError as error:
        raise ConfigError([str(error)]) from error
    compiled: list[CompiledRule] = []
    for rule in config.rules if not problems else ():
        try:
            compiled.append(compiler.compile(rule))
        except RuleError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError(problems)
    return RuleSet(compiled, regions, compiler)


class RuleSet:
    """All rules of a configuration, compiled."""

    def __init__(self, rules: Iterable[CompiledRule], regions: Regions, compiler: RuleCompiler) -> None:
        self.rules = tuple(rules)
        self.regions = regions
        self.by_id = {rule.id: rule for rule in self.rules}
        self._keywords = compiler.index()
        self._active = tuple(rule for rule in self.rules if rule.rule.enabled)
        self._index = RuleIndex(self._active, self._keywords)

    def evaluate(self, doc: EnrichedDocument, now: datetime) -> tuple[Match, ...]:
        """Every rule that holds, once for each event (or sentence) that it holds for."""
        facts = Facts(doc, self.regions, self._keywords)
        hits: dict[int, list[Unit]] = {}
        for unit, positions in self._index.candidates(facts):
            for position in positions:
                if self._active[position].node.holds(unit, facts):
                    hits.setdefault(position, []).append(unit)
        return tuple(
            match
            for position in sorted(hits)
            for match in self._matches(self._active[position], hits[position], facts, now)
        )

    def explain(self, doc: EnrichedDocument, now: datetime | None = None) -> tuple[RuleOutcome, ...]:
        """Rule by rule, condition by condition, what held and what failed on what."""
        facts = Facts(doc, self.regions, self._keywords)
        return tuple(self._explain(rule, facts, now) for rule in self.rules)

    def _matches(self, rule: CompiledRule, hits: list[Unit], facts: Facts, now: datetime) -> Iterator[Match]:
        if rule.rule.scope == "event" and any(not unit.events for unit in hits):
            with_event = [unit for unit in hits if unit.events]
            hits = with_event or [next((unit for unit in hits if unit.places), hits[0])]
        stale = _is_stale(rule, facts.doc, now)
        for unit in hits:
            yield _match(rule, unit, facts, stale=stale)

    def _explain(self, rule: CompiledRule, facts: Facts, now: datetime | None) -> RuleOutcome:
        outcomes = [
            UnitOutcome(_describe(unit, facts), rule.node.outcome(unit, facts), _event_number(unit, facts))
            for unit in _units(rule, facts)
        ]
        outcomes.sort(key=lambda unit: (not unit.outcome.ok, len(unit.outcome.failures())))
        matched = rule.rule.enabled and any(unit.outcome.ok for unit in outcomes)
        note = "" if rule.rule.enabled else "the rule is disabled"
        if now is not None and _is_stale(rule, facts.doc, now):
            note = f"the article is older than {rule.backfill_age.days} days: it would not notify"
        return RuleOutcome(rule.id, rule.rule.name, matched, tuple(outcomes), note)


def _units(rule: CompiledRule, facts: Facts) -> Iterator[Unit]:
    scope = rule.rule.scope
    if scope == "document":
        yield facts.whole
    elif scope == "sentence":
        yield from facts.by_sentence
    else:
        yield from facts.events
        for unit in map(facts.sentence, facts.bare):
            near = rule.regions is None or not rule.regions.isdisjoint(unit.regions)
            if near and not rule.keywords.isdisjoint(unit.terms):
                yield unit


def _match(rule: CompiledRule, unit: Unit, facts: Facts, *, stale: bool) -> Match:
    leaves = rule.node.leaves(unit, facts)
    wanted = frozenset().union(*(leaf.regions for leaf in leaves if isinstance(leaf, InRegions)))
    inside = [place for place in unit.places if facts.regions_of(place) & wanted] if wanted else []
    places = unit.places
    if len(inside) < len(places):
        places = (*inside, *(place for place in places if place not in inside))
    event = _event(unit, leaves, facts)
    spans = [span for leaf in leaves if isinstance(leaf, HasKeywords) for span in leaf.spans(unit, facts)]
    if event is not None:
        spans.append((event.trigger.start, event.trigger.end))
    spans += [(place.start, place.end) for place in inside or unit.places[:1]]
    sentence, highlights = _evidence(facts, spans, unit)
    reasons = [reason for leaf in leaves for reason in leaf.reasons(unit, facts)]
    return Match(
        rule=rule.id,
        document=facts.doc,
        event=event,
        places=places,
        regions=tuple(sorted(wanted & frozenset().union(*map(facts.regions_of, inside)))),
        reasons=tuple(dict.fromkeys(reasons)),
        sentence=sentence,
        highlights=highlights,
        status=event.status if event else facts.status(unit),
        stale=stale,
    )


def _event(unit: Unit, leaves: Sequence[Leaf], facts: Facts) -> Event | None:
    asked = [leaf for leaf in leaves if isinstance(leaf, EventIs)]
    for event in unit.events:
        if all(leaf.accepts(event, facts) for leaf in asked):
            return event
    return unit.events[0] if unit.events else None


def _evidence(
    facts: Facts, spans: list[tuple[int, int]], unit: Unit
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The sentence with most of what matched (the first of equals), and where in it."""
    text = facts.doc.text
    ranges = {facts.sentence_at(start) for start, _ in spans} or {_first_range(unit, facts)}
    start, end = min(ranges)
    if len(ranges) > 1:
        start, end = max(sorted(ranges), key=lambda r: sum(r[0] <= s and e <= r[1] for s, e in set(spans)))
    inside = sorted({(s - start, e - start) for s, e in spans if start <= s and e <= end})
    merged: list[tuple[int, int]] = []
    for first, last in inside:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return text[start:end], tuple(merged)


def _first_range(unit: Unit, facts: Facts) -> tuple[int, int]:
    return facts.sentences[unit.sentences[0]] if unit.sentences else (0, len(facts.doc.text))


def _is_stale(rule: CompiledRule, doc: EnrichedDocument, now: datetime) -> bool:
    told = doc.effective or doc.published
    return told is not None and now - told > rule.backfill_age


def _describe(unit: Unit, facts: Facts) -> str:
    start, end = _first_range(unit, facts)
    words = " ".join(facts.doc.text[start:end].split())
    shown = words if len(words) <= 120 else f"{words[:119]}…"
    if not unit.events:
        return f'no event: "{shown}"'
    if len(unit.events) > 1:
        return f'{len(unit.events)} events: "{shown}"'
    event = unit.events[0]
    at = f" at {_place_name(unit.places[0])}" if unit.places else ""
    return f'{display_name(event.type)}, {event.status}{at}: "{shown}"'


def _place_name(place: Place) -> str:
    return place.name if place.admin1 is None else f"{place.name} ({place.admin1})"


def _event_number(unit: Unit, facts: Facts) -> int | None:
    if len(unit.events) != 1:
        return None
    return facts.doc.events.index(unit.events[0])
