"""The Store over the state database, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from alerts.event_conditions import plain
from alerts.incident_joining import HORIZON
from alerts.incidents import Incident
from alerts.messages import Alert, AlertPlace
from alerts.reports import Report
from alerts.stores import AlertState, Hit
from alerts.tables import alert_revisions, alerts, incident_reports, incidents, rule_hits, rule_memory
from streams.codec import decode, encode

CLAIM = timedelta(minutes=1)  # an alerter that claimed revisions and did not publish them by then is dead
_LOCK = 0x696E636964656E74  # "incident": PostgreSQL advisory lock of everything that joins or raises


# Made once: building such a query anew takes several times as long as running it.
_INCIDENT_OF = (
    sa.select(incidents.c.body)
    .select_from(incidents.join(incident_reports, incidents.c.id == incident_reports.c.incident))
    .where(incident_reports.c.key == sa.bindparam("key"))
)
_NEAR = (
    sa.select(incidents.c.body)
    .where(incidents.c.last_at >= sa.bindparam("after"), incidents.c.first_at <= sa.bindparam("until"))
    .order_by(incidents.c.last_at.desc())
    .limit(2000)
)
_NEAR_PLACE = _NEAR.where(
    sa.or_(
        incidents.c.country == sa.bindparam("country"),
        incidents.c.country == "",
        incidents.c.place == sa.bindparam("name"),
    )
)


def serialise(connection: Connection) -> None:
    """Wait for, and then keep out, every other transaction that joins incidents.

    Two alerters that see the first two reports of one event must not both open an incident. SQLite's write
    transactions exclude each other anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def upsert(
    connection: Connection, table: Table, values: Mapping[str, Any], *, only_new: bool = False
) -> bool:
    """Insert a row, or update it where its primary key exists; returns whether a row was written."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(table).values(dict(values))
    keys = [column.name for column in table.primary_key]
    rest = {name: statement.excluded[name] for name in values if name not in keys}
    if only_new or not rest:
        return connection.execute(statement.on_conflict_do_nothing()).rowcount > 0
    statement = statement.on_conflict_do_update(index_elements=keys, set_=rest)
    return connection.execute(statement).rowcount > 0


class SqlStore:
    """See ``alerts.stores.Store``. One transaction's view; make a new one for each."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._keys: set[str] = set()  # where there are incidents that end after ``_keys_after``
        self._keys_after: datetime | None = None

    def incident_of(self, key: str) -> Incident | None:
        """See Store."""
        body = self._connection.scalar(_INCIDENT_OF, {"key": key})
        return None if body is None else decode(body, Incident)

    def candidates(self, report: Report) -> Iterable[Incident]:
        """See Store."""
        place = report.place
        if place is not None and self._keys_since(report.effective - HORIZON).isdisjoint(_keys(place)):
            return
        query = _NEAR
        values: dict[str, object] = {"after": report.effective - HORIZON, "until": report.effective + HORIZON}
        if place is not None:
            query = _NEAR_PLACE
            values |= {"country": place.country or "", "name": plain(place.name)[:200]}
        for (body,) in self._connection.execute(query, values).all():
            yield decode(body, Incident)

    def _keys_since(self, after: datetime) -> set[str]:
        """Countries and names of incidents: one query instead of one for each report of an unknown place."""
        if self._keys_after is None or after < self._keys_after:
            query = sa.select(incidents.c.country, incidents.c.place).distinct()
            for country, name in self._connection.execute(query.where(incidents.c.last_at >= after)):
                self._keys |= {f"country {country}", f"name {name}"}
            self._keys_after = after
        return self._keys

    def save_incident(self, incident: Incident, report: Report) -> None:
        """See Store."""
        place = incident.place
        self._keys |= _keys(place) if place is not None else {"country "}
        upsert(
            self._connection,
            incidents,
            {
                "id": incident.id,
                "country": (place.country if place else None) or "",
                "place": plain(place.name)[:200] if place else "",
                "type": incident.type,
                "first_at": incident.first,
                "last_at": incident.last,
                "body": encode(incident),
            },
        )
        upsert(
            self._connection,
            incident_reports,
            {
                "key": report.key,
                "incident": incident.id,
                "document": report.document,
                "effective_at": report.effective,
            },
        )

    def alert(self, id_: str) -> AlertState | None:
        """See Store."""
        body = self._connection.scalar(sa.select(alerts.c.body).where(alerts.c.id == id_))
        return None if body is None else decode(body, AlertState)

    def alerts_of(self, incident: str) -> Sequence[AlertState]:
        """See Store."""
        query = sa.select(alerts.c.body).where(alerts.c.incident == incident).order_by(alerts.c.id)
        return [decode(body, AlertState) for (body,) in self._connection.execute(query)]

    def save_alert(self, state: AlertState) -> None:
        """See Store."""
        alert = state.alert
        upsert(
            self._connection,
            alerts,
            {
                "id": alert.id,
                "rule": alert.rule,
                "incident": alert.incident,
                "kind": alert.kind,
                "severity": alert.severity,
                "revision": alert.revision,
                "headline": alert.headline,
                "raised": state.raised,
                "sent": state.sent,
                "backfill": alert.backfill,
                "created_at": alert.created,
                "updated_at": alert.updated,
                "body": encode(state),
            },
        )

    def add_hit(self, rule: str, group: str, hit: Hit) -> None:
        """See Store."""
        where = sa.and_(
            rule_hits.c.rule == rule, rule_hits.c.hit_group == group, rule_hits.c.ident == hit.ident
        )
        known = self._connection.scalar(sa.select(rule_hits.c.at).where(where))
        if known is None or hit.at < known:
            values = {"rule": rule, "hit_group": group, "ident": hit.ident, "at": hit.at}
            upsert(self._connection, rule_hits, values)

    def hits(self, rule: str, group: str, after: datetime, until: datetime) -> list[Hit]:
        """See Store."""
        query = (
            sa.select(rule_hits.c.at, rule_hits.c.ident)
            .where(
                rule_hits.c.rule == rule,
                rule_hits.c.hit_group == group,
                rule_hits.c.at > after,
                rule_hits.c.at <= until,
            )
            .order_by(rule_hits.c.at, rule_hits.c.ident)
        )
        return [Hit(at, ident) for at, ident in self._connection.execute(query)]

    def memory(self, rule: str, key: str) -> bytes | None:
        """See Store."""
        found: bytes | None = self._connection.scalar(
            sa.select(rule_memory.c.value).where(rule_memory.c.rule == rule, rule_memory.c.key == key[:300])
        )
        return found

    def remember(self, rule: str, key: str, value: bytes) -> None:
        """See Store."""
        upsert(self._connection, rule_memory, {"rule": rule, "key": key[:300], "value": value})

    def add_revision(self, alert: Alert, now: datetime) -> bool:
        """Keep a revision for the topic ``alerts``; False where it was known."""
        values = {
            "alert_id": alert.id,
            "revision": alert.revision,
            "created_at": now,
            "published": False,
            "body": encode(alert),
        }
        return upsert(self._connection, alert_revisions, values, only_new=True)

    def has_unpublished(self) -> bool:
        """Whether there are revisions that are not in the topic yet."""
        query = sa.select(alert_revisions.c.alert_id).where(alert_revisions.c.published.is_(False)).limit(1)
        return self._connection.scalar(query) is not None

    def claim_unpublished(self, owner: str, now: datetime, limit: int = 200) -> list[Alert]:
        """Revisions that are not in the topic yet and that nobody else is publishing, the oldest first.

        They are the owner's until ``mark_published``, or for CLAIM: then the owner counts as dead.
        """
        row = alert_revisions.c
        free = sa.or_(
            row.claimed_by.is_(None),
            row.claimed_by == owner,
            ~row.claimed_at.between(now - CLAIM, now + CLAIM),  # later than now: the clock was put back
        )
        query = (
            sa.select(row.alert_id, row.revision, row.body)
            .where(row.published.is_(False), free)
            .order_by(row.created_at, row.alert_id, row.revision)
            .limit(limit)
        )
        claimed = []
        for found in self._connection.execute(query).all():
            this = sa.and_(row.alert_id == found.alert_id, row.revision == found.revision)
            claim = sa.update(alert_revisions).where(this, row.published.is_(False), free)
            if self._connection.execute(claim.values(claimed_by=owner, claimed_at=now)).rowcount:
                claimed.append(decode(found.body, Alert))
        return claimed

    def mark_published(self, published: Iterable[Alert]) -> None:
        """They are in the topic now."""
        for alert in published:
            self._connection.execute(
                sa.update(alert_revisions)
                .where(alert_revisions.c.alert_id == alert.id, alert_revisions.c.revision == alert.revision)
                .values(published=True, claimed_by=None, claimed_at=None)
            )

    def prune(self, incidents_before: datetime, hits_before: Mapping[str, datetime]) -> None:
        """Forget incidents that no article can join any more, and hits outside of every window."""
        gone = sa.select(incidents.c.id).where(incidents.c.last_at < incidents_before)
        self._connection.execute(sa.delete(incident_reports).where(incident_reports.c.incident.in_(gone)))
        self._connection.execute(sa.delete(incidents).where(incidents.c.last_at < incidents_before))
        for rule, before in hits_before.items():
            self._connection.execute(
                sa.delete(rule_hits).where(rule_hits.c.rule == rule, rule_hits.c.at < before)
            )


def _keys(place: AlertPlace) -> set[str]:
    """Under which keys incidents lie that may be at a place; those of unknown country may be anywhere."""
    return {"country ", f"country {place.country or ''}", f"name {plain(place.name)[:200]}"}


KEEP_INCIDENTS = timedelta(days=400)
