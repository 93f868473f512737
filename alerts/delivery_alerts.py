"""An alert about delivery itself: a channel refuses for good, so somebody has to look."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection

from alerts.ids import digest
from alerts.messages import Alert
from alerts.outbox import enqueue
from alerts.render_title import one_line

RULE = "tocsin.delivery"


def failure_alert(channel: str, error: str, now: datetime) -> Alert:
    """One alert a channel and day, however many messages fail."""
    day = f"{now.astimezone(UTC):%Y-%m-%d}"
    incident = digest("delivery", channel, day)
    return Alert(
        id=digest("alert", RULE, incident),
        rule=RULE,
        rule_name="Delivery health",
        kind="operator",
        severity="high",
        incident=incident,
        headline=one_line(f"Channel {channel} does not deliver: {error}"),
        labels={"channel": channel},
        publishers=0,
        occurred=now,
        created=now,
        updated=now,
    )


def report_failure(connection: Connection, channel: str, error: str, now: datetime) -> None:
    """Hand the alert over to delivery, once a day."""
    # Here and not above: it brings the geometry library along, which a notifier rarely needs.
    from alerts.sql_store import SqlStore
    from alerts.stores import AlertState

    alert = failure_alert(channel, error, now)
    if enqueue(connection, alert, now):
        SqlStore(connection).save_alert(AlertState(alert=alert, raised=True, sent=True))
