"""Routing and planning, done in the database: notices become rows, rows that are due become deliveries.

One notifier at a time does either (PostgreSQL: an advisory lock; SQLite: the write lock), so that groups
and rate limits count right; sending is what they share. Ids are hashes of what they stand for, so doing
a step twice changes nothing.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from alerts.cron import next_time
from alerts.escalation import escalation_rows
from alerts.messages import Alert
from alerts.outbox_facts import circumstances, row_is_due, target_facts, waiting_rows
from alerts.outbox_leases import paused
from alerts.outbox_planning import Batch, Plan, TargetFacts, plan_target
from alerts.outbox_tables import (
    FAILED,
    PENDING,
    SUPPRESSED,
    channel_states,
    deliveries,
    from_ms,
    notices,
    outbox,
    to_ms,
)
from alerts.render_title import title_of
from alerts.routing import Destination, Router
from alerts.routing_labels import labels_of
from config.errors import MalformedRecord
from streams.codec import decode
from streams.state import reading, writing

log = logging.getLogger(__name__)

_LOCK = 0x746F6373  # PostgreSQL advisory lock of routing and planning
_ROUTE_AT_ONCE = 500
Values = dict[str, Any]


def route_notices(engine: Engine, router: Router, now: datetime) -> int:
    """Turn notices into outbox rows, up to 500 in one transaction; returns how many notices."""
    with reading(engine) as connection:  # most looks find nothing and need no write lock
        unrouted = select(notices.c.alert_id).where(notices.c.routed_at.is_(None)).limit(1)
        if connection.execute(unrouted).first() is None:
            return 0
    with writing(engine) as connection:
        if not exclusive(connection):
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
        insert_rows(connection, rows)
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
            select(outbox.c.channel, outbox.c.target).where(row_is_due(now)).distinct()
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


def insert_rows(connection: Connection, rows: Sequence[Values]) -> None:
    """Add outbox rows; those that are there already stay as they are."""
    if not rows:
        return
    module = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(module.insert(outbox).on_conflict_do_nothing(), rows)


def exclusive(connection: Connection) -> bool:
    """Keep other notifiers from routing, planning and forgetting; False where one of them is at it."""
    if connection.dialect.name != "postgresql":
        return True  # the transaction holds the write lock
    return bool(connection.execute(text("SELECT pg_try_advisory_xact_lock(:k)"), {"k": _LOCK}).scalar())


def _plan_one(engine: Engine, router: Router, channel: str, target: str, now: datetime) -> int:
    with writing(engine) as connection:
        if not exclusive(connection) or paused(connection, channel, now):
            return 0
        rows = waiting_rows(connection, target, now)
        around = circumstances(connection, router, rows, now)
        facts = target_facts(connection, router, (channel, target), rows, now)
        plan = plan_target(rows, facts, router, around, now)
        _write(connection, plan, facts, now)
    return len(plan.batches)


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
