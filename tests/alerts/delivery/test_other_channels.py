"""JSONL, Atom, Apprise, secured mail, and samples."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree

import feedparser
import pytest
from aiosmtpd.smtp import AuthResult
from sqlalchemy import Engine

from alerts.channels.build import build_senders
from alerts.channels.check import check_delivery
from alerts.channels.sample import send_sample
from alerts.render_map import HEIGHT, WIDTH, map_png
from config.errors import ConfigError, UsageError
from tests.support.delivery import START, Rig, make_alert, make_config, update_of
from tests.support.smtp import MailServer

ATOM = "{http://www.w3.org/2005/Atom}"


def test_jsonl_mends_half_a_line(sqlite_engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "data" / "out.jsonl"
    path.parent.mkdir()
    path.write_bytes(b'{"whole": 1}\n{"half": ')
    rig = Rig(
        sqlite_engine, make_config(tmp_path, {"channels": {"file": {"type": "jsonl", "path": "out.jsonl"}}})
    )
    rig.tell(make_alert())
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert first == {"whole": 1}
    assert second["alert"]["id"] == make_alert().id


def test_jsonl_on_a_full_disk_waits_and_leaves_no_half_line(sqlite_engine: Engine, tmp_path: Path) -> None:
    rig = Rig(
        sqlite_engine, make_config(tmp_path, {"channels": {"file": {"type": "jsonl", "path": "/dev/full"}}})
    )
    rig.tell(make_alert())
    assert [a.outcome for a in rig.attempts()] == ["transient"]
    assert "No space left" in rig.deliveries()[0].last_error


def test_atom_is_a_feed_that_feed_readers_read(sqlite_engine: Engine, tmp_path: Path) -> None:
    channel = {"type": "atom", "path": "alerts.atom", "entries": 3}
    rig = Rig(sqlite_engine, make_config(tmp_path, {"channels": {"feed": channel}}))
    alerts = [make_alert(n, updated=START + timedelta(minutes=n)) for n in range(1, 6)]
    rig.tell(*alerts)
    rig.tell(update_of(alerts[2], headline="Now 14 killed", updated=START + timedelta(hours=1)))
    parsed = feedparser.parse((tmp_path / "data" / "alerts.atom").read_bytes())
    assert not parsed.bozo
    assert parsed.entries[0].title == "[high] Now 14 killed"
    assert len(parsed.entries) == 3
    assert len({entry.id for entry in parsed.entries}) == 3
    assert parsed.entries[0].link == "https://news.example/raid-atme"


def test_a_broken_atom_file_is_made_anew(sqlite_engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "data" / "a.atom"
    path.parent.mkdir()
    path.write_text("<feed")
    rig = Rig(
        sqlite_engine, make_config(tmp_path, {"channels": {"feed": {"type": "atom", "path": "a.atom"}}})
    )
    rig.tell(make_alert())
    assert len(Tree.fromstring(path.read_bytes()).findall(f"{ATOM}entry")) == 1


class Service:
    """What Apprise talks to."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.script: list[int] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                owner.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(owner.script.pop(0) if owner.script else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_apprise_sends_once_and_leaves_retries_to_the_outbox(
    sqlite_engine: Engine, service: Service, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    secret = "hidden-token-1234"
    url = f"json://user:{secret}@127.0.0.1:{service.server.server_port}/path"
    rig = Rig(sqlite_engine, make_config(tmp_path, {"channels": {"far": {"type": "apprise", "url": url}}}))
    service.script = [500]
    rig.tell(make_alert())
    assert len(service.bodies) == 1
    assert [a.outcome for a in rig.attempts()] == ["transient"]
    rig.advance(minutes=1)
    assert len(service.bodies) == 2
    assert rig.states() == {"sent": 1}
    assert "Raid in Atme" in json.loads(service.bodies[0])["title"]
    assert secret not in caplog.text + str(rig.attempts())


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("nonsense", "is not understood by Apprise"),
        ("slack://AAAAAAAAA/BBBBBBBBB/CCCCCCCCCCCCCCCCCCCCCCCC/#one/#two", "names 2 targets"),
    ],
)
def test_apprise_addresses_that_cannot_work(tmp_path: Path, url: str, problem: str) -> None:
    config = make_config(tmp_path, {"channels": {"far": {"type": "apprise", "url": url}}})
    with pytest.raises(ConfigError, match=problem) as caught:
        build_senders(config)
    assert "CCCC" not in str(caught.value)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    subprocess.run(
        [*command.split(), "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
        check=True,
        capture_output=True,
    )
    return key, cert


def authenticator(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    good = (data.login, data.password) == (b"tocsin", b"smtp-password-of-the-tests")
    return AuthResult(success=good, handled=False)


@pytest.mark.parametrize(("password", "state"), [("smtp-password-of-the-tests", "sent"), ("wrong", "failed")])
def test_starttls_and_login(
    sqlite_engine: Engine,
    certificate: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    password: str,
    state: str,
) -> None:
    caplog.set_level("DEBUG", logger="alerts")
    key, cert = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = MailServer(
        tls_context=context, require_starttls=True, auth_required=True, authenticator=authenticator
    )
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(cert))
    smtp = {"host": "localhost", "port": server.port, "security": "starttls", "username": "tocsin"}
    channel = {"type": "email", "to": "desk@example.org", "smtp": {**smtp, "password": password}}
    rig = Rig(sqlite_engine, make_config(tmp_path, {"channels": {"desk": channel}}))
    rig.tell(make_alert())
    server.down()
    assert rig.states() == {state: 1}
    assert len(server.received) == (state == "sent")
    assert password == "wrong" or password not in caplog.text + str(rig.attempts())


def test_an_untrusted_certificate_is_no_reason_to_send_in_the_clear(
    sqlite_engine: Engine, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    key, cert = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = MailServer(tls_context=context)
    smtp = {"host": "localhost", "port": server.port, "security": "starttls"}
    channel = {"type": "email", "to": "desk@example.org", "smtp": smtp}
    rig = Rig(sqlite_engine, make_config(tmp_path, {"channels": {"desk": channel}}))
    rig.tell(make_alert())
    server.down()
    assert server.received == []
    assert "certificate is not trusted" in rig.deliveries()[0].last_error


def test_a_sample_goes_to_every_target(mail: MailServer, tmp_path: Path) -> None:
    smtp = {"host": "127.0.0.1", "port": mail.port}
    channel = {"type": "email", "to": ["a@example.org", "b@example.org"], "smtp": smtp}
    config = make_config(tmp_path, {"channels": {"desk": channel}})
    receipts = send_sample(config, "desk", START)
    assert [target for target, _ in receipts] == ["desk:a@example.org", "desk:b@example.org"]
    assert [received.recipient for received in mail.received] == ["a@example.org", "b@example.org"]
    assert "Sample alert" in mail.received[0].mail["Subject"]
    with pytest.raises(UsageError, match='no channel "dsk"'):
        send_sample(config, "dsk", START)


def test_the_map_is_a_png_of_the_place() -> None:
    place = make_alert().place
    assert place is not None
    picture = map_png(place)
    assert picture is not None
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (WIDTH, HEIGHT)
    assert len(picture) < 40_000


def test_no_map_of_the_open_sea_nor_of_nowhere() -> None:
    place = make_alert().place
    assert place is not None
    assert map_png(type(place)(name="x")) is None
    assert map_png(type(place)(name="x", latitude=-40.0, longitude=-120.0, precision="city")) is None


def test_check_names_every_problem_of_delivery(tmp_path: Path) -> None:
    config = make_config(
        tmp_path,
        {
            "channels": {"one": {"type": "terminal"}, "far": {"type": "apprise", "url": "nonsense"}},
            "route": {"channel": "one", "routes": [{"match": {"rule": "/(/"}}]},
            "silences": [{"match": {"rule": "/[/"}, "until": "2026-10-01T00:00Z", "reason": "x", "by": "y"}],
            "inhibit": [{"source": {"rule": "/*/"}, "target": {"rule": "a"}}],
        },
    )
    with pytest.raises(ConfigError) as caught:
        check_delivery(config)
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "channels.yaml route.routes[0].match.rule",
        "channels.yaml inhibit[0].source.rule",
        "channels.yaml silences[0].match.rule",
        "channels.yaml channels.far",
    ]
