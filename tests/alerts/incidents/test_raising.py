"""From matches to alerts: one for each incident and rule, updates only for what is material."""

from __future__ import annotations

from datetime import timedelta

from alerts.raising import Raised, Raiser
from alerts.stores import MemoryStore
from processors.messages import EnrichedDocument
from tests.support.enriched import ATME, IDLIB, NOON, PARIS, enriched
from tests.support.rules import rule_set

RAIDS = {"id": "idlib-raids", "when": {"regions": ["idlib"], "events": ["raid"]}}
DAY = "2026-09-01"


class Desk:
    """A raiser with its rules and a clock that follows the articles."""

    def __init__(self, *rules: dict[str, object], **options: object) -> None:
        self.rules = rule_set(*(rules or (RAIDS,)))
        self.store = MemoryStore()
        self.raiser = Raiser(self.rules, self.store, **options)

    def read(self, doc: EnrichedDocument, after: timedelta = timedelta(0)) -> list[Raised]:
        now = (doc.effective or NOON) + after
        return self.raiser.document(doc, self.rules.evaluate(doc, now), now)


def raid(
    number: int, facts: str = "", place: str = ATME, hours: float = 0, **fields: object
) -> EnrichedDocument:
    at = NOON + timedelta(hours=hours)
    name = "Atme" if place == ATME else "Idlib" if place == IDLIB else "Paris"
    text = f"Troops {{{{raided|raid current on={DAY} {facts}}}}} a house in [[{name}|{place}]] before dawn."
    publisher = fields.pop("publisher", f"Paper {number}")
    return enriched(text, id=f"d{number}", publisher=publisher, published=at, **fields)


def test_one_alert_for_one_incident_under_one_rule() -> None:
    desk = Desk()
    (first,) = desk.read(raid(1))
    assert first.send
    assert first.alert.revision == 1
    assert first.alert.reason == "new"
    assert desk.read(raid(2, publisher="Paper 1")) == []
    assert desk.read(raid(1)) == []


def test_two_rules_share_the_incident() -> None:
    desk = Desk(RAIDS, {"id": "syria", "when": {"regions": ["syria"], "events": ["raid"]}})
    one, two = desk.read(raid(1))
    assert one.alert.incident == two.alert.incident
    assert one.alert.id != two.alert.id


def test_two_events_of_one_article_are_no_two_alerts_where_one_of_them_was_told_before() -> None:
    desk = Desk({"id": "all", "when": {"events": ["any"]}})
    assert len(desk.read(raid(1))) == 1
    text = (
        f"Men {{{{abducted|abduction current on={DAY}}}}} people in [[Atme|{ATME}]]"
        f" when troops {{{{raided|raid current on={DAY}}}}} a house in [[Atme|{ATME}]]."
    )
    assert [item for item in desk.read(enriched(text, id="d2", publisher="Paper 1")) if item.send] == []


def test_ids_are_the_same_in_every_run() -> None:
    assert Desk().read(raid(1))[0].alert.id == Desk().read(raid(1))[0].alert.id


def test_a_second_independent_publisher_is_told_once() -> None:
    desk = Desk()
    desk.read(raid(1, story="s1"))
    assert desk.read(raid(2, story="s1")) == []  # a copy of the same text
    (update,) = desk.read(raid(3, story="s2"))
    assert update.alert.revision == 2
    assert [change.kind for change in update.alert.changes] == ["confirmed"]
    assert update.alert.corroborated
    assert desk.read(raid(4, story="s4")) == []


def test_a_higher_toll_is_told_with_what_it_was_before() -> None:
    desk = Desk()
    desk.read(raid(1, "killed=9"))
    (update,) = desk.read(raid(2, "killed=13", publisher="Paper 1"))
    assert update.alert.changes[0].text == "killed: 13 (was 9)"
    assert desk.read(raid(3, "killed=11", publisher="Paper 1")) == []


def test_conflicting_tolls_stand_side_by_side() -> None:
    desk = Desk()
    desk.read(raid(1, "killed=13"))
    (update,) = desk.read(raid(2, "killed=9"))
    said = {(toll.source, toll.min) for toll in update.alert.casualties}
    assert said == {("Paper 1", 13), ("Paper 2", 9)}


def test_a_place_made_precise_is_told() -> None:
    desk = Desk()
    desk.read(raid(1, place=IDLIB))
    (update,) = desk.read(raid(2, place=ATME, publisher="Paper 1"))
    assert [change.text for change in update.alert.changes] == ["place: Atme (was Idlib)"]


def test_a_denial_reaches_the_alert_though_no_rule_asks_for_it() -> None:
    desk = Desk()
    desk.read(raid(1))
    denial = enriched(
        f"The army denied the {{{{raid|raid denied on={DAY}}}}} in [[Atme|{ATME}]].",
        id="d2",
        publisher="Paper 2",
        published=NOON + timedelta(hours=3),
    )
    (update,) = desk.read(denial)
    assert "denied" in [change.kind for change in update.alert.changes]
    assert desk.read(denial) == []


def test_corroboration_holds_the_first_word_back() -> None:
    rule = {**RAIDS, "corroboration": {"publishers": 2, "within": "6h"}}
    desk = Desk(rule)
    assert desk.read(raid(1)) == []
    assert desk.read(raid(2, hours=7)) == []
    (first,) = desk.read(raid(3, hours=8))
    assert first.alert.revision == 1
    assert first.alert.publishers == 3


def test_an_old_article_is_never_news() -> None:
    desk = Desk()
    assert desk.read(raid(1), after=timedelta(days=5)) == []
    (first,) = desk.read(raid(2, hours=1))
    assert first.alert.reason == "new"
    assert len(first.alert.evidence) == 2


def test_a_replay_marks_and_does_not_send() -> None:
    desk = Desk(backfill="r1")
    (first,) = desk.read(raid(1))
    assert (first.send, first.alert.backfill) == (False, "r1")
    live = Raiser(desk.rules, desk.store)
    doc = raid(2, hours=1)
    (again,) = live.document(doc, desk.rules.evaluate(doc, doc.effective), doc.effective)
    assert (again.send, again.alert.revision, again.alert.id) == (True, 2, first.alert.id)


def test_elsewhere_is_another_incident() -> None:
    desk = Desk({"id": "any", "when": {"events": ["raid"]}})
    (one,) = desk.read(raid(1))
    (two,) = desk.read(raid(2, place=PARIS))
    assert one.alert.incident != two.alert.incident
