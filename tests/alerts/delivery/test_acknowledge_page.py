"""Signed links and the page behind them."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine

from alerts.ack_server import AckServer, build
from alerts.acknowledge_links import Linker
from alerts.acknowledgements import acknowledge, read
from config.errors import ConfigError, UsageError
from config.models.settings import Settings
from streams.state import reading
from tests.support.delivery import START, Recorder, Rig, make_alert, make_config

SETTINGS = Settings.model_validate(
    {"public_url": "https://alerts.example/tocsin/", "secret_key": "a-secret-key-of-the-tests"}
)
ALERT = make_alert(headline="Raid <b>in</b> Atme")


@pytest.fixture
def page(sqlite_engine: Engine, tmp_path: Path) -> Iterator[AckServer]:
    rig = Rig(
        sqlite_engine, make_config(tmp_path, {"channels": {"one": {"type": "terminal"}}}), {"one": Recorder()}
    )
    rig.tell(ALERT)
    server = AckServer(Linker(SETTINGS), sqlite_engine, clock=lambda: START)
    stop = threading.Event()
    thread = threading.Thread(target=server.run, args=(stop,))
    thread.start()
    yield server
    stop.set()
    thread.join(10)
    server.close()


def link() -> str:
    found = Linker(SETTINGS).url(ALERT, "desk:desk@example.org", START)
    assert found is not None
    assert found.startswith("https://alerts.example/tocsin/ack/alert-00001?")
    return found


def ask(page: AckServer, url: str, method: str = "GET") -> tuple[int, str]:
    parts = urlsplit(url)
    path = parts.path.removeprefix("/tocsin")
    request = urllib.request.Request(f"http://127.0.0.1:{page.port}{path}?{parts.query}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def acknowledged(sqlite_engine: Engine) -> bool:
    with reading(sqlite_engine) as connection:
        return ALERT.id in read(connection, [ALERT.id])


def test_looking_does_not_acknowledge(page: AckServer, sqlite_engine: Engine) -> None:
    status, text = ask(page, link())
    assert status == 200
    assert '<form method="post">' in text
    assert "Raid &lt;b&gt;in&lt;/b&gt; Atme" in text
    ask(page, link(), "HEAD")
    assert not acknowledged(sqlite_engine)


def test_pressing_the_button_does(page: AckServer, sqlite_engine: Engine) -> None:
    status, text = ask(page, link(), "POST")
    assert status == 200
    assert "Acknowledged by desk:desk@example.org" in text
    assert acknowledged(sqlite_engine)
    assert "form" not in ask(page, link())[1].partition("<body>")[2]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda url: url.replace("alert-00001", "alert-00002"),
        lambda url: url.replace("desk%40", "boss%40"),
        lambda url: url[:-1] + ("0" if url[-1] != "0" else "1"),
        lambda url: url.partition("?")[0],
        lambda url: url.replace("&s=", "&s=%C3%A9"),
        lambda url: url.replace("e=1", "e=9"),
        lambda url: url.replace("/ack/", "/other/"),
    ],
)
def test_spoiled_links_do_nothing(page: AckServer, sqlite_engine: Engine, spoil: object) -> None:
    assert callable(spoil)
    for method in ("GET", "POST"):
        status, text = ask(page, spoil(link()), method)
        assert status == 403
        assert "not valid" in text
    assert not acknowledged(sqlite_engine)


def test_an_old_link_says_so() -> None:
    url = urlsplit(link())
    fields = dict(part.split("=") for part in url.query.split("&"))
    linker = Linker(SETTINGS)
    with pytest.raises(UsageError, match="expired"):
        linker.check(ALERT.id, "desk:desk@example.org", fields["e"], fields["s"], START + timedelta(days=31))


def test_another_key_makes_other_links() -> None:
    other = Linker(SETTINGS.model_copy(update={"secret_key": None}))
    assert other.url(ALERT, "desk", START) is None


def test_needs_address_and_key(sqlite_engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="both public_url and secret_key"):
        build(make_config(tmp_path, {}), None, sqlite_engine)


def test_the_first_acknowledgement_stays(page: AckServer, sqlite_engine: Engine) -> None:
    acknowledge(sqlite_engine, ALERT.id, by="first", now=START)
    assert acknowledge(sqlite_engine, ALERT.id, by="second", now=START).by == "first"
    with pytest.raises(UsageError, match="no alert nothing"):
        acknowledge(sqlite_engine, "nothing", by="x", now=START)
