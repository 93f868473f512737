"""Moments and spans as people write them on the command line."""

from __future__ import annotations

from datetime import UTC, date, datetime

from config.errors import UsageError
from config.models.base import parse_duration


def moment(text: str, now: datetime) -> datetime:
    """'2026-09-01', '2026-09-01T10:00Z', or '30d', '6h' (before ``now``); UTC where no zone is given."""
    stripped = text.strip()
    try:
        return now - parse_duration(stripped)
    except ValueError:
        pass
    try:
        if len(stripped) == len("2026-09-01"):
            day = date.fromisoformat(stripped)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        parsed = datetime.fromisoformat(stripped)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is no time; write 2026-09-01, 2026-09-01T10:00Z, or 7d for a week ago"
        ) from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def later(text: str, now: datetime) -> datetime:
    """Like :func:`moment`, but a span counts from ``now`` forwards: '4h' is in four hours."""
    try:
        return now + parse_duration(text.strip())
    except ValueError:
        return moment(text, now)
