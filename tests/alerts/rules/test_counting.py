"""Rules that count or remember, on event time."""

from __future__ import annotations

from datetime import timedelta

from alerts.raising import Raiser
from alerts.stores import MemoryStore
from processors.messages import EnrichedDocument
from tests.support.enriched import NOON, enriched
from tests.support.rules import rule_set

TOWNS = ["Atme", "Sarmada", "Binnish", "Harim", "Salqin", "Darkush", "Maarat", "Saraqib", "Ariha", "Taftanaz"]


class Desk:
    def __init__(self, rule: dict[str, object], *, learn: bool = False) -> None:
        self.rules = rule_set({"id": "r", **rule})
        self.raiser = Raiser(self.rules, MemoryStore(), learn=learn)
        self.number = 0

    def raid(self, hours: float, town: int | None = None, actor: str = "HTS") -> list[str]:
        """Headlines raised by a raid in a town of its own (or in that one), so many hours after noon."""
        self.number += 1
        town = self.number if town is None else town
        name = TOWNS[town % len(TOWNS)]
        spot = f"city SY SY-ID {30 + town} {36 + town}"
        doc = enriched(
            f"{actor} {{{{raided|raid current by={actor}}}}} a house in [[{name}|{spot}]].",
            id=f"d{self.number}",
            published=NOON + timedelta(hours=hours),
        )
        return self.read(doc)

    def read(self, doc: EnrichedDocument) -> list[str]:
        now = doc.effective or NOON
        return [item.alert.headline for item in self.raiser.document(doc, self.rules.evaluate(doc, now), now)]


RAIDS = {"events": ["raid"]}


def test_frequency_needs_so_many_incidents_within_the_window() -> None:
    desk = Desk({"when": RAIDS, "frequency": {"count": 3, "within": "6h"}})
    assert [len(desk.raid(hours)) for hours in (0, 3, 7, 8, 9)] == [0, 0, 0, 1, 0]


def test_frequency_counts_an_incident_once_however_often_it_is_told() -> None:
    desk = Desk({"when": RAIDS, "frequency": {"count": 3, "within": "6h"}})
    assert [len(desk.raid(hours, town=1)) for hours in (0, 1, 2, 3)] == [0, 0, 0, 0]
    documents = Desk({"when": RAIDS, "frequency": {"count": 3, "within": "6h", "of": "documents"}})
    assert [len(documents.raid(hours, town=1)) for hours in (0, 1, 2)] == [0, 0, 1]


def test_frequency_fires_again_only_after_a_fresh_run() -> None:
    desk = Desk({"when": RAIDS, "frequency": {"count": 2, "within": "2h"}})
    assert [len(desk.raid(hours)) for hours in (0, 1, 1.5, 2, 10, 11)] == [0, 1, 0, 1, 0, 1]


def test_frequency_takes_late_articles_at_their_own_time() -> None:
    desk = Desk({"when": RAIDS, "frequency": {"count": 3, "within": "6h"}})
    assert [len(desk.raid(hours)) for hours in (0, 5, 2)] == [0, 0, 1]


def test_frequency_by_group() -> None:
    desk = Desk({"when": RAIDS, "frequency": {"count": 2, "within": "6h", "group_by": ["actor"]}})
    assert desk.raid(0, actor="HTS") == desk.raid(1, actor="ISIS") == []
    assert len(desk.raid(2, actor="HTS")) == 1


def test_spike_against_its_own_baseline() -> None:
    rule = {"when": RAIDS, "spike": {"window": "1d", "baseline": "10d", "factor": 3, "min_count": 3}}
    desk = Desk(rule)
    quiet = [desk.raid(24 * day) for day in range(10)]
    assert quiet == [[]] * 10
    burst = [desk.raid(240 + hours) for hours in (1, 2, 3, 4)]
    assert [len(raised) for raised in burst] == [0, 0, 1, 0] or [len(r) for r in burst] == [0, 1, 0, 0]


def test_spike_says_nothing_before_it_knows_a_baseline() -> None:
    rule = {"when": RAIDS, "spike": {"window": "1d", "baseline": "10d", "factor": 3, "min_count": 2}}
    desk = Desk(rule)
    assert [desk.raid(hours) for hours in (0, 1, 2, 3, 4)] == [[]] * 5


def test_new_place_not_seen_for_so_long() -> None:
    desk = Desk({"when": RAIDS, "new": {"field": "place", "absent": "7d"}})
    assert len(desk.raid(0, town=1)) == 1
    assert len(desk.raid(5, town=1)) == 0
    assert len(desk.raid(6, town=2)) == 1
    assert len(desk.raid(24 * 9, town=1)) == 1


def test_new_learns_first_in_the_live_stream() -> None:
    desk = Desk({"when": RAIDS, "new": {"field": "actor", "absent": "2d"}}, learn=True)
    assert desk.raid(0, actor="HTS") == desk.raid(1, actor="ISIS") == []
    assert len(desk.raid(60, actor="SDF")) == 1


def test_silence_speaks_once_and_again_after_something_came() -> None:
    desk = Desk({"when": RAIDS, "silence": {"for": "12h"}})

    def silent(hours: float) -> int:
        return len(desk.raiser.passed(NOON + timedelta(hours=hours)))

    assert [silent(0), silent(11), silent(13), silent(20)] == [0, 0, 1, 0]
    desk.raid(21)
    assert [silent(22), silent(34), silent(40)] == [0, 1, 0]
