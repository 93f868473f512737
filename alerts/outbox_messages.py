"""From a leased delivery to the message: its alerts at their newest, what changed, and its thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from alerts.channels.base import Item, Message
from alerts.messages import Alert
from alerts.outbox_leases import Lease
from alerts.outbox_tables import SENT, UNKNOWN, deliveries, notices, outbox
from streams.codec import decode

Link = Callable[[Alert, str], str | None]  # alert and target to the acknowledge link


def load(connection: Connection, leased: Lease, link: Link) -> tuple[Message, tuple[Row[Any], ...]]:
    """The message and the outbox rows in it."""
    rows = connection.execute(
        select(outbox, notices.c.body)
        .join(notices, and_(notices.c.alert_id == outbox.c.alert_id, notices.c.revision == outbox.c.revision))
        .where(outbox.c.delivery == leased.id)
        .order_by(outbox.c.created_at, outbox.c.revision, outbox.c.id)
    ).all()
    told = _told(connection, leased.target, [row.alert_id for row in rows])
    root, previous = _thread(connection, leased)
    message = Message(
        id=leased.id,
        channel=leased.channel,
        target=leased.target,
        form=leased.form,  # type: ignore[arg-type]
        title=leased.title,
        items=tuple(_items(connection, rows, told, leased.target, link)),
        created=leased.created,
        attempt=leased.attempts + 1,
        possible_duplicate=leased.possible_duplicate,
        root=root.provider_id if root else None,
        previous=previous.provider_id if previous else None,
        root_title=root.title if root else None,
    )
    return message, tuple(rows)


def _items(
    connection: Connection, rows: Sequence[Row[Any]], told: dict[str, int], target: str, link: Link
) -> list[Item]:
    by_alert: dict[str, list[Row[Any]]] = {}
    for row in rows:
        by_alert.setdefault(row.alert_id, []).append(row)
    later = [key for key, members in by_alert.items() if any(row.kind != "alert" for row in members)]
    newest = _newest(connection, later)
    items = []
    for alert_id, members in by_alert.items():
        revisions = [decode(row.body, Alert) for row in members]
        alert = newest.get(alert_id) or max(revisions, key=lambda one: one.revision)
        last_told = told.get(alert_id)
        changes = [
            change
            for one in revisions
            for change in one.changes
            if last_told is not None and one.revision > last_told
        ]
        items.append(
            Item(
                alert=alert,
                kind=members[-1].kind,
                severity=members[-1].severity,
                first=last_told is None,
                changes=tuple(dict.fromkeys(changes)),
                acknowledge_url=link(alert, target),
            )
        )
    return items


def _told(connection: Connection, target: str, alert_ids: Sequence[str]) -> dict[str, int]:
    """Alert id to the newest revision that this target was told of."""
    query = (
        select(outbox.c.alert_id, func.max(outbox.c.revision))
        .where(outbox.c.target == target, outbox.c.state == SENT, outbox.c.alert_id.in_(set(alert_ids)))
        .group_by(outbox.c.alert_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _newest(connection: Connection, alert_ids: Sequence[str]) -> dict[str, Alert]:
    query = (
        select(notices.c.alert_id, notices.c.body)
        .where(notices.c.alert_id.in_(set(alert_ids)))
        .order_by(notices.c.revision)
    )
    return {alert_id: decode(body, Alert) for alert_id, body in connection.execute(query)}


def _thread(connection: Connection, leased: Lease) -> tuple[Any, Any]:
    """The first and the last message told in the thread before this one."""
    if leased.thread is None:
        return None, None
    earlier = (
        select(deliveries.c.provider_id, deliveries.c.title)
        .where(
            deliveries.c.target == leased.target,
            deliveries.c.thread == leased.thread,
            deliveries.c.id != leased.id,
            deliveries.c.state.in_((SENT, UNKNOWN)),
            deliveries.c.provider_id.is_not(None),
        )
        .limit(1)
    )
    made = deliveries.c.created_at
    first = connection.execute(earlier.order_by(made, deliveries.c.id)).one_or_none()
    last = connection.execute(earlier.order_by(made.desc(), deliveries.c.id.desc())).one_or_none()
    return first, last
