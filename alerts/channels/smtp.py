"""Handing one message to a mail server, knowing at every step whether it can have been taken.

smtplib speaks the protocol; the steps are taken singly here because ``SMTP.sendmail`` cannot tell a
connection lost before the message from one lost after it, and only the second may mean a duplicate.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from config.errors import ChannelPermanent, ChannelTransient, ChannelUnknown
from config.models.channels import Smtp

_IDLE = 20.0  # seconds after which an open connection is not trusted any more
_MESSAGES = 100  # messages over one connection at most: servers limit it


class _HungUp(Exception):
    """The connection broke before the message: nothing was sent."""


class SmtpConnection:
    """One connection, opened when needed and used again while it is fresh."""

    def __init__(self, settings: Smtp) -> None:
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None
        self._used = 0.0
        self._count = 0

    def deliver(self, sender: str, recipient: str, content: bytes) -> str:
        """Hand the message over; returns the server's answer.

        Raises ChannelTransient (4xx, or the server cannot be reached), ChannelPermanent (5xx) and
        ChannelUnknown (the connection broke after the message was sent and before the answer).
        """
        try:
            smtp = self._ready(sender, recipient)
            answer = self._content(smtp, content)
        except (ChannelTransient, ChannelPermanent, ChannelUnknown):
            self.close()
            raise
        self._used = monotonic()
        self._count += 1
        return answer

    def close(self) -> None:
        """Say goodbye. Idempotent."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                if smtp.sock is not None:
                    smtp.sock.settimeout(2)
                smtp.quit()
            smtp.close()

    def _ready(self, sender: str, recipient: str) -> smtplib.SMTP:
        """A connection on which the server waits for the message."""
        fresh = monotonic() - self._used < _IDLE and self._count < _MESSAGES
        if self._smtp is not None and fresh:
            with suppress(_HungUp):  # idle connections do get closed: nothing was sent, so try a new one
                return self._envelope(self._smtp, sender, recipient)
        self.close()
        self._smtp = self._connect()
        self._count = 0
        try:
            return self._envelope(self._smtp, sender, recipient)
        except _HungUp as error:
            raise ChannelTransient(
                f"the mail server hung up before the message: {error}", whole_channel=True
            ) from error

    def _connect(self) -> smtplib.SMTP:
        options = self._settings
        where = f"mail server {options.host}:{options.port}"
        seconds = options.timeout.total_seconds()
        smtp: smtplib.SMTP | None = None
        try:
            if options.security == "tls":
                context = ssl.create_default_context()
                smtp = smtplib.SMTP_SSL(options.host, options.port, timeout=seconds, context=context)
            else:
                smtp = smtplib.SMTP(options.host, options.port, timeout=seconds)
            smtp.ehlo_or_helo_if_needed()
            self._secure(smtp)
        except smtplib.SMTPResponseException as error:
            _drop(smtp)
            raise _refused(where, error.smtp_code, error.smtp_error, whole=True) from error
        except smtplib.SMTPNotSupportedError as error:
            _drop(smtp)
            raise ChannelPermanent(f"{where}: {error}; check smtp.security and smtp.username") from error
        except ssl.SSLCertVerificationError as error:
            _drop(smtp)
            raise ChannelTransient(
                f"{where}: its certificate is not trusted: {error.verify_message}", whole_channel=True
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            _drop(smtp)
            raise ChannelTransient(f"{where} cannot be reached: {error}", whole_channel=True) from error
        return smtp

    def _secure(self, smtp: smtplib.SMTP) -> None:
        options = self._settings
        if options.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        if options.username is not None:
            password = options.password.get_secret_value() if options.password else ""
            smtp.login(options.username, password)

    @staticmethod
    def _envelope(smtp: smtplib.SMTP, sender: str, recipient: str) -> smtplib.SMTP:
        steps: tuple[Callable[[], tuple[int, bytes]], ...] = (
            lambda: smtp.mail(sender),
            lambda: smtp.rcpt(recipient),
            lambda: smtp.docmd("DATA"),
        )
        try:
            for step in steps:
                code, answer = step()
                if code >= 400:
                    raise _refused("the mail server", code, answer)
        except (smtplib.SMTPException, OSError) as error:
            raise _HungUp(str(error) or type(error).__name__) from error
        return smtp

    @staticmethod
    def _content(smtp: smtplib.SMTP, content: bytes) -> str:
        try:
            smtp.send(_dot_stuffed(content) + b".\r\n")
        except (smtplib.SMTPException, OSError) as error:
            # The last line did not leave, and without it no server takes the message.
            raise ChannelTransient(f"the connection broke within the message: {error}") from error
        try:
            code, answer = smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelUnknown(
                f"the mail server's answer after the message was lost: {error or type(error).__name__}"
            ) from error
        if code == 250:
            return answer.decode("utf-8", "replace")[:200]
        raise _refused("the mail server", code, answer)


def _dot_stuffed(content: bytes) -> bytes:
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    stuffed = re.sub(rb"(?m)^\.", b"..", lines)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _refused(
    where: str, code: int, answer: bytes | str, *, whole: bool = False
) -> ChannelTransient | ChannelPermanent:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    said = f"{where} said {code} {' '.join(text.split())[:300]}"
    if 500 <= code < 600:
        return ChannelPermanent(said)
    return ChannelTransient(said, whole_channel=whole or code == 421)


def _drop(smtp: smtplib.SMTP | None) -> None:
    if smtp is not None:
        smtp.close()
