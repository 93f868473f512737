"""Forgetting deliveries that are long over.

What was told of one incident goes together, so that a late update still finds its thread: nothing of it is
forgotten while any message about it waits, is under way, or ended within the time to keep.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, delete, exists, func, select

from alerts.outbox_dispatch import exclusive
from alerts.outbox_tables import FINAL, attempts, deliveries, notices, outbox, to_ms
from streams.state import reading, writing

AT_ONCE = 200  # incidents in one transaction
_NEVER = 2**62  # milliseconds: an end that has not come


def forget(engine: Engine, keep: timedelta, now: datetime, at_once: int = AT_ONCE) -> int:
    """Delete what ended before ``now - keep``, of up to ``at_once`` incidents; returns how many rows.

    Zero where there is nothing to forget, or another notifier is at it. Alerts and their revisions stay.
    """
    before = to_ms(now - keep)
    with reading(engine) as connection:  # most looks find nothing and need no write lock
        if not any(_rows(connection, before, 1)):
            return 0
    with writing(engine) as connection:
        if not exclusive(connection):
            return 0
        rows = dict(_rows(connection, before, at_once))
        _delete(connection, rows)
        connection.execute(delete(notices).where(_without_rows(before)))
    return len(rows)


def _rows(connection: Connection, before: int, incidents: int) -> Iterator[tuple[str, str | None]]:
    """(row, delivery) of the incidents that are over, and of alerts that no route led anywhere."""
    is_final = and_(outbox.c.state.in_(FINAL), outbox.c.finished_at.is_not(None))
    ended = case((is_final, outbox.c.finished_at), else_=_NEVER)
    of_threads = select(outbox.c.thread).where(outbox.c.thread != "").group_by(outbox.c.thread)
    over = list(connection.scalars(of_threads.having(func.max(ended) < before).limit(incidents)))
    columns = (outbox.c.id, outbox.c.delivery)
    for found in (
        select(*columns).where(outbox.c.thread.in_(over)),
        select(*columns).where(outbox.c.thread == "", ended < before).limit(incidents),
    ):
        for row in connection.execute(found):
            yield row.id, row.delivery


def _delete(connection: Connection, rows: dict[str, str | None]) -> None:
    """Rows first; then the messages that no row is part of any more (a digest tells of many incidents)."""
    for part in _parts(list(rows)):
        connection.execute(delete(outbox).where(outbox.c.id.in_(part)))
    used = exists().where(outbox.c.delivery == deliveries.c.id)
    for part in _parts(sorted({delivery for delivery in rows.values() if delivery is not None})):
        gone = select(deliveries.c.id).where(deliveries.c.id.in_(part), deliveries.c.state.in_(FINAL), ~used)
        ids = list(connection.scalars(gone))
        connection.execute(delete(attempts).where(attempts.c.delivery.in_(ids)))
        connection.execute(delete(deliveries).where(deliveries.c.id.in_(ids)))


def _without_rows(before: int) -> ColumnElement[bool]:
    row = exists().where(outbox.c.alert_id == notices.c.alert_id, outbox.c.revision == notices.c.revision)
    return and_(notices.c.routed_at < before, notices.c.enqueued_at < before, ~row)


def _parts(ids: list[Any], size: int = 500) -> list[list[Any]]:
    return [ids[first : first + size] for first in range(0, len(ids), size)]
