"""What follows when nobody acknowledges: escalations and reminders, as outbox rows with a later time.

They are written ahead, so that ``alerts show`` tells what will happen next; whether they still apply is
decided when their time comes (outbox_planning).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from alerts.messages import Alert
from alerts.outbox_tables import PENDING, to_ms
from alerts.routing import Destination, Router

Values = dict[str, Any]


def escalation_rows(
    alert: Alert, destination: Destination, router: Router, now: datetime
) -> Iterator[Values]:
    """One row for every step of the route's escalation and target. The same for every revision of an alert,
    so that only the first one starts the clock, which runs from the alert, not from its delivery: when a
    channel is down, somebody else is told."""
    for step, escalation in enumerate(destination.node.escalate):
        due = now + destination.node.group_wait + escalation.after
        for target in router.targets(escalation.channel, destination.node):
            yield _row(
                alert,
                target,
                kind="escalation",
                ordinal=step,
                severity=escalation.severity or alert.severity,
                due=due,
                now=now,
            )


def reminder_row(
    alert: Alert, destination: Destination, ordinal: int, severity: str, now: datetime
) -> Values | None:
    """The next reminder after a message that was sent at ``now``; None where the route has none."""
    interval = destination.node.repeat_interval
    if not interval or alert.kind == "operator":
        return None
    return _row(
        alert,
        destination,
        kind="reminder",
        ordinal=ordinal,
        severity=severity,
        due=now + interval,
        now=now,
    )


def _row(
    alert: Alert,
    destination: Destination,
    *,
    kind: str,
    ordinal: int,
    severity: str,
    due: datetime,
    now: datetime,
) -> Values:
    node = destination.node
    parts = "\x1f".join((alert.id, destination.target, kind, str(ordinal)))
    return {
        "id": hashlib.sha256(parts.encode()).hexdigest()[:32],
        "alert_id": alert.id,
        "revision": alert.revision,
        "channel": destination.channel,
        "target": destination.target,
        "route": node.path,
        "kind": kind,
        "ordinal": ordinal,
        "severity": severity,
        "group_key": f"{node.path}|{destination.target}|alert={alert.id}|{kind}",
        "thread": alert.incident,
        "state": PENDING,
        "why": f"{kind} unless somebody acknowledges",
        "due_at": to_ms(due),
        "set_at": to_ms(now),
        "created_at": to_ms(now),
        "finished_at": None,
        "delivery": None,
    }
