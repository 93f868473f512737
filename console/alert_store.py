"""Reading alerts and what became of them from the state database, for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Subquery, and_, func, select

from alerts.acknowledgements import Acknowledgement
from alerts.acknowledgements import read as read_acknowledgements
from alerts.messages import Alert
from alerts.outbox_tables import acknowledgements, attempts, deliveries, from_ms, notices, outbox, to_ms
from config.errors import UsageError
from streams.codec import decode


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
    last = _last_revisions()
    wanted: list[ColumnElement[bool]] = []
    if since is not None:
        wanted.append(notices.c.updated_at >= to_ms(since))
    if rule is not None:
        wanted.append(notices.c.rule == rule)
    if severities:
        wanted.append(notices.c.severity.in_(severities))
    if unacknowledged:
        wanted.append(notices.c.alert_id.not_in(select(acknowledgements.c.alert_id)))
    query = (
        select(notices.c.body)
        .join(last, and_(notices.c.alert_id == last.c.alert_id, notices.c.revision == last.c.revision))
        .where(*wanted)
        .order_by(notices.c.updated_at.desc())
        .limit(limit)
    )
    alerts = [decode(bytes(row.body), Alert) for row in connection.execute(query)]
    seen = read_acknowledgements(connection, [alert.id for alert in alerts])
    return [Listed(alert, seen.get(alert.id)) for alert in alerts]


def _last_revisions() -> Subquery:
    query = select(notices.c.alert_id, func.max(notices.c.revision).label("revision"))
    return query.group_by(notices.c.alert_id).subquery()


def full_id(connection: Connection, start: str) -> str:
    """The one alert whose id begins with ``start``; raises UsageError where there is none, or several."""
    pattern = start.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    query = (
        select(notices.c.alert_id).where(notices.c.alert_id.like(pattern, escape="\\")).distinct().limit(3)
    )
    found = [row.alert_id for row in connection.execute(query)]
    if not found:
        raise UsageError(f"no alert {start}; see: tocsin alerts list")
    if len(found) > 1 and start not in found:
        raise UsageError(f"several alerts begin with {start}: {', '.join(found)}; give more of the id")
    return start if start in found else found[0]


def revisions(connection: Connection, alert_id: str) -> list[Alert]:
    """Every revision of an alert, the first first."""
    query = select(notices.c.body).where(notices.c.alert_id == alert_id).order_by(notices.c.revision)
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
    query = select(notices.c.body).order_by(notices.c.updated_at, notices.c.revision)
    if since is not None:
        query = query.where(notices.c.enqueued_at >= to_ms(since))
    alerts = (decode(bytes(row.body), Alert) for row in connection.execute(query))
    return [alert for alert in alerts if any(item.document == document_id for item in alert.evidence)]
