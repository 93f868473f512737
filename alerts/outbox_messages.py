"""From a leased delivery to the message: its alerts at their newest, what changed, and its thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from alerts.channels.base import Item, Message
from alerts.messages import Alert
from alerts.outbox_leases import Lease
from alerts.outbox_tables import SENT, UNKNOWN, deliveries, notices, outbox
from streams.codec import decode

Link = Callable[[Alert, str], str | None]  # alert and target to the acknowledge link
InHand = tuple[Lease, Message, tuple[Row[Any], ...]]  # a lease, its message and the outbox rows in it


def load(connection: Connection, leases: Sequence[Lease], link: Link) -> list[InHand]:
    """The messages of these leases. What they say cannot change while they are leased: a thread has one
    unfinished message at a time."""
    by_delivery = _rows(connection, leases)
    told = _told(connection, [row for rows in by_delivery.values() for row in rows])
    newest = _newest(connection, by_delivery)
    threads = _threads(connection, leases)
    found = []
    for lease in leases:
        rows = tuple(by_delivery.get(lease.id, ()))
        items = tuple(_items(rows, told, newest, lease.target, link))
        earlier = [item for item in threads.get((lease.target, lease.thread), ()) if item.id != lease.id]
        found.append((lease, _message(lease, items, earlier), rows))
    return found


def _message(lease: Lease, items: tuple[Item, ...], earlier: Sequence[Row[Any]]) -> Message:
    return Message(
        id=lease.id,
        channel=lease.channel,
        target=lease.target,
        form=lease.form,  # type: ignore[arg-type]
        title=lease.title,
        items=items,
        created=lease.created,
        attempt=lease.attempts + 1,
        possible_duplicate=lease.possible_duplicate,
        root=earlier[0].provider_id if earlier else None,
        previous=earlier[-1].provider_id if earlier else None,
        root_title=earlier[0].title if earlier else None,
    )


def _rows(connection: Connection, leases: Sequence[Lease]) -> dict[str, list[Row[Any]]]:
    query = (
        select(outbox, notices.c.body)
        .join(notices, and_(notices.c.alert_id == outbox.c.alert_id, notices.c.revision == outbox.c.revision))
        .where(outbox.c.delivery.in_([lease.id for lease in leases]))
        .order_by(outbox.c.created_at, outbox.c.revision, outbox.c.id)
    )
    found: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(query) if leases else ():
        found.setdefault(row.delivery, []).append(row)
    return found


def _items(
    rows: Sequence[Row[Any]],
    told: dict[tuple[str, str], int],
    newest: dict[str, Alert],
    target: str,
    link: Link,
) -> Iterator[Item]:
    by_alert: dict[str, list[Row[Any]]] = {}
    for row in rows:
        by_alert.setdefault(row.alert_id, []).append(row)
    for alert_id, members in by_alert.items():
        revisions = [decode(row.body, Alert) for row in members]
        last_told = told.get((target, alert_id))
        changes = [
            change
            for one in revisions
            for change in one.changes
            if last_told is not None and one.revision > last_told
        ]
        alert = newest.get(alert_id) or max(revisions, key=lambda one: one.revision)
        yield Item(
            alert=alert,
            kind=members[-1].kind,
            severity=members[-1].severity,
            first=last_told is None,
            changes=tuple(dict.fromkeys(changes)),
            acknowledge_url=link(alert, target),
        )


def _told(connection: Connection, rows: Sequence[Row[Any]]) -> dict[tuple[str, str], int]:
    """Target and alert id to the newest revision that the target was told of."""
    query = (
        select(outbox.c.target, outbox.c.alert_id, func.max(outbox.c.revision))
        .where(
            outbox.c.target.in_({row.target for row in rows}),
            outbox.c.state == SENT,
            outbox.c.alert_id.in_({row.alert_id for row in rows}),
        )
        .group_by(outbox.c.target, outbox.c.alert_id)
    )
    found = connection.execute(query) if rows else ()
    return {(target, alert_id): revision for target, alert_id, revision in found}


def _newest(connection: Connection, by_delivery: dict[str, list[Row[Any]]]) -> dict[str, Alert]:
    """Reminders and escalations tell the alert as it is now."""
    ids = {row.alert_id for rows in by_delivery.values() for row in rows if row.kind != "alert"}
    query = (
        select(notices.c.alert_id, notices.c.body)
        .where(notices.c.alert_id.in_(ids))
        .order_by(notices.c.revision)
    )
    return {key: decode(body, Alert) for key, body in connection.execute(query)} if ids else {}


def _threads(connection: Connection, leases: Sequence[Lease]) -> dict[tuple[str, str | None], list[Any]]:
    """Target and thread to the messages told there, oldest first."""
    threads = {lease.thread for lease in leases if lease.thread}
    query = (
        select(
            deliveries.c.id,
            deliveries.c.target,
            deliveries.c.thread,
            deliveries.c.provider_id,
            deliveries.c.title,
        )
        .where(
            deliveries.c.target.in_({lease.target for lease in leases}),
            deliveries.c.thread.in_(threads),
            deliveries.c.state.in_((SENT, UNKNOWN)),
            deliveries.c.provider_id.is_not(None),
        )
        .order_by(deliveries.c.created_at, deliveries.c.id)
    )
    found: dict[tuple[str, str | None], list[Any]] = {}
    for row in connection.execute(query) if threads else ():
        found.setdefault((row.target, row.thread), []).append(row)
    return found
