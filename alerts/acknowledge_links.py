"""Signed links that acknowledge an alert: who holds one may acknowledge that alert, and nothing else."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from alerts.messages import Alert
from config.errors import UsageError
from config.models.settings import Settings

_VALID = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a valid link says."""

    alert: str
    target: str  # whom the link was sent to
    expires: datetime


class Linker:
    """Makes and checks links; makes none unless public_url and secret_key are both set."""

    def __init__(self, settings: Settings) -> None:
        self._base = (settings.public_url or "").rstrip("/")
        key = settings.secret_key.get_secret_value() if settings.secret_key else ""
        self._key = hashlib.sha256(b"tocsin acknowledge\0" + key.encode()).digest() if key else b""

    def url(self, alert: Alert, target: str, now: datetime) -> str | None:
        """The link for one alert and target, valid for 30 days."""
        if not self._base or not self._key:
            return None
        expires = int((now + _VALID).timestamp())
        query = urlencode({"t": target, "e": expires, "s": self._sign(alert.id, target, expires)})
        return f"{self._base}/ack/{quote(alert.id, safe='')}?{query}"

    def check(self, alert_id: str, target: str, expires: str, signature: str, now: datetime) -> Claim:
        """The claim of a link; UsageError where it was not made here, or is too old."""
        if not self._key or not expires.isascii() or not expires.isdigit() or len(expires) > 12:
            raise UsageError("this link is not valid")
        wanted = self._sign(alert_id, target, int(expires))
        if not hmac.compare_digest(wanted.encode(), signature.encode()):
            raise UsageError("this link is not valid")
        if now.timestamp() > int(expires):
            raise UsageError("this link has expired; acknowledge with: tocsin alerts ack")
        return Claim(alert_id, target, datetime.fromtimestamp(int(expires), now.tzinfo))

    def _sign(self, alert_id: str, target: str, expires: int) -> str:
        parts = "\n".join((alert_id, target, str(expires)))
        return hmac.new(self._key, parts.encode(), hashlib.sha256).hexdigest()[:40]
