"""What planning needs to know, read from the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from alerts import silences
from alerts.acknowledgements import acknowledged
from alerts.messages import Alert
from alerts.outbox_planning import DueRow, TargetFacts, rate_limit_of
from alerts.outbox_tables import (
    CLOCK_SLACK_MS,
    LEASED,
    PENDING,
    SENT,
    deliveries,
    from_ms,
    notices,
    outbox,
    to_ms,
)
from alerts.routing import Circumstances, Router
from streams.codec import decode

_PLAN_AT_ONCE = 5000


def row_is_due(now: datetime) -> Any:
    """Rows without a delivery whose time has come; a time set in the future means the clock was put back."""
    now_ms = to_ms(now)
    come = or_(outbox.c.due_at <= now_ms, outbox.c.set_at > now_ms + CLOCK_SLACK_MS)
    return and_(outbox.c.state == PENDING, outbox.c.delivery.is_(None), come)


def waiting_rows(connection: Connection, target: str, now: datetime) -> list[DueRow]:
    """The rows that are due, and those that wait in the same groups."""
    groups = select(outbox.c.group_key).where(row_is_due(now), outbox.c.target == target)
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
            due=_due_at(row, now),
            told=told.get(row.alert_id),
        )
        for row in found
    ]


def _due_at(row: Any, now: datetime) -> datetime:
    clock_went_back = row.set_at > to_ms(now) + CLOCK_SLACK_MS
    return from_ms(min(row.due_at, to_ms(now)) if clock_went_back else row.due_at)


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


def circumstances(
    connection: Connection, router: Router, rows: Sequence[DueRow], now: datetime
) -> Circumstances:
    """Silences, inhibiting alerts and acknowledgements at ``now``."""
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


def target_facts(
    connection: Connection, router: Router, where: tuple[str, str], rows: Sequence[DueRow], now: datetime
) -> TargetFacts:
    """What is known about a target: (channel, target)."""
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
            deliveries.c.target == target, made > to_ms(now - limit.per), made <= to_ms(now) + CLOCK_SLACK_MS
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
