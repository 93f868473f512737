"""A signed HTTP POST of the alerts as JSON. docs/delivery.md shows how a receiver checks the signature."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from alerts.channels.base import Message, Receipt
from alerts.channels.http import post, raise_for
from alerts.messages import Alert, Change
from config.models.channels import WebhookChannel


class WebhookAlert(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One alert in the body."""

    kind: str  # alert | reminder | escalation
    severity: str  # as told
    first: bool  # never told to this target before
    changes: tuple[Change, ...] = ()
    acknowledge_url: str | None = None
    alert: Alert


class WebhookBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body. ``delivery`` is the same on every attempt: receivers drop repeats by it."""

    schema_version: int = 1
    delivery: str
    form: str  # single | group | digest | summary
    title: str
    attempt: int
    possible_duplicate: bool = False
    alerts: tuple[WebhookAlert, ...]


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The value of the header Tocsin-Signature: HMAC-SHA256 over '<timestamp>.<body>'."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"t={timestamp},v1={signed.hexdigest()}"


class WebhookSender:
    """Posts to one address."""

    def __init__(
        self, settings: WebhookChannel, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._settings = settings
        self._clock = clock

    def send(self, message: Message) -> Receipt:
        """See :class:`alerts.channels.base.Sender`."""
        body = body_of(message)
        now = self._clock()
        headers = {name: value.get_secret_value() for name, value in self._settings.headers.items()}
        headers |= {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Tocsin",
            "Tocsin-Delivery": message.id,
        }
        if self._settings.secret is not None:
            key = self._settings.secret.get_secret_value()
            headers["Tocsin-Signature"] = signature(key, int(now.timestamp()), body)
        seconds = self._settings.timeout.total_seconds()
        answer = post(self._settings.url.get_secret_value(), body, headers, seconds, "webhook")
        raise_for(answer, "webhook", now)
        return Receipt(message.id, f"{answer.status}")

    def close(self) -> None:
        """Nothing is kept open."""


def body_of(message: Message) -> bytes:
    """The JSON that is posted and signed."""
    alerts = tuple(
        WebhookAlert(
            kind=item.kind,
            severity=item.severity,
            first=item.first,
            changes=item.changes,
            acknowledge_url=item.acknowledge_url,
            alert=item.alert,
        )
        for item in message.items
    )
    return msgspec.json.encode(
        WebhookBody(
            delivery=message.id,
            form=message.form,
            title=message.title,
            attempt=message.attempt,
            possible_duplicate=message.possible_duplicate,
            alerts=alerts,
        )
    )
