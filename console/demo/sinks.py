"""Where the demo's notifications arrive: a mail server and a Slack of its own, both on loopback."""

from __future__ import annotations

import asyncio
import json
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class MailSink:
    """Accepts every message; keeps them and writes each as an .eml file into ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.messages: list[EmailMessage] = []
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        # Port 0 cannot be asked for: aiosmtpd connects to the port it was given to see that it listens.
        self._controller = Controller(self, hostname="127.0.0.1", port=_free_port())
        self._controller.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._controller.port)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Called by aiosmtpd for each message."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        await asyncio.to_thread(self._keep, message, content)
        return "250 OK"

    def _keep(self, message: EmailMessage, content: bytes) -> None:
        number = len(self.messages) + 1
        self._folder.joinpath(f"{number:02}.eml").write_bytes(content)
        self.messages.append(message)

    def close(self) -> None:
        """Stop listening."""
        self._controller.stop()


class SlackDouble:
    """Enough of Slack's Web API for a bot: chat.postMessage and chat.update. Keeps and writes every call."""

    def __init__(self, folder: Path) -> None:
        self.calls: list[dict[str, Any]] = []
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                method = self.path.rstrip("/").rsplit("/", 1)[-1]
                answer = double.call(method, _fields(self.headers.get("Content-Type") or "", body))
                payload = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_: object) -> None:
                """Say nothing: the demo's screen is for alerts."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The API's address, for ``api_url``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/api/"

    @property
    def posts(self) -> list[dict[str, Any]]:
        """The messages posted, replies in threads included."""
        return [call for call in self.calls if call["method"] == "chat.postMessage"]

    def call(self, method: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Answer one API call."""
        with self._lock:
            number = len(self.calls) + 1
            stamp = f"1700000000.{number:06}"
            self.calls.append({"method": method, "ts": stamp, **fields})
            text = json.dumps(self.calls[-1], ensure_ascii=False, indent=2)
            self._folder.joinpath(f"{number:02}.json").write_text(text + "\n", encoding="utf-8")
        return {
            "ok": True,
            "ts": fields.get("ts", stamp),
            "channel": fields.get("channel", "C0DEMO"),
            "message": {},
        }

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def _fields(kind: str, body: bytes) -> dict[str, Any]:
    if kind.startswith("application/json"):
        loaded: dict[str, Any] = json.loads(body)
        return loaded
    fields: dict[str, Any] = dict(parse_qsl(body.decode()))
    for key in ("blocks", "attachments"):
        if key in fields:
            fields[key] = json.loads(fields[key])
    return fields


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
