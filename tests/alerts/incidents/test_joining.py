"""Which reports are of one incident, and how many sources they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.incident_joining import fit
from alerts.incidents import Source, absorb, open_incident
from alerts.reports import Report, make_report
from alerts.sources import independent, most_independent_within
from tests.support.enriched import ATME, IDLIB, NOON, SYRIA, enriched

SARMADA = "city SY SY-ID 36.19 36.73"
HOMS = "city SY SY-HI 34.73 36.72"


def report(place: str, kind: str = "raid", facts: str = "", days: float = 0, **fields: str) -> Report:
    name = {ATME: "Atme", SARMADA: "Sarmada", IDLIB: "Idlib", SYRIA: "Syria", HOMS: "Homs"}[place]
    at = NOON + timedelta(days=days)
    doc = enriched(
        f"Troops {{{{raided|{kind} current {facts}}}}} a house in [[{name}|{place}]].",
        id=fields.get("id", f"{name}{kind}{facts}{days}{fields}"),
        published=at,
        publisher=fields.get("publisher", "Paper"),
        story=fields.get("story"),
    )
    return make_report(doc, doc.events[0], doc.places[0], doc.text, at)


BASE = report(ATME, facts="on=2026-09-01 killed=13", id="base")


@pytest.mark.parametrize(
    ("other", "joins"),
    [
        (report(ATME, facts="on=2026-09-01", publisher="B"), True),
        (report(ATME, "armed-clash", "on=2026-09-01", publisher="B"), True),  # another name for it
        (report(ATME, "protest", "on=2026-09-01", publisher="B"), False),
        (report(IDLIB, facts="on=2026-09-01", publisher="B"), True),  # only the province is known
        (report(SARMADA, facts="on=2026-09-01", publisher="B"), False),  # the next town
        (report(HOMS, facts="on=2026-09-01", publisher="B"), False),
        (report(ATME, facts="on=2026-09-02", days=1, publisher="B"), False),  # the next day
        (report(ATME, facts="on=2026-09-01", days=3, publisher="B"), True),  # told three days later
        (report(ATME, facts="on=2026-09-04", days=3, publisher="B"), False),
        (report(ATME, publisher="B", days=1), True),  # no date, told the day after
        (report(ATME, facts="killed=60", days=3, publisher="B"), False),  # no date, another toll
    ],
)
def test_what_joins(other: Report, joins: bool) -> None:
    found = fit(other, open_incident(BASE))
    assert found.joins == joins, found


def test_a_copy_joins_though_its_date_was_not_understood() -> None:
    incident = open_incident(report(ATME, story="s1", id="one"))
    assert fit(report(ATME, story="s1", days=2, publisher="C"), incident).joins
    assert not fit(report(HOMS, story="s1", days=2, publisher="C"), incident).joins


def test_reports_make_an_incident_more_precise() -> None:
    vague = open_incident(report(SYRIA, "attack", id="vague"))
    incident = absorb(vague, report(ATME, facts="on=2026-09-01 killed=9"))
    assert incident.id == vague.id
    assert incident.type == "raid"
    assert incident.place is not None
    assert incident.place.name == "Atme"
    assert incident.day.stated
    assert incident.killed == (9, 9)


def test_absorbing_the_same_report_again_changes_nothing() -> None:
    once = absorb(open_incident(BASE), report(ATME, facts="on=2026-09-01", id="two"))
    assert absorb(once, report(ATME, facts="on=2026-09-01", id="two")) == once


def source(publisher: str, story: str | None, hours: float = 0) -> Source:
    at = NOON + timedelta(hours=hours)
    return Source(
        document=f"{publisher}{story}", key=f"{publisher}{story}", source=publisher, story=story, effective=at
    )


@pytest.mark.parametrize(
    ("told", "count"),
    [
        ([], 0),
        ([("A", "1"), ("B", "2")], 2),
        ([("A", "1"), ("B", "1")], 1),  # the same text under two mastheads
        ([("A", "1"), ("A", "2")], 1),  # two texts of one masthead
        ([("A", "1"), ("B", "1"), ("B", "2"), ("C", "2")], 1),  # linked in a chain
        ([("A", None), ("B", None), ("C", "1")], 3),
    ],
)
def test_independent_sources(told: list[tuple[str, str | None]], count: int) -> None:
    assert independent([source(*item) for item in told]) == count


def test_independence_within_a_window() -> None:
    told = [source("A", "1"), source("B", "2", 5), source("C", "3", 10)]
    assert most_independent_within(told, timedelta(hours=6)) == 2
    assert most_independent_within(told, timedelta(hours=10)) == 3


@given(st.lists(st.tuples(st.sampled_from("ABCD"), st.sampled_from(["1", "2", "3", None])), max_size=8))
def test_independence_does_not_depend_on_order(told: list[tuple[str, str | None]]) -> None:
    sources = [source(*item) for item in told]
    assert independent(sources) == independent(sources[::-1]) <= len({name for name, _ in told})
