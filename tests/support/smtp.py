"""A real mail server on loopback whose replies follow a script."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


@dataclass
class Received:
    """One message that the server took in, whatever it answered."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        """The message, parsed."""
        return message_from_bytes(self.raw, policy=policy.default)  # type: ignore[return-value]


@dataclass
class Script:
    """Replies by stage; each list is used up from the front, then everything is fine.

    ``data`` also knows 'drop': the message is taken and the connection closed without an answer.
    """

    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)


class MailServer:
    """aiosmtpd with a script. ``down()`` and ``up()`` keep the port."""

    def __init__(self, **options: Any) -> None:
        self.script = Script()
        self.received: list[Received] = []
        self.arrived = threading.Condition()
        self._options = options
        self._controller: Controller | None = None
        self.port = 0
        self.up()

    def up(self) -> None:
        """Listen."""
        self._controller = _Controller(self, hostname="127.0.0.1", port=self.port, **self._options)
        self._controller.start()
        assert self._controller.server is not None
        self.port = self._controller.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]

    def down(self) -> None:
        """Refuse connections."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def wait_for(self, count: int, seconds: float = 20.0) -> list[Received]:
        """Wait until so many messages have come."""
        with self.arrived:
            self.arrived.wait_for(lambda: len(self.received) >= count, timeout=seconds)
        return self.received

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Any, envelope: Any, address: str, rcpt_options: list[str]
    ) -> str:
        """Answer RCPT by the script."""
        if self.script.rcpt:
            return self.script.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take the message in and answer by the script."""
        reply = self.script.data.pop(0) if self.script.data else "250 OK: queued"
        if reply == "drop" or reply.startswith("250"):
            with self.arrived:
                for recipient in envelope.rcpt_tos:
                    self.received.append(Received(envelope.mail_from, recipient, envelope.content))
                self.arrived.notify_all()
        if reply == "drop":
            assert server.transport is not None
            server.transport.abort()
            await asyncio.sleep(0)
        return reply if reply != "drop" else "250 never seen"


class _Controller(Controller):
    def _trigger_server(self) -> None:
        """Port 0: the real port is known only after binding; the base class would connect to port 0."""
        assert self.server is not None
        if self.port == 0:
            self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()
