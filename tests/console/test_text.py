from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.text import ago, clean, one_line, span, stamp

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;title\x07bell", "]0;titlebell"),
        ("a\x9b2Jb", "a2Jb"),  # the one-byte form of the introducer
        ("left\u202eright", "leftright"),
        ("null\x00byte\r\n", "nullbyte\n"),
        ("مداهمة في إدلب", "مداهمة في إدلب"),
    ],
)
def test_control_characters_are_taken_out(hostile: str, harmless: str) -> None:
    assert clean(hostile) == harmless


@given(st.text())
def test_clean_text_cannot_move_the_cursor(text: str) -> None:
    cleaned = clean(text)
    assert not set(cleaned) & {chr(code) for code in (*range(9), *range(11, 32), *range(127, 160))}
    assert clean(cleaned) == cleaned


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_one_line_is_one_line_of_at_most_the_width(text: str, width: int) -> None:
    line = one_line(text, width)
    assert "\n" not in line
    assert len(line) <= width


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(milliseconds=850), "850 ms"),
        (timedelta(seconds=12), "12 s"),
        (timedelta(minutes=3), "3 min"),
        (timedelta(hours=5), "5 h"),
        (timedelta(days=3), "3 d"),
    ],
)
def test_spans_are_spoken_in_one_unit(length: timedelta, words: str) -> None:
    assert span(length) == words


def test_times_are_told_from_now() -> None:
    assert ago(NOW - timedelta(minutes=3), NOW) == "3 min ago"
    assert ago(NOW + timedelta(hours=3), NOW) == "in 3 h"
    assert stamp(None) == "–"
    assert stamp(NOW) == "2026-09-01 12:00:00"
