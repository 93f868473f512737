"""Is a feed well? Judged after every poll; changes are kept for whoever tells the operators.

The stage that sends notifications calls :func:`pending_transitions`, turns each into an alert of kind
``operator`` and calls :func:`acknowledge_transition` in (or after) the transaction that stored the alert. Ids
are stable, so doing it twice can be recognised. One row when a feed falls ill, one when it recovers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import sqlalchemy as sa

from ingest.policy import FeedPolicy
from ingest.schedule import span
from ingest.tables import feed_health_event, feed_state
from streams.state import reading, writing

FAILING_AFTER = 3  # failures in a row ...
FAILING_FOR = 1800.0  # ... over at least this many seconds
RHYTHM_FACTOR = 8.0  # silence this many times longer than usual is odd ...
RHYTHM_LEAST = 86400.0  # ... but never before a day
RHYTHM_NEEDS = 10  # entries seen before a rhythm is believed


class Vitals(msgspec.Struct, frozen=True):
    """What a judgement needs; times in seconds since the epoch."""

    failures: int
    failing_since: float | None
    last_error: str | None
    last_new: float | None
    first_poll: float | None
    gone: bool
    entries_total: int
    gap_s: float | None


class Health(msgspec.Struct, frozen=True):
    """The judgement. ``kind``: ok, failing, stale or gone."""

    kind: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of a feed's health that operators should hear of."""

    id: int
    feed_id: str
    kind: str  # failing | stale | gone | recovered
    reason: str  # one line for people
    at: datetime  # UTC
    title: str | None = None  # of the feed
    url: str | None = None


def judge(vitals: Vitals, policy: FeedPolicy, now: float) -> Health:
    """How the feed is, and why."""
    if vitals.gone:
        return Health("gone", "the server says that the feed is gone for good (410)")
    failing = now - vitals.failing_since if vitals.failing_since is not None else 0.0
    patience = (
        max(FAILING_FOR, 2 * policy.every)
        if policy.stale_after is None
        else min(FAILING_FOR, policy.stale_after)
    )
    if vitals.failures >= FAILING_AFTER and failing >= patience:
        return Health("failing", f"failing for {span(failing)}: {vitals.last_error or 'unknown error'}")
    limit, why = _silence_limit(vitals, policy)
    since = vitals.last_new if vitals.last_new is not None else vitals.first_poll
    if limit is not None and since is not None and now - since > limit:
        return Health("stale", f"nothing new for {span(now - since)} ({why})")
    return Health("ok")


def transition(before: str, after: Health) -> tuple[str, str] | None:
    """Kind and reason of the event when health goes from ``before`` to ``after``; None for no event."""
    if before == after.kind:
        return None
    if after.kind == "ok":
        return "recovered", f"well again (was {before})"
    return after.kind, after.reason


def pending_transitions(engine: sa.Engine, limit: int = 100) -> list[Transition]:
    """Changes of health that nobody has acknowledged yet, the oldest first."""
    query = (
        sa.select(feed_health_event, feed_state.c.title, feed_state.c.url)
        .join(feed_state, feed_state.c.id == feed_health_event.c.feed_id, isouter=True)
        .where(feed_health_event.c.acknowledged.is_(False))
        .order_by(feed_health_event.c.id)
        .limit(limit)
    )
    with reading(engine) as connection:
        return [
            Transition(
                row.id,
                row.feed_id,
                row.kind,
                row.reason,
                datetime.fromtimestamp(row.at, UTC),
                row.title,
                row.url,
            )
            for row in connection.execute(query)
        ]


def acknowledge_transition(target: sa.Engine | sa.Connection, ids: int | Sequence[int]) -> None:
    """Mark changes as told. With a connection, in the caller's transaction. Idempotent."""
    wanted = [ids] if isinstance(ids, int) else list(ids)
    statement = (
        sa.update(feed_health_event).where(feed_health_event.c.id.in_(wanted)).values(acknowledged=True)
    )
    if isinstance(target, sa.Connection):
        target.execute(statement)
        return
    with writing(target) as connection:
        connection.execute(statement)


def _silence_limit(vitals: Vitals, policy: FeedPolicy) -> tuple[float | None, str]:
    if policy.stale_after is not None:
        return policy.stale_after, f"stale_after is {span(policy.stale_after)}"
    if vitals.gap_s is None or vitals.entries_total < RHYTHM_NEEDS:
        return None, ""
    return max(
        RHYTHM_LEAST, RHYTHM_FACTOR * vitals.gap_s
    ), f"usually something new every {span(vitals.gap_s)}"
