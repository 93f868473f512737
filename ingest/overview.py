"""The feeds as ``tocsin feeds list`` shows them: when each is asked next and why, and how it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from config.models.root import Config
from ingest.policy import policies
from ingest.tables import feed_state
from streams.state import reading


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """One configured feed and what is known of it. Durations in seconds, times in UTC."""

    id: str
    title: str | None
    url: str  # asked now
    configured_url: str
    every: float
    interval: float | None  # of the adaptive controller
    next_poll: datetime | None  # None: not polled yet
    why: str
    health: str  # ok | failing | stale | gone | new (never polled) | disabled
    health_reason: str
    last_poll: datetime | None
    last_success: datetime | None
    last_new: datetime | None
    last_status: int | None
    last_error: str | None
    failures: int
    polls: int
    entries: int  # seen ever
    entries_per_day: float | None
    latency: float | None  # mean of first seen minus published

    @property
    def unhealthy(self) -> bool:
        """True for what ``--unhealthy`` shows."""
        return self.health in ("failing", "stale", "gone") or self.failures > 0


def feed_overview(engine: sa.Engine, config: Config) -> list[FeedStatus]:
    """Every configured feed, in the order of the configuration."""
    with reading(engine) as connection:
        rows = {row.id: row for row in connection.execute(sa.select(feed_state))}
    enabled = policies(config)
    found = []
    for feed in config.feeds.feeds:
        policy = enabled.get(feed.id)
        row = rows.get(feed.id)
        every = policy.every if policy else (feed.every or config.feeds.defaults.every).total_seconds()
        if row is None or policy is None:
            found.append(_unknown(feed.id, feed.title, feed.url, every, "new" if policy else "disabled"))
        else:
            found.append(_status(row, feed.title, feed.url, every))
    return found


def _status(
    row: sa.Row[tuple[object, ...]], title: str | None, configured_url: str, every: float
) -> FeedStatus:
    return FeedStatus(
        id=row.id,
        title=title or row.title,
        url=row.url,
        configured_url=configured_url,
        every=every,
        interval=row.interval_s,
        next_poll=_time(row.next_poll),
        why=row.reason,
        health=row.health if row.polls else "new",
        health_reason=row.health_reason,
        last_poll=_time(row.last_poll),
        last_success=_time(row.last_success),
        last_new=_time(row.last_new),
        last_status=row.last_status,
        last_error=row.last_error,
        failures=row.failures,
        polls=row.polls,
        entries=row.entries_total,
        entries_per_day=_per_day(row),
        latency=row.latency_s,
    )


def _per_day(row: sa.Row[tuple[object, ...]]) -> float | None:
    """Entries a day since the first poll; None before six hours have passed."""
    if row.first_poll is None or row.last_poll is None or row.last_poll - row.first_poll < 21600:
        return None
    return float(round(row.entries_total / ((row.last_poll - row.first_poll) / 86400), 1))


def _unknown(name: str, title: str | None, url: str, every: float, health: str) -> FeedStatus:
    why = "not polled yet" if health == "new" else "disabled in the configuration"
    return FeedStatus(
        id=name, title=title, url=url, configured_url=url, every=every, interval=None, next_poll=None,
        why=why, health=health, health_reason="", last_poll=None, last_success=None, last_new=None,
        last_status=None, last_error=None, failures=0, polls=0, entries=0, entries_per_day=None, latency=None,
    )  # fmt: skip


def _time(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
