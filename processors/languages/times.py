"""Time expressions in languages other than English, resolved against the day of publication."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta

from processors.languages.data import LanguageData
from processors.text.times import Time

_YEAR = re.compile(r"(?<![\d.,/-])((?:19|20)\d\d|(?:١٩|٢٠)[٠-٩]{2}|(?:۱۹|۲۰)[۰-۹]{2})(?![\d%/-])")
_DAY_BEFORE = re.compile(r"(?<!\d)(\d{1,2})(?:er|\.)?\s+(?:de\s+|من\s+|ב)?$")
_YEAR_AFTER = re.compile(r"^\s*,?\s*(?:de\s+|del\s+)?(\d{4})(?!\d)")


def find(text: str, anchor: date, start: int, end: int, data: LanguageData) -> list[Time]:
    """The expressions of ``text[start:end]``, in order and without overlaps."""
    found: list[Time] = []
    for time in _all(text, anchor, start, end, data):
        if not any(time.start < other.end and other.start < time.end for other in found):
            found.append(time)
    return sorted(found, key=lambda time: time.start)


def _all(text: str, anchor: date, start: int, end: int, data: LanguageData) -> Iterator[Time]:
    yield from _months(text, anchor, start, end, data)
    for match in data.today.finditer(text, start, end):
        yield _time(match, anchor, anchor, "day")
    for match in data.yesterday.finditer(text, start, end):
        yield _time(match, anchor - timedelta(1), anchor - timedelta(1), "day")
    for match in data.weekday.finditer(text, start, end):
        day = _last_weekday(anchor, data.weekdays[match["word"].lower()])
        yield _time(match, day, day, "day")
    for match in data.last_year.finditer(text, start, end):
        yield _time(match, date(anchor.year - 1, 1, 1), date(anchor.year - 1, 12, 31), "year")
    for match in data.long_ago.finditer(text, start, end):
        yield _time(match, date(anchor.year - 10, 1, 1), date(anchor.year - 1, 12, 31), "decade", vague=True)
    for match in _YEAR.finditer(text, start, end):
        year = int(match[1])
        yield _time(match, date(year, 1, 1), date(year, 12, 31), "year")


def _time(match: re.Match[str], first: date, last: date, granularity: str, *, vague: bool = False) -> Time:
    return Time(match.start(), match.end(), match.group(), first, last, granularity, vague)


def _last_weekday(anchor: date, weekday: int) -> date:
    return anchor - timedelta((anchor.weekday() - weekday) % 7)


def _months(text: str, anchor: date, start: int, end: int, data: LanguageData) -> Iterator[Time]:
    """A month with what stands beside it: '13 апреля 2025 года', 'en février 2022', '7 de marzo'."""
    for match in data.month.finditer(text, start, end):
        month = data.months[match["word"].lower()]
        day = _DAY_BEFORE.search(text[max(start, match.start() - 8) : match.start()])
        year = _YEAR_AFTER.match(text[match.end() : min(end, match.end() + 12)])
        if not day and not year and _doubtful(match["word"], data.language):
            continue
        begin = match.start() - (len(day.group()) if day else 0)
        stop = match.end() + (year.end() if year else 0)
        span = _span(anchor, month, int(day[1]) if day else None, int(year[1]) if year else None)
        if span:
            yield Time(begin, stop, text[begin:stop], *span, "day" if day else "month")


def _doubtful(word: str, language: str) -> bool:
    """A month alone is often something else: 'mart', 'مه', Rio de Janeiro where months are in lower case."""
    return len(word) < 4 or (word[0].isupper() and language != "de")


def _span(anchor: date, month: int, day: int | None, year: int | None) -> tuple[date, date] | None:
    chosen = year or (anchor.year if (month, day or 1) <= (anchor.month, anchor.day) else anchor.year - 1)
    length = calendar.monthrange(chosen, month)[1]
    if day is None:
        return date(chosen, month, 1), date(chosen, month, length)
    if not 1 <= day <= length:
        return None
    return date(chosen, month, day), date(chosen, month, day)
