"""Tests beside rules, and back-tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.backtest import backtest
from alerts.ruletests import RuleTestResult, run
from config.models.channels import ChannelsFile
from config.models.root import Config
from ingest.messages import Document
from processors.messages import EnrichedDocument
from tests.support.enriched import ATME, NOON, PARIS, enriched
from tests.support.rules import config_of, rule_set

RAIDS = {"regions": ["idlib"], "events": ["raid"]}
CHANNELS = {
    "channels": {"desk": {"type": "terminal"}, "night": {"type": "terminal"}},
    "route": {"channel": "desk", "routes": [{"match": {"severity": "high"}, "channel": "night"}]},
    "silences": [
        {
            "match": {"rule": "r"},
            "from": "2026-09-05T00:00Z",
            "until": "2026-09-06T00:00Z",
            "reason": "x",
            "by": "y",
        }
    ],
}


def enrich(document: Document) -> EnrichedDocument:
    """Marked text is the document."""
    return enriched(document.text, id=document.id, publisher=document.publisher, published=document.published)


def results(
    rule: dict[str, Any], *tests: dict[str, Any], channels: dict[str, Any] = CHANNELS
) -> list[RuleTestResult]:
    config = config_of({"id": "r", "when": RAIDS, **rule, "tests": list(tests)})
    with_channels = Config(
        folder=config.folder,
        regions=config.regions,
        rules=config.rules,
        channels=ChannelsFile.model_validate(channels),
    )
    return run(with_channels, enrich)


def case(text: str, *expect: dict[str, Any], at: str = "2026-09-01T10:00Z") -> dict[str, Any]:
    return {"at": at, "document": {"title": text}, "expect": list(expect)}


HERE = f"Troops {{{{raid|raid current}}}} [[Atme|{ATME}]]"
THERE = f"Troops {{{{raid|raid current}}}} [[Paris|{PARIS}]]"


def test_an_empty_expectation_means_must_not_fire() -> None:
    silent, loud = results({}, case(THERE), case(HERE))
    assert silent.passed
    assert loud.failures[0].startswith("it must not fire and did: ")


def test_what_must_fire_and_did_not_says_why() -> None:
    (missed,) = results({}, case(THERE, {}))
    assert not missed.passed
    assert "not in idlib" in missed.failures[0]


def test_stated_fields_are_checked_and_others_are_not() -> None:
    good, bad = results(
        {},
        case(HERE, {"region": "idlib", "event": "raid", "headline": "atme"}),
        case(HERE, {"event": "airstrike"}),
    )
    assert good.passed
    assert "event is raid, not airstrike" in bad.failures[0]


def test_routes_and_silences_at_the_time() -> None:
    high, medium = {"severity": "high"}, {"severity": "medium"}
    assert results(high, case(HERE, {"channels": ["night"]}))[0].passed
    assert results(medium, case(HERE, {"channels": ["desk"]}))[0].passed
    assert results(high, case(HERE, {"channels": []}, at="2026-09-05T10:00Z"))[0].passed
    (wrong,) = results(high, case(HERE, {"channels": ["desk"]}))
    assert "goes to night" in wrong.failures[0]


def test_several_documents_over_time() -> None:
    documents = [
        {"title": HERE, "publisher": "A"},
        {"title": HERE + " again", "publisher": "B", "delay": "2h"},
    ]
    test = {"at": "2026-09-01T10:00Z", "documents": documents, "expect": [{"reason": "confirmed"}]}
    assert results({}, test)[0].passed
    corroborated = {"corroboration": {"publishers": 2, "within": "1h"}}
    assert results(corroborated, {**test, "expect": []})[0].passed


def test_an_old_article_must_not_fire() -> None:
    old = {"at": "2026-09-01T10:00Z", "document": {"title": HERE, "published": "2019-10-26"}, "expect": []}
    assert results({}, old)[0].passed


def test_silence_rules_wait() -> None:
    rule = {"silence": {"for": "6h"}}
    quiet, heard = results(
        rule,
        {"at": "2026-09-01T10:00Z", "wait": "7h", "expect": [{"headline": "silence"}]},
        {"at": "2026-09-01T10:00Z", "document": {"title": HERE}, "wait": "5h", "expect": []},
    )
    assert quiet.passed
    assert heard.passed


def test_a_backtest_shows_what_a_change_adds_and_removes() -> None:
    docs = [
        enriched(text, id=f"d{n}", published=NOON + timedelta(days=5 * n))
        for n, text in enumerate([HERE, THERE, HERE.replace("raid|raid", "raid|airstrike")])
    ]
    current = rule_set({"id": "r", "when": {"events": ["raid"]}})
    changed = rule_set({"id": "r", "when": {"regions": ["idlib"], "events": ["raid", "airstrike"]}})
    result = backtest(changed, docs, current).rules["r"]
    assert result.alerts == 2
    assert [alert.place.name for alert in result.removed if alert.place] == ["Paris"]
    assert [alert.event_type for alert in result.added] == ["airstrike"]
    assert result.per_day[datetime(2026, 9, 1, tzinfo=UTC).date()] == 1
