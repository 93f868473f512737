"""Any other service, through Apprise: one address, one target, no retries of its own."""

from __future__ import annotations

import logging
import re
from typing import Any
from urllib.parse import quote, urlsplit

from alerts.channels.base import Message, Receipt
from alerts.render_email import html_of, text_of
from config.errors import ChannelPermanent, ChannelTransient, ConfigError
from config.models.channels import AppriseChannel

_KINDS = {"critical": "failure", "high": "failure", "medium": "warning", "low": "info", "info": "info"}


class AppriseSender:
    """Apprise answers only yes or no, so a no is tried again (later and later), whatever its cause."""

    def __init__(self, settings: AppriseChannel) -> None:
        import apprise  # slow to import: only where a channel needs it

        self._module = apprise
        self._url = settings.url.get_secret_value()
        separator = "&" if "?" in self._url else "?"
        self._service: Any = apprise.Apprise.instantiate(
            f"{self._url}{separator}retry=0", suppress_exceptions=True
        )
        if self._service is None:
            raise ConfigError([f"{_scheme(self._url)} address is not understood by Apprise"])
        if len(self._service) > 1:
            raise ConfigError(
                [
                    f"{_scheme(self._url)} address names {len(self._service)} targets; "
                    "make a channel of each, so that each is delivered and retried by itself"
                ]
            )

    def send(self, message: Message) -> Receipt:
        """See :class:`alerts.channels.base.Sender`."""
        html = getattr(self._service, "notify_format", None) == self._module.NotifyFormat.HTML
        gravest = message.items[0].severity if message.items else "info"
        with _LastWords() as words:
            try:
                taken = self._service.notify(
                    body=html_of(message) if html else text_of(message),
                    title=message.title,
                    notify_type=_KINDS.get(gravest, "info"),
                )
            except TypeError as error:
                raise ChannelPermanent(f"apprise refused the message: {self._hide(str(error))}") from error
        if not taken:
            said = self._hide(words.last) or "no reason given"
            raise ChannelTransient(f"{_scheme(self._url)} through apprise: {said}", whole_channel=True)
        return Receipt(message.id)

    def close(self) -> None:
        """Nothing is kept open."""

    def _hide(self, text: str) -> str:
        """Without the address or any part of it that may be a secret."""
        parts = urlsplit(self._url)
        secrets = {self._url, parts.netloc, parts.query, parts.username, parts.password}
        secrets |= {part for part in re.split(r"[/@:?&=]", self._url) if len(part) >= 8}
        for secret in sorted((s for s in secrets if s and len(s) >= 4), key=len, reverse=True):
            text = text.replace(secret, "***").replace(quote(secret, safe=""), "***")
        return " ".join(text.split())[:200]


class _LastWords(logging.Handler):
    """Catches the last thing Apprise logged while it sent, which is where it says what went wrong."""

    def __init__(self) -> None:
        super().__init__(level=logging.WARNING)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        self.last = record.getMessage()

    def __enter__(self) -> _LastWords:
        logger = logging.getLogger("apprise")
        self._propagated, logger.propagate = logger.propagate, False  # its lines may hold addresses
        logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logger = logging.getLogger("apprise")
        logger.removeHandler(self)
        logger.propagate = self._propagated


def _scheme(url: str) -> str:
    """The service's name; nothing where the address has none, since any other part may be secret."""
    scheme, found, _ = url.partition("://")
    return scheme[:20] if found else "an"
