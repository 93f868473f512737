"""Five-field cron, in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from apscheduler.triggers.cron import CronTrigger

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NUMBERS = re.compile(r"(\d)(?:-(\d))?(?:/(\d+))?")


def next_time(expression: str, after: datetime) -> datetime:
    """The first moment of ``expression`` later than ``after``."""
    found: datetime | None = _trigger(expression).get_next_fire_time(None, after + timedelta(microseconds=1))
    return found.astimezone(UTC) if found else after + timedelta(days=366)


@lru_cache(maxsize=256)
def _trigger(expression: str) -> CronTrigger:
    fields = expression.split()
    fields[4] = ",".join(_weekdays(part) for part in fields[4].split(","))
    return CronTrigger.from_crontab(" ".join(fields), timezone=UTC)


def _weekdays(part: str) -> str:
    """Numbers as names: APScheduler counts weekdays from Monday = 0, cron from Sunday = 0."""
    numbers = _NUMBERS.fullmatch(part)
    if not numbers:
        return part
    first, last, step = numbers.groups()
    days = range(int(first), int(last or first) + 1, int(step or 1))
    return ",".join(_DAYS[day] for day in days) or part
