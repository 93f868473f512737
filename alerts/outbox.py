"""The way into the outbox. What happens then: outbox_dispatch (routing, planning) and outbox_leases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql, sqlite

from alerts.messages import Alert
from alerts.outbox_tables import notices, to_ms
from streams.codec import encode

WAKE_CHANNEL = "tocsin_outbox"  # PostgreSQL NOTIFY; SQLite notifiers watch the file instead

_INTO_POSTGRESQL = postgresql.insert(notices).on_conflict_do_nothing()
_INTO_SQLITE = sqlite.insert(notices).on_conflict_do_nothing()
_WAKE = text(f"NOTIFY {WAKE_CHANNEL}")


def enqueue(connection: Connection, alert: Alert, now: datetime) -> bool:
    """Hand an alert revision to delivery, within the caller's transaction.

    The same (id, revision) again changes nothing. Returns whether it was new. Notifiers wake when the
    transaction commits; routing happens there, with their configuration.
    """
    values = {
        "alert_id": alert.id,
        "revision": alert.revision,
        "rule": alert.rule,
        "incident": alert.incident,
        "severity": alert.severity,
        "headline": alert.headline,
        "body": encode(alert),
        "updated_at": to_ms(alert.updated),
        "enqueued_at": to_ms(now),
        "routed_at": None,
    }
    if connection.dialect.name == "postgresql":
        new = connection.execute(_INTO_POSTGRESQL, values).rowcount
        connection.execute(_WAKE)
    else:
        new = connection.execute(_INTO_SQLITE, values).rowcount
    return new > 0
