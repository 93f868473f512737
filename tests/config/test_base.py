"""Durations, moments and suggestions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.models.base import format_duration, in_utc, parse_duration
from config.problems import format_path, one_line, suggestion


@given(st.timedeltas(timedelta(0), timedelta(days=10_000)))
def test_durations_survive_writing(value: timedelta) -> None:
    rounded = timedelta(milliseconds=round(value / timedelta(milliseconds=1)))
    assert parse_duration(format_duration(rounded)) == rounded


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("90s", 90),
        ("1h30m", 5400),
        ("1.5h", 5400),
        ("500ms", 0.5),
        ("2 d", 172_800),
        ("1w", 604_800),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "5 minutes", "-5m", "m5", "1h30", True, "1e3s", "٣m"])
def test_no_durations(text: object) -> None:
    with pytest.raises(ValueError, match="is no duration; write for example"):
        parse_duration(text)


def test_moments_without_a_zone_are_utc() -> None:
    assert in_utc(datetime(2026, 9, 1, 10)) == datetime(2026, 9, 1, 10, tzinfo=UTC)


def test_paths() -> None:
    assert format_path(("rules", 3, "when", "regions", 0)) == "rules[3].when.regions[0]"
    assert format_path(()) == ""


def test_suggestions() -> None:
    assert suggestion("idlb", ["idlib", "aleppo"]) == ' (did you mean "idlib"?)'
    assert suggestion("IDLIB", ["idlib"]) == ' (did you mean "idlib"?)'
    assert suggestion("gaza", ["idlib"]) == ""


@given(st.text())
def test_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 60
    assert line.isprintable()
