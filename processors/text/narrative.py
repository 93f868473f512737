"""Days that count from the one told last, not from publication: 'the previous evening', 'a day later'."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

import msgspec
from msgspec import structs

from processors.text.sieve import ENGLISH
from processors.text.times import AMOUNT, Time, days_in

_PART = r"(?:day|night|evening|morning|afternoon)"
_STEP = ENGLISH.add(
    rf"\b(?:(?:(?P<count>{AMOUNT})\s+(?P<unit>hour|day|week)|(?P<vague>hour|minute))s?\s+"
    r"(?P<way>earlier|later|before|prior|after)"
    rf"|(?:on\s+)?the\s+(?P<which>previous|preceding|same|next|following)\s+{_PART}"
    rf"|the\s+{_PART}\s+(?P<side>before|after)"
    r"|(?:earlier|later)\s+in\s+the\s+day)\b",
    re.IGNORECASE,
)
_THAT = ENGLISH.add(rf"\b(?:(?:on|earlier|later)\s+)?that\s+(?:same\s+)?{_PART}\b", re.IGNORECASE)
_FOLLOWS = re.compile(r"\s+(?!that\b|in\b|on\b|at\b)[\w'’“\"]")
_BACK = frozenset({"earlier", "before", "prior", "previous", "preceding"})
_ON = frozenset({"later", "after", "next", "following"})
_NO_DAY = frozenset({"month", "season", "year", "decade"})


class Step(msgspec.Struct, frozen=True, gc=False):
    """``text[start:end]`` means the day ``days`` after the one told last.

    ``ahead``: it dates only what it introduces, as 'a day after' does with 'the raid' behind it;
    'hours before the raid' introduces it, too, and means the raid's day for all that it dates.
    """

    start: int
    end: int
    days: int
    ahead: bool
    introduces: bool = False


def steps(text: str, start: int, end: int, among: int) -> list[Step]:
    """The expressions of ``text[start:end]`` that count from a day told before, in order."""
    found = [_step(text, match, end) for match in _STEP.finditer(among, text, start, end)]
    same = [
        Step(match.start(), match.end(), 0, ahead=False) for match in _THAT.finditer(among, text, start, end)
    ]
    return sorted([*found, *same], key=lambda step: step.start) if same else found


def _step(text: str, match: re.Match[str], stop: int) -> Step:
    word = (match["way"] or match["which"] or match["side"] or "").lower()
    introduces = word in {"before", "after"} and bool(_FOLLOWS.match(text, match.end(), stop))
    amount = days_in(match["count"], match["unit"]) if match["count"] else 0 if match["vague"] else 1
    days = -amount if word in _BACK else amount if word in _ON else 0
    ahead = introduces and days != 0
    return Step(match.start(), match.end(), -days if introduces else days, ahead, introduces)


def dated(text: str, step: Step, beside: Sequence[Time], before: Sequence[Time], anchor: date) -> Time | None:
    """The day that a step leads to, from the other times of its sentence or the last ones before it.

    A step from a month or year stays in it; one that leaves the calendar leads nowhere, nor does
    'that night' in a story that tells no day.
    """
    earlier = [time for time in beside if time.end <= step.start]
    later = [time for time in beside if time.start >= step.end] if step.ahead else []
    base = earlier[-1:] or later[:1] or before[-1:]
    words = text[step.start : step.end]
    if base and base[0].granularity in _NO_DAY:
        return structs.replace(
            base[0], start=step.start, end=step.end, text=words, stepped=True, ahead=step.ahead
        )
    if not base and not step.ahead and step.days >= 0:
        return None
    first, last = (base[0].first, base[0].last) if base else (anchor, anchor)
    from_day = first if step.days < 0 else last
    try:
        day = from_day + timedelta(days=step.days)
    except OverflowError:
        return None
    return Time(step.start, step.end, words, day, day, "day", stepped=True, ahead=step.ahead)
