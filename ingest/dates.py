"""Dates as publishers write them, and the one date that windows run on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import feedparser
from fastfeedparser.main import _parse_date as _parse_fast

OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
FUTURE_TOLERANCE = timedelta(minutes=10)
_MAX_LENGTH = 100
_DIGIT = re.compile(r"\d")
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def parse_date(text: str | None) -> datetime | None:
    """A feed's or page's date in UTC, to the second; naive ones are taken as UTC. None where it is none."""
    if not text or len(text) > _MAX_LENGTH or not _DIGIT.search(text):
        return None
    try:
        if _ISO.fullmatch(text):
            return in_utc(datetime.fromisoformat(text).replace(microsecond=0))
        iso = _parse_fast(text)
        if iso:
            return in_utc(datetime.fromisoformat(iso).replace(microsecond=0))
    except (ValueError, OverflowError, TypeError):
        pass
    return _parse_thorough(text)


def _parse_thorough(text: str) -> datetime | None:
    try:
        fields = feedparser.datetimes._parse_date(text)
        return from_fields(fields) if fields else None
    except (ValueError, OverflowError, TypeError, KeyError, IndexError):
        return None


def from_fields(fields: Sequence[int]) -> datetime:
    """Year to second, as time tuples have them, in UTC; raises ValueError for impossible ones."""
    year, month, day, hour, minute, second = fields[:6]
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)


def in_utc(value: datetime) -> datetime | None:
    """The same moment in UTC; None where it falls outside the years that can be held."""
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def effective_date(published: datetime | None, fetched: datetime) -> datetime:
    """The time that windows run on: ``published`` where it is believable, else ``fetched``.

    A date more than ten minutes ahead of the fetch, or before 1990, is a mistake; one within ten minutes
    ahead is a fast clock and becomes the fetch time.
    """
    if published is None or published < OLDEST or published > fetched + FUTURE_TOLERANCE:
        return fetched
    return min(published, fetched)
