"""Lease → begin → send → finish: who has a delivery in hand, and what became of it.

Order of writing: an attempt is recorded as begun, durably, before anything is handed to the provider, and as
finished right after. So after a crash it is known which messages cannot have left (leased, not begun: they
simply go again) and which may have (begun, not finished: the channel's policy for lost answers).
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from alerts.outbox_outcomes import History, Judge, Outcome
from alerts.outbox_tables import (
    CLOCK_SLACK_MS,
    FAILED,
    LEASED,
    PENDING,
    SENT,
    UNKNOWN,
    attempts,
    channel_states,
    deliveries,
    from_ms,
    outbox,
    to_ms,
)
from config.models.channels import ChannelBase


@dataclass(frozen=True, slots=True)
class Lease:
    """A delivery in hand."""

    id: str
    channel: str
    target: str
    form: str
    thread: str | None
    title: str
    created: datetime
    attempts: int  # begun so far
    unknowns: int  # of these, how many answers were lost
    possible_duplicate: bool


def lease(
    connection: Connection, owner: str, channel: str, now: datetime, at_most: int = 20
) -> tuple[Lease, ...]:
    """Take deliveries of one channel whose time has come; none while the channel is paused."""
    if paused(connection, channel, now):
        return ()
    rows = connection.execute(
        select(deliveries)
        .where(deliveries.c.channel == channel, _due(now))
        .order_by(deliveries.c.next_attempt, deliveries.c.created_at, deliveries.c.id)
        .limit(at_most)
        .with_for_update(skip_locked=True)  # no effect on SQLite, where the transaction is alone
    ).all()
    ids = [row.id for row in rows]
    _set_state(connection, ids, LEASED, lease_owner=owner, begun_at=None)
    lost = _unknowns(connection, ids)
    return tuple(_lease(row, lost.get(row.id, 0)) for row in rows)


def due_channels(connection: Connection, now: datetime) -> frozenset[str]:
    """The channels for which :func:`lease` would find something."""
    due = select(deliveries.c.channel).where(_due(now)).distinct()
    found = connection.execute(due).scalars().all()
    return frozenset(channel for channel in found if not paused(connection, channel, now))


def begin(connection: Connection, owner: str, leased: Lease, now: datetime) -> bool:
    """Record that handing over begins. False: the lease is not ours any more; do not send."""
    mine = (deliveries.c.id == leased.id, deliveries.c.lease_owner == owner, deliveries.c.state == LEASED)
    number = leased.attempts + 1
    if (
        connection.execute(
            update(deliveries).where(*mine).values(begun_at=to_ms(now), attempts=number)
        ).rowcount
        == 0
    ):
        return False
    values = {"delivery": leased.id, "number": number, "owner": owner, "started_at": to_ms(now)}
    # Again after a commit whose answer was lost: the row may be there.
    connection.execute(_insert(connection, attempts).values(values).on_conflict_do_nothing())
    return True


def finish(connection: Connection, owner: str, leased: Lease, outcome: Outcome, now: datetime) -> bool:
    """Record how the attempt went. False: the lease was taken over meanwhile; the attempt is still noted."""
    _finish_attempt(connection, leased.id, leased.attempts + 1, outcome, now)
    ours = _close(connection, leased.id, outcome, now, deliveries.c.lease_owner == owner)
    if not ours and outcome.state == SENT:  # a late success ends a repeat that was only planned
        planned = deliveries.c.state.in_((PENDING, UNKNOWN))
        _close(connection, leased.id, outcome, now, planned)
    _note_channel(connection, leased.channel, outcome, now)
    return ours


def release(connection: Connection, owner: str) -> None:
    """Give back what was leased and not begun."""
    held = connection.execute(
        select(deliveries.c.id).where(
            deliveries.c.lease_owner == owner, deliveries.c.state == LEASED, deliveries.c.begun_at.is_(None)
        )
    ).scalars()
    _set_state(connection, list(held), PENDING, lease_owner=None)


def give_back(connection: Connection, leases: Sequence[Lease]) -> None:
    """Return leases that were not begun."""
    _set_state(connection, [item.id for item in leases], PENDING, lease_owner=None)


def orphans(connection: Connection) -> frozenset[str]:
    """Every owner that holds a lease."""
    held = select(deliveries.c.lease_owner).where(deliveries.c.state == LEASED).distinct()
    return frozenset(owner for owner in connection.execute(held).scalars() if owner)


def recover(
    connection: Connection,
    dead: Collection[str],
    settings: Mapping[str, ChannelBase],
    now: datetime,
    chance: random.Random,
    *,
    channel: str | None = None,
) -> int:
    """Take the leases of dead owners away, of all channels or one; returns how many."""
    held = select(deliveries).where(deliveries.c.state == LEASED, deliveries.c.lease_owner.in_(list(dead)))
    if channel is not None:
        held = held.where(deliveries.c.channel == channel)
    rows = connection.execute(held.with_for_update(skip_locked=True)).all()
    lost = _unknowns(connection, [row.id for row in rows])
    _set_state(connection, [row.id for row in rows if row.begun_at is None], PENDING, lease_owner=None)
    for row in rows:
        if row.begun_at is not None:
            history = History(from_ms(row.created_at), row.attempts, lost.get(row.id, 0), 0)
            outcome = Judge(settings.get(row.channel) or ChannelBase(), now, chance).after_crash(history)
            _finish_attempt(connection, row.id, row.attempts, outcome, now)
            _close(connection, row.id, outcome, now)
    return len(rows)


def retire(connection: Connection, configured: Collection[str], now: datetime) -> None:
    """Fail what waits for channels that are not configured any more: nobody would ever send it."""
    gone = connection.execute(
        select(deliveries.c.id).where(
            deliveries.c.state == PENDING, deliveries.c.channel.not_in(list(configured))
        )
    ).scalars()
    why = "the channel is not configured any more"
    _set_state(connection, list(gone), FAILED, last_error=why, finished_at=to_ms(now))


def paused(connection: Connection, channel: str, now: datetime) -> bool:
    """Whether the whole channel waits (server down, rate limited)."""
    found = _channel(connection, channel)
    if found is None or found.paused_until is None:
        return False
    return bool(found.paused_until > to_ms(now) and found.set_at <= to_ms(now) + CLOCK_SLACK_MS)


def failures(connection: Connection, channel: str) -> int:
    """Failures of the whole channel in a row."""
    found = _channel(connection, channel)
    return int(found.failures) if found else 0


def _due(now: datetime) -> ColumnElement[bool]:
    now_ms = to_ms(now)
    come = or_(deliveries.c.next_attempt <= now_ms, deliveries.c.set_at > now_ms + CLOCK_SLACK_MS)
    return and_(deliveries.c.state == PENDING, come)


def _channel(connection: Connection, channel: str) -> Row[Any] | None:
    return connection.execute(select(channel_states).where(channel_states.c.channel == channel)).one_or_none()


def _finish_attempt(
    connection: Connection, delivery: str, number: int, outcome: Outcome, now: datetime
) -> None:
    connection.execute(
        update(attempts)
        .where(attempts.c.delivery == delivery, attempts.c.number == number)
        .values(
            finished_at=to_ms(now),
            outcome=outcome.outcome,
            error=outcome.error,
            provider_id=outcome.provider_id,
        )
    )


def _close(
    connection: Connection,
    delivery: str,
    outcome: Outcome,
    now: datetime,
    condition: ColumnElement[bool] | None = None,
) -> bool:
    """Write the outcome to a delivery and its rows, where the condition holds; tells whether it did."""
    finished = None if outcome.state == PENDING else to_ms(now)
    values: dict[str, Any] = {
        "state": outcome.state,
        "lease_owner": None,
        "begun_at": None,
        "last_error": outcome.error,
        "provider_id": outcome.provider_id,
        "set_at": to_ms(now),
        "finished_at": finished,
    }
    if outcome.next_attempt:
        values["next_attempt"] = to_ms(outcome.next_attempt)
    if outcome.possible_duplicate:
        values["possible_duplicate"] = True
    query = update(deliveries).where(deliveries.c.id == delivery).values(values)
    if condition is not None:
        query = query.where(condition)
    if connection.execute(query).rowcount == 0:
        return False
    connection.execute(
        update(outbox).where(outbox.c.delivery == delivery).values(state=outcome.state, finished_at=finished)
    )
    return True


def _set_state(connection: Connection, ids: Sequence[str], state: str, **values: object) -> None:
    """The state of deliveries and, copied, of their rows."""
    if not ids:
        return
    connection.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(state=state, **values))
    row_values: dict[str, object] = {"state": state}
    if "finished_at" in values:
        row_values["finished_at"] = values["finished_at"]
    connection.execute(update(outbox).where(outbox.c.delivery.in_(ids)).values(row_values))


def _note_channel(connection: Connection, channel: str, outcome: Outcome, now: datetime) -> None:
    """Remember pauses and how often the whole channel failed in a row."""
    state = channel_states.c
    if outcome.state == SENT:
        connection.execute(
            update(channel_states)
            .where(state.channel == channel, state.failures > 0)
            .values(failures=0, paused_until=None, last_error=None, set_at=to_ms(now))
        )
    elif outcome.pause_until:
        values: dict[str, object] = {
            "channel": channel,
            "set_at": to_ms(now),
            "last_error": outcome.error,
            "failures": 1,
            "paused_until": to_ms(outcome.pause_until),
        }
        connection.execute(
            _insert(connection, channel_states)
            .values(values)
            .on_conflict_do_update(index_elements=["channel"], set_=values | {"failures": state.failures + 1})
        )


def _insert(connection: Connection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def _unknowns(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    query = (
        select(attempts.c.delivery, func.count())
        .where(attempts.c.delivery.in_(ids), attempts.c.outcome == "unknown")
        .group_by(attempts.c.delivery)
    )
    return {row[0]: row[1] for row in connection.execute(query)} if ids else {}


def _lease(row: Row[Any], unknowns: int) -> Lease:
    return Lease(
        id=row.id,
        channel=row.channel,
        target=row.target,
        form=row.form,
        thread=row.thread,
        title=row.title,
        created=from_ms(row.created_at),
        attempts=row.attempts,
        unknowns=unknowns,
        possible_duplicate=row.possible_duplicate,
    )
