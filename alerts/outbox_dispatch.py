"""Routing and planning, done in the database: notices become rows, rows that are due become deliveries.

One notifier at a time does either (PostgreSQL: an advisory lock; SQLite: the write lock), so that groups
and rate limits count right; sending is what they share. Ids are hashes of what they stand for, so doing
a step twice changes nothing.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, bindparam, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from alerts import silences
from alerts.acknowledgements import acknowledged
from alerts.cron import next_time
from alerts.escalation import escalation_rows
from alerts.messages import Alert
from alerts.outbox_planning import Batch, DueRow, Plan, TargetFacts, plan_target, rate_limit_of
from alerts.outbox_tables import (
    FAILED,
    LEASED,
    PENDING,
    SENT,
    SUPPRESSED,
    channel_states,
    deliveries,
    from_ms,
    notices,
    outbox,
    to_ms,
)
from alerts.render_title import title_of
from alerts.routing import Circumstances, Destination, Router
from alerts.routing_labels import labels_of
from config.errors import MalformedRecord
from streams.codec import decode
from streams.state import reading, writing

log = logging.getLogger(__name__)

_LOCK = 0x746F6373  # PostgreSQL advisory lock of routing and planning
_ROUTE_AT_ONCE = 500
_PLAN_AT_ONCE = 5000
_SLACK_MS = 5000
Values = dict[str, Any]


def route_notices(engine: Engine, router: Router, now: datetime) -> int:
    """Turn notices into outbox rows, up to 500 in one transaction; returns how many notices."""
    with reading(engine) as connection:  # most looks find nothing and need no write lock
        unrouted = select(notices.c.alert_id).where(notices.c.routed_at.is_(None)).limit(1)
        if connection.execute(unrouted).first() is None:
            return 0
    with writing(engine) as connection:
        if not _lock(connection):
            return 0
        waiting = connection.execute(
            select(notices.c.alert_id, notices.c.revision, notices.c.body)
            .where(notices.c.routed_at.is_(None))
            .order_by(notices.c.enqueued_at, notices.c.alert_id, notices.c.revision)
            .limit(_ROUTE_AT_ONCE)
        ).all()
        rows: list[Values] = []
        for alert_id, revision, body in waiting:
            rows += _rows_of(alert_id, revision, body, router, now)
        _insert_new(connection, rows)
        if waiting:
            connection.execute(
                update(notices)
                .where(notices.c.alert_id == bindparam("a"), notices.c.revision == bindparam("r"))
                .values(routed_at=to_ms(now)),
                [{"a": alert_id, "r": revision} for alert_id, revision, _ in waiting],
            )
    return len(waiting)


def plan_due(engine: Engine, router: Router, now: datetime) -> int:
    """Put rows that are due into deliveries, target by target; returns how many deliveries were made."""
    with reading(engine) as connection:
        targets = connection.execute(
            select(outbox.c.channel, outbox.c.target).where(_due(now)).distinct()
        ).all()
    return sum(_plan_one(engine, router, channel, target, now) for channel, target in targets)


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """When the next stored time after ``now`` comes, of rows, deliveries and pauses."""
    now_ms = to_ms(now)
    waiting = [
        select(func.min(outbox.c.due_at)).where(
            outbox.c.state == PENDING, outbox.c.delivery.is_(None), outbox.c.due_at > now_ms
        ),
        select(func.min(deliveries.c.next_attempt)).where(
            deliveries.c.state == PENDING, deliveries.c.next_attempt > now_ms
        ),
        select(func.min(channel_states.c.paused_until)).where(channel_states.c.paused_until > now_ms),
    ]
    found = [value for query in waiting if (value := connection.execute(query).scalar()) is not None]
    return from_ms(min(found)) if found else None


def row_id(alert_id: str, revision: int, target: str, kind: str, ordinal: int = 0) -> str:
    """The id of an outbox row: a hash of what it stands for."""
    parts = "\x1f".join((alert_id, str(revision), target, kind, str(ordinal)))
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def _rows_of(alert_id: str, revision: int, body: bytes, router: Router, now: datetime) -> Iterator[Values]:
    try:
        alert = decode(body, Alert)
    except MalformedRecord as error:
        yield _dead_end(alert_id, revision, FAILED, f"unreadable alert: {error}", now)
        return
    destinations = router.destinations(alert)
    if not destinations:
        yield _dead_end(alert_id, revision, SUPPRESSED, "no route leads to a channel", now)
    for destination in destinations:
        yield _alert_row(alert, destination, router, now)
        yield from escalation_rows(alert, destination, router, now)


def _alert_row(alert: Alert, destination: Destination, router: Router, now: datetime) -> Values:
    node = destination.node
    digest = router.digest(destination.channel)
    due = next_time(digest, now) if digest else now + node.group_wait
    return {
        "id": row_id(alert.id, alert.revision, destination.target, "alert"),
        "alert_id": alert.id,
        "revision": alert.revision,
        "channel": destination.channel,
        "target": destination.target,
        "route": node.path,
        "kind": "alert",
        "ordinal": 0,
        "severity": alert.severity,
        "group_key": node.group_key(labels_of(alert), destination.target),
        "thread": alert.incident,
        "state": PENDING,
        "why": f"digest {digest}" if digest else f"route {node.path}",
        "due_at": to_ms(due),
        "set_at": to_ms(now),
        "created_at": to_ms(now),
        "finished_at": None,
        "delivery": None,
    }


def _dead_end(alert_id: str, revision: int, state: str, why: str, now: datetime) -> Values:
    blank = dict.fromkeys(("channel", "target", "route", "severity", "group_key", "thread"), "")
    moment = to_ms(now)
    return blank | {
        "id": row_id(alert_id, revision, "", "alert"),
        "alert_id": alert_id,
        "revision": revision,
        "kind": "alert",
        "ordinal": 0,
        "state": state,
        "why": why,
        "due_at": moment,
        "set_at": moment,
        "created_at": moment,
        "finished_at": moment,
        "delivery": None,
    }


def _insert_new(connection: Connection, rows: Sequence[Values]) -> None:
    if not rows:
        return
    module = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(module.insert(outbox).on_conflict_do_nothing(), rows)


insert_rows = _insert_new  # for reminders, which the recording of a delivery adds


def _lock(connection: Connection) -> bool:
    if connection.dialect.name != "postgresql":
        return True  # the transaction holds the write lock
    return bool(connection.execute(text("SELECT pg_try_advisory_xact_lock(:k)"), {"k": _LOCK}).scalar())


def _due(now: datetime) -> Any:
    now_ms = to_ms(now)
    come = or_(outbox.c.due_at <= now_ms, outbox.c.set_at > now_ms + _SLACK_MS)
    return and_(outbox.c.state == PENDING, outbox.c.delivery.is_(None), come)


def _plan_one(engine: Engine, router: Router, channel: str, target: str, now: datetime) -> int:
    with writing(engine) as connection:
        if not _lock(connection) or _paused(connection, channel, now):
            return 0
        rows = _waiting_rows(connection, target, now)
        around = _circumstances(connection, router, rows, now)
        facts = _facts(connection, router, (channel, target), rows, now)
        plan = plan_target(rows, facts, router, around, now)
        _write(connection, plan, facts, now)
    return len(plan.batches)


def _paused(connection: Connection, channel: str, now: datetime) -> bool:
    found = connection.execute(
        select(channel_states.c.paused_until, channel_states.c.set_at).where(
            channel_states.c.channel == channel
        )
    ).one_or_none()
    if found is None or found.paused_until is None:
        return False
    return bool(found.paused_until > to_ms(now) and found.set_at <= to_ms(now) + _SLACK_MS)


def _waiting_rows(connection: Connection, target: str, now: datetime) -> list[DueRow]:
    """The rows that are due, and those that wait in the same groups."""
    groups = select(outbox.c.group_key).where(_due(now), outbox.c.target == target)
    found = connection.execute(
        select(outbox, notices.c.body)
        .join(notices, and_(notices.c.alert_id == outbox.c.alert_id, notices.c.revision == outbox.c.revision))
        .where(
            outbox.c.target == target,
            outbox.c.state == PENDING,
            outbox.c.delivery.is_(None),
            outbox.c.group_key.in_(groups),
        )
        .order_by(outbox.c.due_at, outbox.c.created_at, outbox.c.id)
        .limit(_PLAN_AT_ONCE)
    ).all()
    later = [row.alert_id for row in found if row.kind != "alert"]
    newest = dict(_newest(connection, later))
    told = _told(connection, target, later)
    return [
        DueRow(
            id=row.id,
            alert=newest.get(row.alert_id) or decode(row.body, Alert),
            kind=row.kind,
            severity=row.severity,
            group_key=row.group_key,
            thread=row.thread,
            route=row.route,
            due=from_ms(min(row.due_at, to_ms(now)) if row.set_at > to_ms(now) + _SLACK_MS else row.due_at),
            told=told.get(row.alert_id),
        )
        for row in found
    ]


def _newest(connection: Connection, alert_ids: Iterable[str]) -> Iterator[tuple[str, Alert]]:
    query = (
        select(notices.c.alert_id, notices.c.body)
        .where(notices.c.alert_id.in_(set(alert_ids)))
        .order_by(notices.c.revision)
    )
    for alert_id, body in connection.execute(query):
        yield alert_id, decode(body, Alert)


def _told(connection: Connection, target: str, alert_ids: Iterable[str]) -> dict[str, datetime]:
    query = (
        select(outbox.c.alert_id, func.max(outbox.c.finished_at))
        .where(outbox.c.target == target, outbox.c.state == SENT, outbox.c.alert_id.in_(set(alert_ids)))
        .group_by(outbox.c.alert_id)
    )
    return {alert_id: from_ms(when) for alert_id, when in connection.execute(query) if when}


def _circumstances(
    connection: Connection, router: Router, rows: Sequence[DueRow], now: datetime
) -> Circumstances:
    later = [row.alert.id for row in rows if row.kind != "alert"]
    return router.circumstances(
        now,
        silences=silences.from_state(connection, now),
        recent=_recent(connection, router, now),
        acknowledged=acknowledged(connection, later),
    )


def _recent(connection: Connection, router: Router, now: datetime) -> Iterator[Alert]:
    """The newest revisions of alerts young enough to inhibit others."""
    if not router.inhibitions:
        return
    since = now - max(rule.lasts for rule in router.inhibitions)
    young = connection.execute(
        select(notices.c.alert_id, notices.c.body)
        .where(notices.c.updated_at >= to_ms(since))
        .order_by(notices.c.revision)
    )
    yield from {alert_id: decode(body, Alert) for alert_id, body in young}.values()


def _facts(
    connection: Connection, router: Router, where: tuple[str, str], rows: Sequence[DueRow], now: datetime
) -> TargetFacts:
    channel, target = where
    busy = connection.execute(
        select(deliveries.c.thread).where(
            deliveries.c.target == target,
            deliveries.c.state.in_((PENDING, LEASED)),
            deliveries.c.thread.is_not(None),
        )
    ).scalars()
    return TargetFacts(
        channel=channel,
        target=target,
        busy=frozenset(thread for thread in busy if thread),
        recent=_sent_within_limit(connection, router, channel, target, now),
        flushed=_flushed(connection, router, rows),
    )


def _sent_within_limit(
    connection: Connection, router: Router, channel: str, target: str, now: datetime
) -> tuple[datetime, ...]:
    settings = router.channels.get(channel)
    limit = rate_limit_of(settings) if settings else None
    if limit is None:
        return ()
    made = deliveries.c.created_at
    found = connection.execute(
        select(made).where(
            deliveries.c.target == target, made > to_ms(now - limit.per), made <= to_ms(now) + _SLACK_MS
        )
    ).scalars()
    return tuple(from_ms(value) for value in found)


def _flushed(connection: Connection, router: Router, rows: Sequence[DueRow]) -> dict[str, datetime]:
    keys = {row.group_key for row in rows if router.node(row.route).group_interval > timedelta(0)}
    if not keys:
        return {}
    query = (
        select(deliveries.c.group_key, func.max(deliveries.c.created_at))
        .where(deliveries.c.group_key.in_(keys))
        .group_by(deliveries.c.group_key)
    )
    return {key: from_ms(when) for key, when in connection.execute(query)}


def _write(connection: Connection, plan: Plan, facts: TargetFacts, now: datetime) -> None:
    now_ms = to_ms(now)
    changed = [
        {
            "row": change.row,
            "new_state": change.state,
            "new_why": change.why,
            "due": to_ms(change.due) if change.due else now_ms,
            "finished": None if change.state == PENDING else now_ms,
        }
        for change in plan.changes
    ]
    if changed:
        connection.execute(
            update(outbox)
            .where(outbox.c.id == bindparam("row"))
            .values(
                state=bindparam("new_state"),
                why=bindparam("new_why"),
                due_at=bindparam("due"),
                set_at=now_ms,
                finished_at=bindparam("finished"),
            ),
            changed,
        )
    if plan.batches:
        made = [(_delivery(batch, facts, now_ms), batch) for batch in plan.batches]
        connection.execute(insert(deliveries), [values for values, _ in made])
        connection.execute(
            update(outbox).where(outbox.c.id == bindparam("row")).values(delivery=bindparam("into")),
            [{"row": row.id, "into": values["id"]} for values, batch in made for row in batch.rows],
        )


def _delivery(batch: Batch, facts: TargetFacts, now_ms: int) -> Values:
    return {
        "id": batch.id,
        "channel": facts.channel,
        "target": facts.target,
        "form": batch.form,
        "group_key": batch.rows[0].group_key if batch.form in {"single", "group"} else batch.form,
        "thread": batch.thread,
        "title": title_of([(row.alert, row.severity) for row in batch.rows], batch.form),
        "row_count": len(batch.rows),
        "state": PENDING,
        "attempts": 0,
        "next_attempt": now_ms,
        "set_at": now_ms,
        "lease_owner": None,
        "begun_at": None,
        "possible_duplicate": False,
        "last_error": None,
        "provider_id": None,
        "created_at": now_ms,
        "finished_at": None,
    }
