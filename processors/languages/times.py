"""Time expressions in languages other than English, resolved against the day of publication."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from processors.languages import solar
from processors.languages.local import LocalText, value
from processors.text.lexicon import Hit
from processors.text.times import Time

_YEAR = re.compile(r"(?<![\d.,/-])((?:19|20)\d\d|(?:١٩|٢٠)[٠-٩]{2}|(?:۱۹|۲۰)[۰-۹]{2})(?![\d%/-]|[.,]\d)")
_LONG_PAST = re.compile(  # 'בשנת 1815', 'سال ۱۵۱۴', 'en 1824', 'im Jahr 1866', '1812 году', '1071 yılında'
    r"\b(?:שנת|בשנת|سال|عام|سنة|en|in|em|im Jahr|anno|año|ano|Jahr|en el año)\s+"
    r"(?P<before>1[0-8]\d\d|١[٠-٨][٠-٩]{2}|۱[۰-۲۵-۸][۰-۹]{2})(?![\d%/-]|[.,]\d)"
    r"|(?<![\d.,/-])(?P<after>1[0-8]\d\d)\s+(?:год|рок|роц|yıl)"
)
_SOLAR_YEAR = re.compile(r"(?<![\d.,/-])(1[34]\d\d|۱[۳۴][۰-۹]{2})(?![\d%/-])")
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?![\d/-])")
_ISO = re.compile(r"(?<![\d./-])(\d{4})-(\d\d)-(\d\d)(?!\d)")
_DAY_BEFORE = re.compile(r"(?<!\d)(\d{1,2})(?:er|º|°|\.)?(?:\s*-?(?:го|е))?\s+(?:de\s+|di\s+|من\s+|ב-?)?$")
_YEAR_AFTER = re.compile(r"^\s*,?\s*(?:de\s+|del\s+|do ano de\s+|عام\s+|سنة\s+|سال\s+)?(\d{4})(?!\d)")
_PAIRED = re.compile(r"^\s*/\s*$")  # 'تشرين الأول/أكتوبر': one month under two names
_UNKNOWN = date(50, 1, 1)  # without a day of publication: far enough from the first year to count back
BESIDE = 14  # characters between a weekday or month and 'last' or 'next'
_GRAINS = {"day": "day", "week": "week", "month": "month", "year": "year"}
_LABELS = ("m:", "sm:", "season:", "u:", "wd:", "ago", "last", "next", "n:", *(f"{s}:" for s in _GRAINS))
_DIGIT = re.compile(r"\d")
_DAYS = {"day": 1, "week": 7}
_SEASONS = ((3, 5), (6, 8), (9, 11), (12, 2))


@dataclass(frozen=True, slots=True)
class _Scan:
    """A sentence that is being searched."""

    local: LocalText
    hits: Sequence[Hit]  # its words
    anchor: date  # the day of publication
    start: int
    end: int

    def before(self, position: int, length: int) -> str:
        """What stands before a place in the sentence."""
        return self.local.text[max(self.start, position - length) : position]

    def after(self, position: int, length: int) -> str:
        """What stands after it."""
        return self.local.text[position : min(self.end, position + length)]


def find(local: LocalText, anchor: date, start: int, end: int) -> list[Time]:
    """The expressions of ``text[start:end]``, in order and without overlaps."""
    found: list[Time] = []
    anchor = max(anchor, _UNKNOWN)
    hits = [hit for hit in local.between(start, end) if _tells_time(hit.concepts)]
    if not hits and not _DIGIT.search(local.text, start, end):
        return []
    scan = _Scan(local, hits, anchor, start, end)
    for time in _all(scan):
        if not any(time.start < other.end and other.start < time.end for other in found):
            found.append(time)
    return sorted(found, key=lambda time: time.start)


@lru_cache(maxsize=4096)
def _tells_time(labels: tuple[str, ...]) -> bool:
    return any(label.startswith(_LABELS) for label in labels)


def _all(scan: _Scan) -> Iterator[Time]:
    text, start, end = scan.local.text, scan.start, scan.end
    digits = _DIGIT.search(text, start, end)
    if digits:
        yield from _numeric(text, start, end)
    for read in (_months, _solar_months, _seasons, _ago, _relative, _weekdays) if scan.hits else ():
        yield from read(scan)
    if not digits:
        return
    for match in _YEAR.finditer(text, start, end):
        year = int(match[1])
        yield Time(match.start(), match.end(), match.group(), date(year, 1, 1), date(year, 12, 31), "year")
    for match in _LONG_PAST.finditer(text, start, end):
        year = int(match["before"] or match["after"])
        yield Time(match.start(), match.end(), match.group(), date(year, 1, 1), date(year, 12, 31), "year")
    if scan.local.data.language == "fa":
        yield from _solar_years(text, start, end)


def _numeric(text: str, start: int, end: int) -> Iterator[Time]:
    for match in _NUMERIC.finditer(text, start, end):
        yield from _exact(match, int(match[4]), int(match[3]), int(match[1]))
    for match in _ISO.finditer(text, start, end):
        yield from _exact(match, int(match[1]), int(match[2]), int(match[3]))


def _exact(match: re.Match[str], year: int, month: int, day: int) -> Iterator[Time]:
    try:
        when = date(year, month, day)
    except ValueError:
        return
    yield Time(match.start(), match.end(), match.group(), when, when, "day")


def _beside(scan: _Scan, hit: Hit, label: str) -> bool:
    """Whether 'last' or 'next' stands beside a weekday, month or season."""
    return _found_beside(scan, hit, label) is not None


def _found_beside(scan: _Scan, hit: Hit, label: str) -> Hit | None:
    for other in scan.hits:
        if label not in other.concepts or other is hit:
            continue
        gap = other.start - hit.end if other.start >= hit.end else hit.start - other.end
        between = scan.local.text[min(hit.end, other.end) : max(hit.start, other.start)]
        if 0 <= gap <= BESIDE and not re.search(r"[.,;:]", between):
            return other
    return None


def _weekdays(scan: _Scan) -> Iterator[Time]:
    for hit in scan.hits:
        number = value(hit, "wd:")
        if number is None:
            continue
        back = (scan.anchor.weekday() - int(number)) % 7
        if _beside(scan, hit, "next"):
            back -= 7
        elif back == 0 and _beside(scan, hit, "last"):
            back = 7
        day = scan.anchor - timedelta(back)
        yield _time(scan, hit, day, day, "day")


def _time(scan: _Scan, hit: Hit, first: date, last: date, grain: str, *, vague: bool = False) -> Time:
    return Time(hit.start, hit.end, scan.local.text[hit.start : hit.end], first, last, grain, vague)


def _relative(scan: _Scan) -> Iterator[Time]:
    """'yesterday', 'last week', 'next month', 'years ago'."""
    for hit in scan.hits:
        for span, grain in _GRAINS.items():
            shift = value(hit, f"{span}:")
            if shift is None:
                continue
            if shift == "-10":
                first, last = date(scan.anchor.year - 10, 1, 1), date(scan.anchor.year - 1, 12, 31)
                yield _time(scan, hit, first, last, "decade", vague=True)
            else:
                yield _time(scan, hit, *_shifted(scan.anchor, span, int(shift)), grain)


def _shifted(anchor: date, span: str, shift: int) -> tuple[date, date]:
    if span == "day":
        return anchor + timedelta(shift), anchor + timedelta(shift)
    if span == "week":
        monday = anchor - timedelta(anchor.weekday() - 7 * shift)
        return monday, monday + timedelta(6)
    if span == "month":
        index = anchor.year * 12 + anchor.month - 1 + shift
        return _month(index // 12, index % 12 + 1)
    return date(anchor.year + shift, 1, 1), date(anchor.year + shift, 12, 31)


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _ago(scan: _Scan) -> Iterator[Time]:
    """'il y a deux ans', 'два года назад', 'قبل عامين': the word 'ago' beside a number of units."""
    for index, unit in enumerate(scan.hits):
        said = value(unit, "u:")
        if said is None:
            continue
        span, factor = said.split(":")
        begin, amount = _amount(scan, index, int(factor))
        stop = unit.end
        ago = next(
            (h for h in scan.hits if "ago" in h.concepts and _touches(scan.local.text, h, begin, stop)), None
        )
        if ago is not None:
            first, last, grain = _back(scan.anchor, span, amount)
            begin, stop = min(begin, ago.start), max(stop, ago.end)
            yield Time(begin, stop, scan.local.text[begin:stop], first, last, grain)


def _amount(scan: _Scan, index: int, factor: int) -> tuple[int, int]:
    """(start, number) of a unit with the number before it; one where none stands there."""
    unit = scan.hits[index]
    if factor > 1:
        return unit.start, factor
    digits = re.search(r"(\d{1,3})\s+$", scan.before(unit.start, 6))
    if digits:
        return unit.start - len(digits.group()), int(digits[1])
    before = scan.hits[index - 1] if index else None
    number = value(before, "n:") if before is not None and unit.start - before.end <= 1 else None
    return (before.start, int(number)) if before is not None and number else (unit.start, 1)


def _touches(text: str, hit: Hit, begin: int, stop: int) -> bool:
    gap = text[hit.end : begin] if hit.end <= begin else text[stop : hit.start]
    return len(gap) <= 12 and not re.search(r"[.,;:]", gap)


def _back(anchor: date, span: str, amount: int) -> tuple[date, date, str]:
    if span in _DAYS:
        day = anchor - timedelta(min(amount, 5_000) * _DAYS[span])
        margin = timedelta(3 if span == "week" else 0)
        return day - margin, day + margin, span
    if span == "month":
        index = anchor.year * 12 + anchor.month - 1 - amount
        return (*_month(max(index, 12) // 12, index % 12 + 1), "month")
    year = max(anchor.year - amount, 1)
    return date(year, 1, 1), date(year, 12, 31), "year"


def _seasons(scan: _Scan) -> Iterator[Time]:
    """A season with its year, or with 'last'; alone it may as well be the coming one."""
    for hit in scan.hits:
        number = value(hit, "season:")
        if number is None:
            continue
        first, last = _SEASONS[int(number)]
        after = _YEAR_AFTER.match(scan.after(hit.end, 14))
        if after:
            year = _year(int(after[1]), first, scan.local.data.language)
        elif _beside(scan, hit, "last"):
            year = _over(scan.anchor, first, last)
        else:
            continue
        stop = hit.end + (after.end() if after else 0)
        days = date(year, first, 1), _month(year + (last < first), last)[1]
        yield Time(hit.start, stop, scan.local.text[hit.start : stop], *days, "season")


def _over(anchor: date, first: int, last: int) -> int:
    """The year in which the latest season that is over began."""
    year = anchor.year
    while _month(year + (last < first), last)[1] >= anchor:
        year -= 1
    return year


def _year(year: int, month: int, language: str) -> int:
    """The year of ours; in Persian also of one of the solar calendar."""
    if language == "fa" and 1300 <= year <= 1450:
        return year + 621 + (month < 3)
    return year


def _months(scan: _Scan) -> Iterator[Time]:
    """A month with what stands beside it: '13 апреля 2025 года', 'en février 2022', '7 de marzo'."""
    text = scan.local.text
    skipped = None
    for index, hit in enumerate(scan.hits):
        number = value(hit, "m:")
        if number is None or hit is skipped:
            continue
        stop = hit.end
        twin = scan.hits[index + 1] if index + 1 < len(scan.hits) else None
        if twin is not None and value(twin, "m:") == number and _PAIRED.match(text[hit.end : twin.start]):
            skipped, stop = twin, twin.end
        day = _DAY_BEFORE.search(scan.before(hit.start, 10))
        year = _YEAR_AFTER.match(scan.after(stop, 18))
        beside = _beside(scan, hit, "last")
        last_year = _found_beside(scan, hit, "year:-1")
        alone = not (day or year or beside or last_year)
        stop = max(stop, last_year.end) if last_year and last_year.start >= stop and not year else stop
        if alone and _doubtful(text[hit.start : hit.end], scan.local.data.language):
            continue
        begin = hit.start - (len(day.group()) if day else 0)
        stop += year.end() if year else 0
        said = int(year[1]) if year else scan.anchor.year - 1 if last_year else None
        span = _span(scan.anchor, int(number), int(day[1]) if day else None, said)
        if span and beside and not day and not said and int(number) == scan.anchor.month:
            span = _month(scan.anchor.year - 1, scan.anchor.month)
        if span:
            yield Time(begin, stop, text[begin:stop], *span, "day" if day else "month")


def _doubtful(word: str, language: str) -> bool:
    """A month alone is often something else: 'mart', 'مه', Rio de Janeiro where months are in lower case."""
    return len(word) < 4 or (word[0].isupper() and language not in ("de", "tr"))


def _span(anchor: date, month: int, day: int | None, year: int | None) -> tuple[date, date] | None:
    chosen = year or (anchor.year if (month, day or 1) <= (anchor.month, anchor.day) else anchor.year - 1)
    if not 1 <= chosen <= 9999:
        return None
    if day is None:
        return _month(chosen, month)
    if not 1 <= day <= calendar.monthrange(chosen, month)[1]:
        return None
    return date(chosen, month, day), date(chosen, month, day)


def _solar_months(scan: _Scan) -> Iterator[Time]:
    """'۱۲ اسفند', 'مهر ۱۴۰۱': only with a day or a year, as the names are words, too."""
    for hit in scan.hits:
        number = value(hit, "sm:")
        if number is None:
            continue
        day = _DAY_BEFORE.search(scan.before(hit.start, 10))
        year = _YEAR_AFTER.match(scan.after(hit.end, 14))
        if not day and not year:
            continue
        begin, stop = hit.start - (len(day.group()) if day else 0), hit.end + (year.end() if year else 0)
        chosen = int(year[1]) if year else solar.year_of(scan.anchor)
        try:
            first, last = _solar_span(chosen, int(number), int(day[1]) if day else None)
            if not year and first > scan.anchor + timedelta(60):
                first, last = _solar_span(chosen - 1, int(number), int(day[1]) if day else None)
        except ValueError:
            continue
        yield Time(begin, stop, scan.local.text[begin:stop], first, last, "day" if day else "month")


def _solar_span(year: int, month: int, day: int | None) -> tuple[date, date]:
    if not 1206 <= year <= 1498:
        raise ValueError(f"solar year {year}")
    if day is not None:
        return solar.day(year, month, day), solar.day(year, month, day)
    return solar.day(year, month), solar.day(year, month, solar.length(year, month))


def _solar_years(text: str, start: int, end: int) -> Iterator[Time]:
    for match in _SOLAR_YEAR.finditer(text, start, end):
        year = int(match[1])
        if 1300 <= year <= 1450:
            days = solar.day(year, 1), solar.day(year, 12, solar.length(year, 12))
            yield Time(match.start(), match.end(), match.group(), *days, "year")
