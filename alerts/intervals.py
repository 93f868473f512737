"""Named stretches of the week: is now inside one, and when does that end?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.models.channels import TimeInterval

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_END_OF_DAY = time(23, 59, 59)  # the model's default; means midnight, not one second before


def contains(interval: TimeInterval, now: datetime) -> bool:
    """Whether ``now`` lies inside. A stretch that crosses midnight belongs to the day it starts on."""
    return any(start <= now < end for start, end in _stretches(interval, now, ahead=0))


def waits(
    mute: Iterable[str], active: Iterable[str], intervals: Mapping[str, TimeInterval], now: datetime
) -> tuple[datetime, str] | None:
    """None when sending is allowed now; otherwise until when it waits, and why.

    Sending is allowed outside all of ``mute`` and, where ``active`` names any, inside one of those. Where no
    allowed moment comes within eight days, the answer is a day from now, to be asked again.
    """
    why = _blocked(tuple(mute), tuple(active), intervals, now)
    if why is None:
        return None
    names = [*mute, *active]
    edges = sorted(
        {
            edge
            for name in names
            if name in intervals
            for stretch in _stretches(intervals[name], now, ahead=8)
            for edge in stretch
            if edge > now
        }
    )
    for edge in edges:
        if _blocked(tuple(mute), tuple(active), intervals, edge) is None:
            return edge, f"{why} until {edge:%Y-%m-%d %H:%M} UTC"
    return now + timedelta(days=1), f"{why}; no open time within eight days"


def _blocked(
    mute: tuple[str, ...], active: tuple[str, ...], intervals: Mapping[str, TimeInterval], now: datetime
) -> str | None:
    for name in mute:
        if name in intervals and contains(intervals[name], now):
            return f"quiet: in interval {name}"
    known = [name for name in active if name in intervals]
    if known and not any(contains(intervals[name], now) for name in known):
        return f"quiet: outside interval {', '.join(known)}"
    return None


def _stretches(interval: TimeInterval, now: datetime, ahead: int) -> Iterator[tuple[datetime, datetime]]:
    """The stretches that start from yesterday until ``ahead`` days from now, in UTC."""
    zone = ZoneInfo(interval.timezone)
    today = now.astimezone(zone).date()
    for offset in range(-1, ahead + 1):
        day = today + timedelta(days=offset)
        if interval.days and _DAYS[day.weekday()] not in interval.days:
            continue
        to = time(0, 0) if interval.to == _END_OF_DAY else interval.to
        last = day + timedelta(days=1) if to <= interval.from_ else day
        yield (
            datetime.combine(day, interval.from_, zone).astimezone(UTC),
            datetime.combine(last, to, zone).astimezone(UTC),
        )
