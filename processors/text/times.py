"""English time expressions, resolved against the publication date to an interval with its granularity."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from operator import attrgetter

import msgspec

from processors.text import numbers
from processors.text.sieve import ANYTHING, ENGLISH, Choice, Sifted

MONTHS = {
    name: index
    for index, names in enumerate(
        [
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ],
        start=1,
    )
    for name in names.split()
}
DAYS = {
    name: index
    for index, name in enumerate(
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    )
}
DAYS |= {name[:3]: index for name, index in DAYS.items()} | {"tues": 1, "thur": 3, "thurs": 3}
SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 2)}

_M = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_D = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b"
_PART = r"(?:\s+(?:morning|afternoon|evening|night|noon|midnight))?"
AMOUNT = (
    r"(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,3}|a few|several|many|"
    r"some|a couple of|half a)"
)


class Time(msgspec.Struct, frozen=True, gc=False):
    """``text[start:end]`` means the days ``first`` to ``last``, both included."""

    start: int
    end: int
    text: str
    first: date
    last: date
    granularity: str  # hour | day | week | month | season | year | decade
    vague: bool = False  # 'years ago', 'recently': the interval is a guess
    stepped: bool = False  # counted from a day told before: 'the previous evening'
    ahead: bool = False  # dates only what it introduces: 'a day after the raid'


Reader = Callable[["re.Match[str]", date], tuple[date, date, str] | None]


def _day(when: date) -> tuple[date, date, str]:
    return when, when, "day"


def _month_span(year: int, month: int) -> tuple[date, date, str]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), "month"


def _year_span(year: int) -> tuple[date, date, str]:
    return date(year, 1, 1), date(year, 12, 31), "year"


def _full_year(text: str, anchor: date) -> int:
    if text.lower() == "last year":
        return anchor.year - 1
    year = int(text)
    if year >= 100:
        return year
    century = anchor.year - anchor.year % 100
    return century + year if century + year <= anchor.year + 1 else century - 100 + year


def _month(name: str) -> int:
    return MONTHS[name.rstrip(".").lower()]


def _read_full(match: re.Match[str], anchor: date) -> tuple[date, date, str] | None:
    """A day with month, and perhaps a year; without one, the nearest such day not after the anchor."""
    month, day = _month(match["month"]), int(match["day"])
    if match["year"]:
        return _day(date(_full_year(match["year"], anchor), month, day))
    year = anchor.year
    if date(year, month, min(day, 28)) > anchor + timedelta(days=60):
        year -= 1
    return _day(date(year, month, day))


_FEASTS = {"christmas day": (12, 25), "christmas eve": (12, 24), "boxing day": (12, 26), "may day": (5, 1)}
_FEASTS |= {"new year's day": (1, 1), "new year's eve": (12, 31)}


def _read_feast(match: re.Match[str], anchor: date) -> tuple[date, date, str] | None:
    """'on Christmas Day': with a year, or the nearest one."""
    month, day = _FEASTS[match["feast"].lower().replace("’", "'")]
    if match["year"]:
        return _day(date(int(match["year"]), month, day))
    near = [date(anchor.year + step, month, day) for step in (-1, 0, 1)]
    return _day(min(near, key=lambda one: abs(one - anchor)))


def _read_days(match: re.Match[str], anchor: date) -> tuple[date, date, str] | None:
    """'7 and 8 May', 'May 7-8', 'between 7 and 9 May 2026'."""
    told = _read_full(match, anchor)
    first = told[0].replace(day=int(match["from"])) if told else None
    return (first, told[1], "day") if told and first and first < told[1] else None


def _read_day_of_month(match: re.Match[str], anchor: date) -> tuple[date, date, str] | None:
    """'late on the 14th': the last such day."""
    day = int(match["day"])
    month = anchor if day <= anchor.day else anchor.replace(day=1) - timedelta(days=1)
    return _day(month.replace(day=day))


def _read_night(match: re.Match[str], anchor: date) -> tuple[date, date, str] | None:
    """'overnight into Tuesday', 'Monday night into Tuesday', 'overnight on Monday': a night has two days."""
    first, until = match["day"], match["until"]
    if first and until and (DAYS[until.lower()] - DAYS[first.lower()]) % 7 != 1:
        return None
    named = anchor - timedelta(days=(anchor.weekday() - DAYS[(until or first).lower()]) % 7)
    last = named if until or named == anchor else named + timedelta(days=1)
    return last - timedelta(days=1), last, "day"


def _read_iso(match: re.Match[str], _: date) -> tuple[date, date, str] | None:
    return _day(date(int(match["year"]), int(match["month"]), int(match["day"])))


def _read_month(match: re.Match[str], anchor: date) -> tuple[date, date, str] | None:
    month = _month(match["month"])
    if match["year"]:
        return _month_span(_full_year(match["year"], anchor), month)
    year = anchor.year - (month > anchor.month)
    if (match["which"] or "").lower() == "next":
        year = anchor.year + (month <= anchor.month)
    elif (match["which"] or "").lower() == "last" and month == anchor.month:
        year -= 1
    return _month_span(year, month)


def _read_year(match: re.Match[str], _: date) -> tuple[date, date, str] | None:
    return _year_span(int(match["year"]))


def _read_decade(match: re.Match[str], anchor: date) -> tuple[date, date, str] | None:
    start = int(match["year"])
    if start < 100:
        start += 1900 if 1900 + start + 9 <= anchor.year else 2000
    return date(start, 1, 1), date(start + 9, 12, 31), "decade"


def _read_near(match: re.Match[str], anchor: date) -> tuple[date, date, str] | None:
    word = " ".join(match["word"].lower().split())
    shift = {
        "yesterday": -1,
        "last night": -1,
        "tomorrow": 1,
        "overnight": -1,
        "the day before yesterday": -2,
    }
    if word == "overnight":
        return anchor - timedelta(days=1), anchor, "day"
    return _day(anchor + timedelta(days=shift.get(word, 0)))


def _read_day_last_week(match: re.Match[str], anchor: date) -> tuple[date, date, str] | None:
    """'Wednesday last week', 'last week on Wednesday'."""
    back = anchor.weekday() - DAYS[(match["day"] or match["last"]).lower()]
    return _day(anchor - timedelta(days=back + 7))


def _read_weekend(_: re.Match[str], anchor: date) -> tuple[date, date, str] | None:
    saturday = anchor - timedelta(days=(anchor.weekday() - 5) % 7)
    return saturday, saturday + timedelta(days=1), "day"


def _read_weekday(match: re.Match[str], anchor: date) -> tuple[date, date, str] | None:
    which = (match["which"] or "").lower()
    back = (anchor.weekday() - DAYS[match["day"].lower()]) % 7
    if which in {"next", "coming", "this coming"}:
        return _day(anchor + timedelta(days=7 - back if back else 7))
    if which in {"last", "the previous"} and back == 0:
        back = 7
    return _day(anchor - timedelta(days=back))


def _read_unit(match: re.Match[str], anchor: date) -> tuple[date, date, str] | None:
    """'last week', 'this month', 'next year', 'the past decade'."""
    which, unit = match["which"].lower(), match["unit"].lower()
    earlier = which.startswith("earlier")  # until now, not to the end of the week
    now, then = {"this", "the current"}, {"next", "the coming", "coming"}
    shift = 0 if earlier or which in now else 1 if which in then else -1
    if unit == "week":
        monday = anchor - timedelta(days=anchor.weekday() - 7 * shift)
        return monday, anchor if earlier else monday + timedelta(days=6), "week"
    if unit == "month":
        index = anchor.year * 12 + anchor.month - 1 + shift
        return _month_span(index // 12, index % 12 + 1)
    if unit == "decade":
        return date(anchor.year - 10, 1, 1), date(anchor.year - 1, 12, 31), "decade"
    if unit == "weekend":
        saturday = anchor - timedelta(days=(anchor.weekday() - 5) % 7 - 7 * (shift > 0))
        return saturday, saturday + timedelta(days=1), "day"
    return _year_span(anchor.year + shift)


def _read_season(match: re.Match[str], anchor: date) -> tuple[date, date, str] | None:
    first, last = SEASONS[match["season"].lower()]
    year = int(match["year"]) if match["year"] else anchor.year
    if not match["year"] and date(year, first, 1) > anchor - timedelta(days=30):
        year -= 1
    return date(year, first, 1), _month_span(year + (last < first), last)[1], "season"


_UNIT_DAYS = {
    "minute": 0.0,
    "hour": 0.04,
    "day": 1.0,
    "week": 7.0,
    "month": 30.4,
    "year": 365.25,
    "decade": 3652.5,
}
_UNIT_GRAIN = {
    "minute": "hour",
    "hour": "hour",
    "day": "day",
    "week": "week",
    "month": "month",
    "year": "year",
}


def _amount(words: str) -> int:
    lowered = words.lower()
    if lowered in {"a", "an", "half a"}:
        return 1
    found = numbers.value(lowered.removesuffix(" of"))
    return found[0] if found else 1


def days_in(count: str, unit: str) -> int:
    """'48 hours' are two days."""
    return round(_amount(count) * _UNIT_DAYS[unit.lower()])


def _shift(anchor: date, days: float) -> date:
    try:
        return anchor - timedelta(days=round(days))
    except OverflowError:
        return date.min


def _read_ago(match: re.Match[str], anchor: date) -> tuple[date, date, str] | None:
    unit = match["unit"].lower()
    if not match["count"] and match.group().lower().endswith("before"):
        return None  # 'days before', from what was told
    amount = _amount(match["count"]) if match["count"] else 3
    day = _shift(anchor, amount * _UNIT_DAYS[unit])
    if unit in {"year", "decade"}:
        return (*_year_span(max(day.year, 1))[:2], "decade" if unit == "decade" else "year")
    if unit == "month":
        return _month_span(day.year, day.month)
    margin = timedelta(days=3 if unit == "week" else 0)
    return day - margin, day + margin, _UNIT_GRAIN[unit]


def _read_span(match: re.Match[str], anchor: date) -> tuple[date, date, str] | None:
    """'the past three days', 'in the last 24 hours', 'in recent weeks'."""
    unit = match["unit"].lower()
    amount = _amount(match["count"]) if match["count"] else 3
    grain = "decade" if unit == "decade" else _UNIT_GRAIN[unit]
    return _shift(anchor, max(amount * _UNIT_DAYS[unit], 1)), anchor, grain


def _pattern(text: str) -> Sifted:
    return ENGLISH.add(rf"(?<![\w$€£.,-])(?:{text})(?![\w%]|[.,]\d)", re.IGNORECASE)


def _cased(text: str) -> Sifted:
    return ENGLISH.add(rf"(?<![\w$€£.,-])(?:{text})(?![\w%]|[.,]\d)")


_TO = r"(?:\s*[-–—/]\s*|\s+(?:and|to|or|until)\s+)"
_U = r"(?P<unit>minute|hour|day|week|month|year|decade)s?"
_READERS: tuple[tuple[Sifted, Reader], ...] = (
    (_pattern(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"), _read_iso),
    (
        _pattern(
            r"(?P<feast>Christmas (?:Day|Eve)|Boxing Day|May Day|New Year['’]s (?:Day|Eve))"
            r"(?:(?:,| of| in)? (?P<year>\d{4})(?!\d))?"
        ),
        _read_feast,
    ),
    (
        _cased(
            rf"(?P<from>\d{{1,2}})(?:st|nd|rd|th)?{_TO}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?"
            rf"(?P<month>{_M})(?:,?\s+(?P<year>\d{{4}})(?!\d|:))?"
        ),
        _read_days,
    ),
    (
        _cased(
            rf"(?P<month>{_M})\s+(?P<from>\d{{1,2}})(?:st|nd|rd|th)?{_TO}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
            r"(?!\d|:)(?:,?\s+(?P<year>\d{4}))?"
        ),
        _read_days,
    ),
    (
        _cased(
            rf"(?:{_D},?\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_M})"
            r"(?:,?\s+(?P<year>\d{4}|\d\d|last year)(?!\d|:))?"
        ),
        _read_full,
    ),
    (
        _cased(
            rf"(?:{_D},?\s+)?(?P<month>{_M})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|"
            rf":)(?:,?\s+(?P<year>\d{{4}}|last year))?"
        ),
        _read_full,
    ),
    (
        _cased(
            rf"(?:(?P<which>[Ll]ast|[Nn]ext|[Tt]his)\s+)?(?:(?:early|mid|late|early in|late in)[\s-]+)?"
            rf"(?P<month>{_M})(?:,?\s+(?:of\s+)?(?P<year>\d{{4}}|last year))"
        ),
        _read_month,
    ),
    (
        _cased(
            rf"(?:[Ii]n|[Ss]ince|[Ll]ast|next|this|[Ee]arly|mid|late|[Uu]ntil|[Ff]rom|[Dd]uring|by|of|"
            rf"between|through|every)[\s-]+"
            rf"(?:(?P<which>last|next|this|early|mid|late)[\s-]+)?(?P<month>{_M})(?P<year>)"
        ),
        _read_month,
    ),
    (_pattern(r"(?:the\s+)?(?:early\s+|late\s+|mid-)?(?P<year>(?:1[89]|20)\d0|[6-9]0)'?s"), _read_decade),
    (
        _pattern(
            rf"(?:more than |about |nearly |almost |some |over |just |barely )?(?:(?P<count>{AMOUNT}|"
            rf"dozens of)\s+)?"
            rf"{_U}\s+(?:ago|earlier|previously|before(?=$|[^\w\s]|\s(?:and|but|in|at|on|from|near|by)\b))"
        ),
        _read_ago,
    ),
    (
        _cased(rf"(?P<day>{_D}){_PART}(?:\s+of)?,?\s+last\s+week|[Ll]ast\s+week,?\s+on\s+(?P<last>{_D})"),
        _read_day_last_week,
    ),
    (
        _pattern(
            rf"(?:in|over|during|within|for|of)\s+(?:the\s+)?(?:past|last|recent|previous)\s+"
            rf"(?:(?P<count>{AMOUNT}|\d{{1,3}})\s+)?{_U}"
        ),
        _read_span,
    ),
    (_pattern(rf"(?:the\s+)?(?:past|last)\s+(?P<count>{AMOUNT})\s+{_U}"), _read_span),
    (
        _pattern(
            r"(?:on|of|until|by|since|from|for)\s+the\s+(?P<day>\d{1,2})(?:st|nd|rd|th)"
            r"(?=\s*(?:[,.;:)]|$)|\s+(?:and|at|when|in|by|near|but|as|while|during)\b)"
        ),
        _read_day_of_month,
    ),
    (
        _cased(
            rf"(?:(?:[Oo]vernight|[Nn]ight)\s+(?:(?:on|of|from|between)\s+)?)?(?P<day>{_D})(?:\s+(?:night|evening))?"
            rf"(?:{_TO}|\s+into\s+)(?P<until>{_D})(?:\s+(?:morning|night))?"
        ),
        _read_night,
    ),
    (_cased(rf"[Oo]vernight\s+(?:into|to)\s+(?P<day>)(?P<until>{_D})"), _read_night),
    (_cased(rf"[Oo]vernight\s+(?:on\s+)?(?P<day>{_D})(?P<until>)"), _read_night),
    (
        _pattern(
            r"(?P<word>today|tonight|yesterday|tomorrow|last night|overnight|this morning|this afternoon|"
            r"this evening"
            r"|the day before yesterday|earlier today|hours ago)" + _PART
        ),
        _read_near,
    ),
    (
        _pattern(
            r"(?P<which>last|earlier\s+this|this|next|the coming|coming|the previous|previous|the past|"
            r"the current)\s+"
            r"(?P<unit>week|month|year|decade|weekend)(?:'s)?"
        ),
        _read_unit,
    ),
    (_pattern(r"(?<!every )(?<!each )(?<!coming )(?<!next )weekend"), _read_weekend),
    (
        _cased(
            r"(?<!\b[Aa] )(?<!\b[Oo]ne )"  # 'on a Saturday' is any
            r"(?:(?P<which>[Ll]ast|[Nn]ext|[Tt]his|[Tt]his coming|[Tt]he previous)\s+)?"
            rf"(?:early\s+|late\s+)?(?P<day>{_D})(?:'s)?{_PART}"
        ),
        _read_weekday,
    ),
    (
        _pattern(
            r"(?:last\s+|this\s+|in\s+(?:the\s+)?|that\s+)(?P<season>spring|summer|autumn|"
            r"winter)(?:\s+(?:of\s+)?(?P<year>\d{4}))?"
        ),
        _read_season,
    ),
    (_pattern(r"(?P<year>(?:1[89]|20)\d\d)(?:'s)?"), _read_year),
)

_CHOICE = Choice((pattern, (pattern.regex, read)) for pattern, read in _READERS)


def find(
    text: str, anchor: date, start: int = 0, end: int | None = None, among: int = ANYTHING
) -> list[Time]:
    """The time expressions of ``text[start:end]``, in order and without overlaps; offsets into ``text``.

    Relative ones count from ``anchor``, the day of publication. ``among``: which patterns are possible there.
    """
    stop = len(text) if end is None else end
    found: list[Time] = []
    for regex, read in _CHOICE.of(among):
        for time in _times(regex.finditer(text, start, stop), read, anchor):
            if not any(time.start < other.end and other.start < time.end for other in found):
                found.append(time)
    return sorted(found, key=_start) if len(found) > 1 else found


_start = attrgetter("start")


def _times(matches: Iterator[re.Match[str]], read: Reader, anchor: date) -> Iterator[Time]:
    for match in matches:
        try:
            span = read(match, anchor)
        except (ValueError, OverflowError):  # 31 February, the year 0
            continue
        if span:
            first, last, grain = span
            vague = "count" in match.re.groupindex and match["count"] is None
            yield Time(match.start(), match.end(), match.group(), first, last, grain, vague)
