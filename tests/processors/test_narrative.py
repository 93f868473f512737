"""Days that count from one told before, and which day is only that of the report."""

from __future__ import annotations

from datetime import date

import pytest

from processors.events import reading

PUBLISHED = date(2026, 5, 15)  # a Friday


def days_of(body: str, words: str) -> list[str]:
    """The days that the expression ``words`` of a text means."""
    read = reading.read(f"News in brief\n{body}", len("News in brief"), "en", PUBLISHED)
    found = [time for sentence in read.sentences for time in read.times_in(sentence)]
    return [time.first.isoformat() for time in found if time.text.casefold() == words]


@pytest.mark.parametrize(
    ("body", "words", "day"),
    [
        ("Gunmen raided a bank on Monday. The previous evening, shells fell.", "the previous evening", 10),
        ("Gunmen raided a bank on Monday. A day later a bomb went off.", "a day later", 12),
        ("He was shot on Tuesday, hours after a truce began.", "hours after", 12),
        ("A crowd gathered on Thursday, two days after the raid.", "two days after", 12),
        ("On Monday, police said, shots were fired. That night a house burned.", "that night", 11),
        ("The night before, a bridge was blown up.", "the night before", 14),
        ("The raid began late on the 12th.", "on the 12th", 12),
        ("Clashes on 7 and 8 May killed ten.", "7 and 8 may", 7),
        ("Homes were shelled overnight into Wednesday.", "overnight into wednesday", 12),
    ],
)
def test_a_day_counts_from_the_one_told_last(body: str, words: str, day: int) -> None:
    assert days_of(body, words) == [f"2026-05-{day:02}"]


def test_a_step_within_a_story_of_long_ago_stays_there() -> None:
    assert days_of("In 2019 rebels took the town. A day later they left.", "a day later") == ["2019-01-01"]


def test_a_step_of_a_story_without_a_day_leads_nowhere() -> None:
    assert days_of("The boy was hurt. That night he died.", "that night") == []


@pytest.mark.parametrize(
    "body",
    [
        "Rebels shot two men, the army said in a statement late on Thursday.",
        "Rebels shot two men, the governor told Radio Horizon on Thursday.",
        "Rebels shot two men, the minister said in the capital on Thursday.",
        "The governor on Thursday confirmed the deaths.",
    ],
)
def test_the_day_of_a_report_is_not_that_of_the_event(body: str) -> None:
    read = reading.read(body, 0, "en", PUBLISHED)
    sentence = read.sentences[0]
    assert all(read.dates_report(sentence, time) for time in read.times_in(sentence))
