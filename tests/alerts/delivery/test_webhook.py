"""Signed webhooks against a real HTTP server; the receiver of the documentation verifies them."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from alerts.channels.http import retry_after
from alerts.channels.webhook import signature
from tests.support.delivery import START, Rig, make_alert, make_config

SECRET = "a-webhook-secret-of-the-tests"
DOCS = Path(__file__).parents[3] / "docs" / "delivery.md"


class Receiver:
    """Keeps requests and answers by a script."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.script: list[int | str] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                owner.requests.append((dict(self.headers.items()), body))
                reply = owner.script.pop(0) if owner.script else 204
                if reply == "drop":
                    self.connection.close()
                    return
                self.send_response(int(reply))
                if reply == 302:
                    self.send_header("Location", "/elsewhere")
                if reply == 429:
                    self.send_header("Retry-After", "60")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook?key=part-of-the-secret-address"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def rig(sqlite_engine: Engine, receiver: Receiver, tmp_path: Path) -> Rig:
    channel = {"type": "webhook", "url": receiver.url, "secret": SECRET, "headers": {"X-Team": "night"}}
    return Rig(sqlite_engine, make_config(tmp_path, {"channels": {"hook": channel}}))


def test_the_documented_receiver_verifies_the_signature(rig: Rig, receiver: Receiver) -> None:
    example = re.search(r"```python\n(def verify\(.*?)```", DOCS.read_text(), re.DOTALL)
    assert example, "docs/delivery.md shows a receiver"
    namespace: dict[str, Any] = {}
    exec("import hashlib, hmac, time\n" + example.group(1), namespace)
    verify = namespace["verify"]
    rig.tell(make_alert())
    headers, body = receiver.requests[0]
    assert verify(SECRET, headers["Tocsin-Signature"], body)
    assert not verify(SECRET, headers["Tocsin-Signature"], body + b" ")
    assert not verify("another", headers["Tocsin-Signature"], body)
    old = signature(SECRET, int(START.timestamp()) - 10_000_000, body)
    assert not verify(SECRET, old, body)


def test_a_public_example_of_the_signature() -> None:
    """Made with: printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac key"""
    expected = "a438e398bfafc57e4396bb7fc2304422f0f768e965d073ca313cb52e22e6ad03"
    assert signature("key", 1700000000, b'{"a":1}') == f"t=1700000000,v1={expected}"
    text = DOCS.read_text()
    assert signature("key", 1700000000, b'{"a":1}') in text


def test_the_body_says_everything(rig: Rig, receiver: Receiver) -> None:
    rig.tell(make_alert())
    headers, raw = receiver.requests[0]
    body = json.loads(raw)
    assert headers["Tocsin-Delivery"] == body["delivery"]
    assert headers["X-Team"] == "night"
    assert body["alerts"][0]["alert"]["headline"] == make_alert().headline
    assert body["alerts"][0]["first"] is True


@pytest.mark.parametrize(
    ("script", "outcomes", "state"),
    [
        ([500], ["transient", "sent"], "sent"),
        ([503, 502], ["transient", "transient", "sent"], "sent"),
        ([429], ["transient", "sent"], "sent"),
        (["drop"], ["unknown", "sent"], "sent"),
        ([504], ["unknown", "sent"], "sent"),
        ([404], ["permanent"], "failed"),
        ([302], ["permanent"], "failed"),  # never followed: it would become a GET
    ],
)
def test_answers(
    rig: Rig, receiver: Receiver, script: list[int | str], outcomes: list[str], state: str
) -> None:
    receiver.script = list(script)
    rig.tell(make_alert())
    rig.advance(minutes=5)
    assert [a.outcome for a in rig.attempts()] == outcomes
    assert rig.states() == {state: 1}
    assert len({json.loads(body)["delivery"] for _, body in receiver.requests}) == 1
    marked = [json.loads(body).get("possible_duplicate", False) for _, body in receiver.requests]
    assert marked[-1] is ("unknown" in outcomes)
    rig.oracle()


def test_secrets_stay_secret(rig: Rig, receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    receiver.script = [404]
    rig.tell(make_alert(1))
    receiver.server.shutdown()
    receiver.server.server_close()
    rig.tell(make_alert(2))
    told = caplog.text + str(rig.attempts()) + str(rig.deliveries())
    assert SECRET not in told
    assert "part-of-the-secret-address" not in told


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("37", 37.0),
        ("0", 0.0),
        ("Tue, 01 Sep 2026 10:02:00 GMT", 120.0),
        ("Tue, 01 Sep 2020 10:02:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("999999999999", None),
        ("", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, datetime(2026, 9, 1, 10, 0, tzinfo=UTC)) == seconds
