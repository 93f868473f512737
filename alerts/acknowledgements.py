"""Somebody has seen it: acknowledgements end reminders and escalations. Updates are still told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.dialects import postgresql, sqlite

from alerts.outbox_tables import acknowledgements, from_ms, notices, to_ms
from config.errors import UsageError
from streams.state import writing


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who has seen an alert, when."""

    alert: str
    revision: int
    by: str
    via: str  # command | link
    note: str | None
    at: datetime

    def describe(self) -> str:
        """'desk at 2026-09-01 10:12 UTC'."""
        return f"{self.by} at {self.at:%Y-%m-%d %H:%M} UTC"


def acknowledge(
    engine: Engine, alert_id: str, *, by: str, now: datetime, via: str = "command", note: str | None = None
) -> Acknowledgement:
    """Acknowledge an alert; the first acknowledgement stays. UsageError where there is no such alert."""
    with writing(engine) as connection:
        newest = connection.execute(
            select(func.max(notices.c.revision)).where(notices.c.alert_id == alert_id)
        ).scalar()
        if newest is None:
            raise UsageError(f"no alert {alert_id}; see: tocsin alerts list")
        module = postgresql if connection.dialect.name == "postgresql" else sqlite
        connection.execute(
            module.insert(acknowledgements)
            .values(alert_id=alert_id, revision=newest, made_by=by, via=via, note=note, created_at=to_ms(now))
            .on_conflict_do_nothing()
        )
        found = read(connection, [alert_id])
    return found[alert_id]


def read(connection: Connection, alert_ids: Iterable[str]) -> dict[str, Acknowledgement]:
    """The acknowledgements of these alerts."""
    rows = connection.execute(select(acknowledgements).where(acknowledgements.c.alert_id.in_(set(alert_ids))))
    return {
        row.alert_id: Acknowledgement(
            row.alert_id, row.revision, row.made_by, row.via, row.note, from_ms(row.created_at)
        )
        for row in rows
    }


def acknowledged(connection: Connection, alert_ids: Iterable[str]) -> dict[str, str]:
    """Alert id to 'who at what time', for those acknowledged."""
    return {key: found.describe() for key, found in read(connection, alert_ids).items()}
