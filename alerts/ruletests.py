"""Tests that stand beside the rules: run them as ``promtool test rules`` runs its own.

Each test reads its documents at its own time, through the real enrichment, all rules and a fresh memory. What
the rule under test would send is held against ``expect``; an empty expectation means that it must not fire.
Where channels are expected, routing, silences, inhibition and intervals are asked at that time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time

import msgspec

from alerts.ids import digest
from alerts.messages import Alert
from alerts.raising import Raiser
from alerts.routing import Router
from alerts.rules import RuleSet, compile_rules
from alerts.stores import MemoryStore
from config.models.root import Config
from config.models.rules import Expectation, Rule, RuleTest, RuleTestDocument
from ingest.messages import Document, Extraction
from processors.messages import EnrichedDocument

Enrich = Callable[[Document], EnrichedDocument]


@dataclass(frozen=True, slots=True)
class RuleTestResult:
    """How one test came out."""

    rule: str
    name: str  # as given, else "test 1"
    at: datetime
    failures: tuple[str, ...]  # one line each; empty: passed
    alerts: tuple[Alert, ...]  # what the rule would have sent, last revisions

    @property
    def passed(self) -> bool:
        """True where nothing failed."""
        return not self.failures


def run(config: Config, enrich: Enrich, only: frozenset[str] | None = None) -> list[RuleTestResult]:
    """Every test of every rule (or of those in ``only``), in order. Raises ConfigError for bad rules."""
    rules = compile_rules(config)
    router = Router(config)
    bench = _Bench(rules, router, enrich)
    return [
        _run(bench, rule, test, f"test {number}")
        for rule in config.rules
        if only is None or rule.id in only
        for number, test in enumerate(rule.tests, 1)
    ]


@dataclass(frozen=True, slots=True)
class _Bench:
    """What all tests use."""

    rules: RuleSet
    router: Router
    enrich: Enrich


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a test's documents led to."""

    mine: tuple[Alert, ...]  # of the rule under test
    everything: tuple[Alert, ...]
    now: datetime
    why_not: tuple[str, ...]


def _run(bench: _Bench, rule: Rule, test: RuleTest, name: str) -> RuleTestResult:
    rules = bench.rules
    at = test.at if test.at.tzinfo else test.at.replace(tzinfo=UTC)
    raiser = Raiser(rules, MemoryStore(), learn=False)
    sent: dict[str, Alert] = {}
    why_not: list[str] = []
    now = at
    raiser.passed(now)  # silence rules begin to watch
    for came, document in _documents(test, at):
        now = max(now, came)
        doc = bench.enrich(document)
        doc = msgspec.structs.replace(doc, story=doc.story or digest("story", doc.text))
        for item in [*raiser.passed(now), *raiser.document(doc, rules.evaluate(doc, now), now)]:
            if item.send:
                sent[item.alert.id] = item.alert
        why_not += _why_not(rules, rule.id, doc, now)
    now += test.wait
    sent.update({item.alert.id: item.alert for item in raiser.passed(now) if item.send})
    mine = tuple(alert for alert in sent.values() if alert.rule == rule.id)
    outcome = _Outcome(mine, tuple(sent.values()), now, tuple(why_not))
    failures = tuple(_failures(test, outcome, bench.router))
    return RuleTestResult(rule.id, test.name or name, at, failures, mine)


def _documents(test: RuleTest, at: datetime) -> Iterator[tuple[datetime, Document]]:
    """(when it comes, document), in order of coming."""
    given = [*([test.document] if test.document else []), *test.documents]
    coming = sorted(
        ((at + item.delay if item.delay else at, number, item) for number, item in enumerate(given, 1)),
        key=lambda entry: entry[:2],
    )
    for came, number, item in coming:
        yield came, _document(item, number, came)


def _document(item: RuleTestDocument, number: int, came: datetime) -> Document:
    published = _moment(item.published, came)
    text = f"{item.title}\n{item.text}" if item.text else item.title
    return Document(
        id=digest("test", str(number), item.url or "", item.title),
        revision=digest(text),
        url=item.url or f"https://example.org/{number}",
        title=item.title,
        text=text,
        language=item.language,
        published=published,
        fetched=came,
        effective=min(published, came),
        publisher=item.publisher or f"Publisher {number}",
        feed=item.feed,
        source_country=item.source_country,
        tags=item.tags,
        content_hash=digest(text),
        extraction=Extraction(method="given", quality=1.0),
    )


def _moment(published: object, came: datetime) -> datetime:
    if published is None:
        return came
    if isinstance(published, datetime):
        return published if published.tzinfo else published.replace(tzinfo=UTC)
    return datetime.combine(published, time(12), UTC)  # type: ignore[arg-type]


def _failures(test: RuleTest, outcome: _Outcome, router: Router) -> Iterator[str]:
    left = list(outcome.mine)
    for expected in test.expect:
        for _ in range(1 if expected.count is None else expected.count):
            problems = [(_differences(expected, alert, outcome, router), alert) for alert in left]
            fitting = next((alert for found, alert in problems if not found), None)
            if fitting is not None:
                left.remove(fitting)
            elif problems:
                nearest = min(problems, key=lambda pair: len(pair[0]))
                yield f"{nearest[1].headline!r}: {'; '.join(nearest[0])}"
                left.remove(nearest[1])
            else:
                because = f" ({'; '.join(dict.fromkeys(outcome.why_not))})" if outcome.why_not else ""
                yield f"it must fire and did not{because}"
    for alert in left:
        matched = "; ".join(alert.evidence[-1].matched) if alert.evidence else alert.kind
        yield f"it must not fire and did: {alert.headline!r} ({matched})"


def _differences(expected: Expectation, alert: Alert, outcome: _Outcome, router: Router) -> list[str]:
    found = []
    if expected.region is not None and expected.region not in alert.regions:
        found.append(f"regions are {', '.join(alert.regions) or 'none'}, not {expected.region}")
    if expected.event is not None and expected.event != alert.event_type:
        found.append(f"event is {alert.event_type}, not {expected.event}")
    if expected.headline is not None and expected.headline.casefold() not in alert.headline.casefold():
        found.append(f"{expected.headline!r} is not in the headline")
    if expected.reason is not None and expected.reason not in alert.reason:
        found.append(f"reason is {alert.reason!r}, not {expected.reason!r}")
    if expected.channels is not None:
        found += _misrouted(set(expected.channels), alert, outcome, router)
    return found


def _misrouted(wanted: set[str], alert: Alert, outcome: _Outcome, router: Router) -> list[str]:
    others = [other for other in outcome.everything if other.id != alert.id]
    decisions = router.decide(alert, outcome.now, recent=others)
    goes = {decision.channel for decision in decisions if decision.verdict.action == "send"}
    if goes == wanted:
        return []
    said = [
        f"{decision.channel} {decision.verdict.action}: {decision.verdict.why}"
        for decision in decisions
        if (decision.channel in goes) != (decision.channel in wanted)
    ]
    missing = sorted(wanted - {decision.channel for decision in decisions})
    said += [f"no route to {channel}" for channel in missing]
    return [f"goes to {', '.join(sorted(goes)) or 'nobody'} ({'; '.join(said)})"]


def _why_not(rules: RuleSet, rule: str, doc: EnrichedDocument, now: datetime) -> list[str]:
    outcome = next((found for found in rules.explain(doc, now) if found.rule == rule), None)
    if outcome is None:
        return []
    return [outcome.note] if outcome.matched and outcome.note else list(outcome.why_not)
