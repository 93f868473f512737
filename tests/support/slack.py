"""A Slack that behaves badly on demand: chat.postMessage, chat.update and an incoming webhook, over HTTP.

It refuses what Slack refuses: more than 50 blocks, texts and headers over their limits, all blocks together
over 13,000 characters.
"""

from __future__ import annotations

import json
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

TOKEN = "xoxb-test-token-0123456789"


@dataclass
class Post:
    """One request that reached the double."""

    path: str
    body: dict[str, Any]
    accepted: bool  # whether it was carried out


@dataclass
class Slack:
    """``script``: replies used up from the front: 'ok', 'drop' (carried out, no answer), '429:SECONDS',
    '500', '503', '504', or 'error:CODE' (ok: false)."""

    script: list[str] = field(default_factory=list)
    requests: list[Post] = field(default_factory=list)
    token: str = TOKEN
    arrived: threading.Condition = field(default_factory=threading.Condition)
    _count: int = 0

    def __post_init__(self) -> None:
        owner = self

        class Handler(_Handler):
            slack = owner

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def api_url(self) -> str:
        """For ``api_url`` of a slack channel."""
        return f"http://127.0.0.1:{self._server.server_port}/api/"

    @property
    def webhook_url(self) -> str:
        """For ``webhook_url`` of a slack channel."""
        return f"http://127.0.0.1:{self._server.server_port}/services/T000/B000/secret-part"

    @property
    def posted(self) -> list[dict[str, Any]]:
        """Bodies of the messages that stand in the channel (posts, not edits)."""
        return [r.body for r in self.requests if r.accepted and not r.path.endswith("chat.update")]

    @property
    def edits(self) -> list[dict[str, Any]]:
        """Bodies of the edits."""
        return [r.body for r in self.requests if r.accepted and r.path.endswith("chat.update")]

    def wait_for(self, count: int, seconds: float = 20.0) -> list[dict[str, Any]]:
        """Wait until so many messages stand in the channel."""
        with self.arrived:
            self.arrived.wait_for(lambda: len(self.posted) >= count, timeout=seconds)
        return self.posted

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()

    def next_ts(self) -> str:
        """A fresh message id."""
        self._count += 1
        return f"1700000000.{self._count:06d}"


class _Handler(BaseHTTPRequestHandler):
    slack: Slack
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        slack = self.slack
        body = _parse(raw, self.headers.get("Content-Type", ""))
        with slack.arrived:
            edit = self.path.endswith("chat.update")
            reply = slack.script.pop(0) if slack.script and not edit else "ok"
            refusal = self._refusal(body) if reply in {"ok", "drop"} else None
            accepted = reply in {"ok", "drop"} and refusal is None
            slack.requests.append(Post(self.path, body, accepted))
            ts = body.get("ts") if edit else slack.next_ts()
            slack.arrived.notify_all()
        self._answer(refusal or reply, str(ts), body)

    def _answer(self, reply: str, ts: str, body: dict[str, Any]) -> None:
        hook = self.path.startswith("/services/")
        if reply == "drop":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif reply.startswith("429"):
            self._send(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": reply.partition(":")[2]})
        elif reply.isdigit():
            self._send(int(reply), None)
        elif reply.startswith("error:"):
            code = reply.partition(":")[2]
            self._send(403 if hook else 200, code if hook else {"ok": False, "error": code})
        elif hook:
            self._send(200, "ok")
        else:
            self._send(200, {"ok": True, "channel": body.get("channel"), "ts": ts})

    def _refusal(self, body: dict[str, Any]) -> str | None:
        if (
            self.path.startswith("/api/")
            and self.headers.get("Authorization") != f"Bearer {self.slack.token}"
        ):
            return "error:invalid_auth"
        problem = limits_broken(body.get("blocks") or [])
        return f"error:invalid_blocks_{problem}" if problem else None

    def _send(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        data = b"" if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Type", "text/plain" if isinstance(body, str) else "application/json")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Quiet."""


def limits_broken(blocks: list[dict[str, Any]]) -> str | None:
    """Which of Slack's limits these blocks break, or None."""
    if len(blocks) > 50:
        return "too_many_blocks"
    if len(json.dumps(blocks)) > 13_000:
        return "too_long"
    for block in blocks:
        if block["type"] == "header" and len(block["text"]["text"]) > 150:
            return "header_too_long"
        if block["type"] == "section" and (
            len(block.get("text", {}).get("text", "")) > 3000 or len(block.get("fields", [])) > 10
        ):
            return "section_too_long"
        if block["type"] == "context" and len(block["elements"]) > 10:
            return "context_too_long"
    return None


def _parse(raw: bytes, kind: str) -> dict[str, Any]:
    if kind.startswith("application/json"):
        found: dict[str, Any] = json.loads(raw)
        return found
    fields: dict[str, Any] = {name: values[-1] for name, values in parse_qs(raw.decode()).items()}
    for name in ("blocks", "metadata"):
        if isinstance(fields.get(name), str):
            fields[name] = json.loads(fields[name])
    return fields
