"""Reading alerts and what became of them from the state database, for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select

from alerts import tables
from alerts.acknowledgements import Acknowledgement
from alerts.acknowledgements import read as read_acknowledgements
from alerts.messages import Alert
from alerts.outbox_tables import acknowledgements, attempts, deliveries, from_ms, outbox
from config.errors import UsageError
from streams.codec import decode

_bodies = tables.alert_revisions.c


@dataclass(frozen=True, slots=True)
class Listed:
    """The newest revision of one alert, and whether somebody has seen it."""

    alert: Alert
    acknowledged: Acknowledgement | None


@dataclass(frozen=True, slots=True)
class Told:
    """One target of one revision: what became of it."""

    revision: int
    target: str
    kind: str  # alert | reminder | escalation
    state: str
    why: str
    created: datetime
    finished: datetime | None
    attempts: int
    error: str | None
    provider_id: str | None


def newest(
    connection: Connection,
    *,
    since: datetime | None = None,
    rule: str | None = None,
    severities: Sequence[str] = (),
    unacknowledged: bool = False,
    limit: int = 50,
) -> list[Listed]:
    """The newest revision of each alert that fits, the latest first."""
    table = tables.alerts.c
    wanted: list[ColumnElement[bool]] = [table.raised]
    if since is not None:
        wanted.append(table.updated_at >= since)
    if rule is not None:
        wanted.append(table.rule == rule)
    if severities:
        wanted.append(table.severity.in_(severities))
    if unacknowledged:
        wanted.append(table.id.not_in(select(acknowledgements.c.alert_id)))
    newest_body = and_(_bodies.alert_id == table.id, _bodies.revision == table.revision)
    query = (
        select(_bodies.body)
        .select_from(tables.alerts.join(tables.alert_revisions, newest_body))
        .where(*wanted)
        .order_by(table.updated_at.desc())
        .limit(limit)
    )
    alerts = [decode(bytes(row.body), Alert) for row in connection.execute(query)]
    seen = read_acknowledgements(connection, [alert.id for alert in alerts])
    return [Listed(alert, seen.get(alert.id)) for alert in alerts]


def full_id(connection: Connection, start: str) -> str:
    """The one alert whose id begins with ``start``; raises UsageError where there is none, or several."""
    query = select(_bodies.alert_id).where(_bodies.alert_id.startswith(start, autoescape=True))
    found = [row.alert_id for row in connection.execute(query.distinct().limit(3))]
    if not found:
        raise UsageError(f"no alert {start}; see: tocsin alerts list")
    if len(found) > 1 and start not in found:
        raise UsageError(f"several alerts begin with {start}: {', '.join(found)}; give more of the id")
    return start if start in found else str(found[0])


def revisions(connection: Connection, alert_id: str) -> list[Alert]:
    """Every revision of an alert, the first first."""
    query = select(_bodies.body).where(_bodies.alert_id == alert_id).order_by(_bodies.revision)
    return [decode(bytes(row.body), Alert) for row in connection.execute(query)]


def told(connection: Connection, alert_id: str) -> list[Told]:
    """What became of every message about an alert, in order."""
    tries = select(attempts.c.delivery, func.count().label("number")).group_by(attempts.c.delivery).subquery()
    query = (
        select(outbox, deliveries.c.last_error, deliveries.c.provider_id, tries.c.number)
        .join(deliveries, outbox.c.delivery == deliveries.c.id, isouter=True)
        .join(tries, tries.c.delivery == deliveries.c.id, isouter=True)
        .where(outbox.c.alert_id == alert_id)
        .order_by(outbox.c.created_at, outbox.c.target)
    )
    return [
        Told(
            revision=row.revision,
            target=row.target,
            kind=row.kind,
            state=row.state,
            why=row.why,
            created=from_ms(row.created_at),
            finished=None if row.finished_at is None else from_ms(row.finished_at),
            attempts=row.number or 0,
            error=row.last_error,
            provider_id=row.provider_id,
        )
        for row in connection.execute(query)
    ]


def about_document(connection: Connection, document_id: str, since: datetime | None = None) -> list[Alert]:
    """The revisions of alerts that name this article as evidence, in order of time."""
    query = select(_bodies.body).order_by(_bodies.created_at, _bodies.revision)
    if since is not None:
        query = query.where(_bodies.created_at >= since)
    alerts = (decode(bytes(row.body), Alert) for row in connection.execute(query))
    return [alert for alert in alerts if any(item.document == document_id for item in alert.evidence)]
