"""What people see: articles, alerts and rules on a terminal, hostile text included."""

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console, RenderableType

from alerts.conditions import Outcome
from alerts.matches import RuleOutcome, UnitOutcome
from alerts.messages import Alert, AlertPlace, Change, Evidence
from console.alert_view import alert_panel, tolls
from console.article_view import amount, marked, print_article, toll, where
from console.rule_view import print_outcomes
from processors.messages import (
    Candidate,
    Casualties,
    DateRange,
    EnrichedDocument,
    Entity,
    Event,
    Place,
    Span,
)

HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e"
TEXT = f"Raid in Idlib{HOSTILE}\nSoldiers raided Atme. HTS said so."


def shown(*parts: RenderableType) -> str:
    screen = Console(file=io.StringIO(), width=120, force_terminal=False)
    for part in parts:
        screen.print(part)
    return screen.file.getvalue()  # type: ignore[attr-defined]


def place(name: str, start: int, **facts: object) -> Place:
    found = {"country": "SY", "admin1": "SY-ID", "latitude": 36.3, "longitude": 36.69, "precision": "city"}
    return Place(start=start, end=start + len(name), text=name, name=name, confidence=0.9, **(found | facts))  # type: ignore[arg-type]


def document() -> EnrichedDocument:
    atme = TEXT.index("Atme")
    hts = TEXT.index("HTS")
    return EnrichedDocument(
        id="1",
        title="Raid in Idlib",
        text=TEXT,
        publisher=f"Wire{HOSTILE}",
        published=datetime(2026, 9, 1, tzinfo=UTC),
        places=(
            place("Atme", atme, alternatives=(Candidate(name="Atme", admin1="TR-31"),), why=f"near{HOSTILE}"),
            Place(start=0, end=4, text="Raid", name="Raid"),
        ),
        entities=(Entity(start=hts, end=hts + 3, text="HTS", label="ORG", name="HTS"),),
        events=(
            Event(
                type="raid",
                trigger=Span(start=0, end=4, text="Raid"),
                status="current",
                status_why="headline",
                places=(0, 7),  # an index that is not there must not break the view
                date=DateRange(start="2026-09-01", end="2026-09-02", text="today"),
                casualties=(Casualties(kind="killed", min=3, max=5, category="civilians", source="SOHR"),),
            ),
        ),
        cut="the first 10 characters",
    )


def test_an_article_shows_what_was_found_and_why() -> None:
    screen = Console(file=io.StringIO(), width=140)
    print_article(screen, document())
    text = screen.file.getvalue()  # type: ignore[attr-defined]
    for words in (
        "current",
        "raid",
        "headline",
        "Atme (SY-ID, 36.30 36.69)",
        "Atme TR-31",
        "Raid (unknown)",
        "2026-09-01 to 2026-09-02",
        "killed 3 to 5 civilians (source: SOHR)",
        "cut: the first 10 characters",
    ):
        assert words in text
    assert not set(text) & set(HOSTILE[0] + "\x07\u202e")


def test_spans_keep_their_place_whatever_the_text_holds() -> None:
    text = marked(document())
    assert len(text) == len(TEXT)
    styles = {text.plain[span.start : span.end]: str(span.style) for span in text.spans}
    assert "cyan" in styles["Atme"]
    assert "red" in styles["Raid"]


def test_an_article_without_events_says_so() -> None:
    screen = Console(file=io.StringIO(), width=100)
    print_article(screen, EnrichedDocument(id="1", text="Nothing"))
    assert "no event found" in screen.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (Casualties(kind="killed", min=3, max=3), "killed 3"),
        (Casualties(kind="killed", min=3), "killed at least 3"),
        (Casualties(kind="injured", min=2, max=4, subset=True), "injured 2 to 4 (of these)"),
    ],
)
def test_tolls_are_said_in_words(item: Casualties, words: str) -> None:
    assert toll(item) == words
    assert amount(item) in words


def test_rival_tolls_stand_side_by_side_the_gravest_first() -> None:
    found = tolls(
        (
            Casualties(kind="injured", min=9, max=9),
            Casualties(kind="killed", min=3, max=3, source="army"),
            Casualties(kind="killed", min=7, max=7, source="hospital"),
            Casualties(kind="killed", min=7, max=7, source="Hospital"),
            Casualties(kind="killed", min=2, max=2, category="children", subset=True),
        )
    )
    assert found == [("killed", "3 (army) · 7 (hospital)"), ("injured", "9")]


def test_where_a_place_is_unknown_it_says_so() -> None:
    assert where(place("Atme", 0)) == "Atme (SY-ID, 36.30 36.69)"
    assert where(Place(start=0, end=1, text="X", name="X")) == "X (unknown)"


def test_an_alert_shows_its_facts_and_the_match() -> None:
    now = datetime(2026, 9, 1, 10, tzinfo=UTC)
    alert = Alert(
        id="a1",
        rule="idlib-raids",
        severity="high",
        incident="i1",
        headline=f"Raid in Atme{HOSTILE}",
        event_type="raid",
        place=AlertPlace(
            name="Atme", country="SY", admin1="SY-ID", latitude=36.3, longitude=36.69, precision="city"
        ),
        publishers=2,
        corroborated=True,
        evidence=(
            Evidence(
                document="d1",
                url="https://example.org/1",
                title="t",
                publisher="Wire",
                sentence=f"Soldiers raided Atme.{HOSTILE}",
                highlights=((9, 15),),
                matched=("event raid",),
            ),
        ),
        changes=(Change(kind="casualties", text="killed: 7 (was 3)"),),
        created=now,
        updated=now,
    )
    text = shown(alert_panel(alert))
    for words in (
        "HIGH",
        "Raid in Atme",
        "2 independent sources, corroborated",
        "killed: 7 (was 3)",
        "event raid",
    ):
        assert words in text
    assert not set(text) & set("\x1b\x07\u202e")


def test_rules_show_which_condition_failed_on_what() -> None:
    failed = Outcome("regions", ok=False, detail=f"Paris (FR): not in idlib{HOSTILE}")
    held = Outcome("events", ok=True, detail="event raid")
    unit = UnitOutcome("raid, current at Paris", Outcome("all", ok=False, children=(failed, held)))
    nested = Outcome("any", ok=False, children=(failed,))
    outcomes = [
        RuleOutcome("idlib-raids", "Raids", matched=False, units=(unit, unit, unit)),
        RuleOutcome("other", None, matched=False, units=(), note="the rule is disabled"),
        RuleOutcome("nested", None, matched=False, units=(UnitOutcome("x", nested),)),
    ]
    screen = Console(file=io.StringIO(), width=140)
    print_outcomes(screen, outcomes, full=True)
    text = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "✗ regions: Paris (FR): not in idlib" in text
    assert "✓ events: event raid" in text
    assert "… and 1 more" in text
    assert "the rule is disabled" in text
    assert "\x1b" not in text
    print_outcomes(screen, outcomes)
    short = screen.file.getvalue()[len(text) :]  # type: ignore[attr-defined]
    assert "raid, current at Paris – regions: Paris (FR): not in idlib" in short
    assert "the rule is disabled" in short
    assert "events: event raid" not in short
    assert "\x1b" not in short
    print_outcomes(screen, [])
    assert "no rules configured" in screen.file.getvalue()  # type: ignore[attr-defined]
