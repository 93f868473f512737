from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.text import times

WEDNESDAY = date(2026, 3, 4)
DATES = st.dates(date(1950, 1, 1), date(2049, 12, 31))


@pytest.mark.parametrize(
    ("text", "first", "last", "granularity"),
    [
        ("on Tuesday", "2026-03-03", "2026-03-03", "day"),
        ("late on Wednesday night", "2026-03-04", "2026-03-04", "day"),
        ("last Wednesday", "2026-02-25", "2026-02-25", "day"),
        ("next Friday", "2026-03-06", "2026-03-06", "day"),
        ("yesterday", "2026-03-03", "2026-03-03", "day"),
        ("overnight", "2026-03-03", "2026-03-04", "day"),
        ("in February 2022", "2022-02-01", "2022-02-28", "month"),
        ("In January", "2026-01-01", "2026-01-31", "month"),
        ("last July", "2025-07-01", "2025-07-31", "month"),
        ("on 13 April last year", "2025-04-13", "2025-04-13", "day"),
        ("October 12", "2025-10-12", "2025-10-12", "day"),
        ("in 2019", "2019-01-01", "2019-12-31", "year"),
        ("last week", "2026-02-23", "2026-03-01", "week"),
        ("last month", "2026-02-01", "2026-02-28", "month"),
        ("last year", "2025-01-01", "2025-12-31", "year"),
        ("three years ago", "2023-01-01", "2023-12-31", "year"),
        ("two days ago", "2026-03-02", "2026-03-02", "day"),
        ("the 1990s", "1990-01-01", "1999-12-31", "decade"),
        ("last summer", "2025-06-01", "2025-08-31", "season"),
        ("23 Aug 88", "1988-08-23", "1988-08-23", "day"),
        ("at the weekend", "2026-02-28", "2026-03-01", "day"),
        ("on Thursday of last week", "2026-02-26", "2026-02-26", "day"),
        ("last week on Monday", "2026-02-23", "2026-02-23", "day"),
        ("earlier this week", "2026-03-02", "2026-03-04", "week"),
        ("Nov. 19", "2025-11-19", "2025-11-19", "day"),
        ("in the past 24 hours", "2026-03-03", "2026-03-04", "hour"),
    ],
)
def test_resolves_expressions_against_the_day_of_publication(
    text: str, first: str, last: str, granularity: str
) -> None:
    (found,) = times.find(f"It happened {text}, they said.", WEDNESDAY)
    assert (found.first.isoformat(), found.last.isoformat(), found.granularity) == (first, last, granularity)


@given(
    DATES,
    st.sampled_from(["%-d %B %Y", "%B %-d, %Y", "%Y-%m-%d", "%A, %B %-d, %Y", "%-d %b %Y", "%b. %-d, %Y"]),
)
def test_a_written_date_is_read_back(day: date, style: str) -> None:
    text = f"It was on {day.strftime(style)} that it began."
    assert (day, day) in [(found.first, found.last) for found in times.find(text, WEDNESDAY)]


@given(DATES, st.sampled_from(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]))
def test_a_weekday_is_the_last_one_up_to_the_day_of_publication(anchor: date, name: str) -> None:
    (found,) = times.find(f"on {name}", anchor)
    assert found.first == found.last
    assert found.first.strftime("%A") == name
    assert timedelta(0) <= anchor - found.first < timedelta(7)


@given(DATES, st.integers(1, 60), st.sampled_from(["days", "weeks", "months", "years"]))
def test_so_long_ago_is_before(anchor: date, count: int, unit: str) -> None:
    (found,) = times.find(f"{count} {unit} ago", anchor)
    assert found.first <= found.last
    assert found.first <= anchor


@given(st.text(max_size=300), DATES)
def test_any_text_gives_spans_within_it(text: str, anchor: date) -> None:
    last = 0
    for found in times.find(text, anchor):
        assert text[found.start : found.end] == found.text
        assert found.start >= last
        assert found.first <= found.last
        last = found.end


@given(
    st.lists(
        st.sampled_from(
            [
                "last",
                "next",
                "in",
                "2019",
                "31",
                "February",
                "29",
                "99",
                "the",
                "0",
                "weeks",
                "ago",
                "on",
                "since",
                "1800s",
                "Monday",
                ",",
                "years",
            ]
        ),
        max_size=12,
    ),
    DATES,
)
def test_any_heap_of_time_words_is_survived(words: list[str], anchor: date) -> None:
    for found in times.find(" ".join(words), anchor):
        assert found.first <= found.last


def test_impossible_dates_are_left() -> None:
    assert [t for t in times.find("on 31 February 2020", WEDNESDAY) if t.granularity == "day"] == []
