"""A PostgreSQL that really restarts, with a message in hand.

The server is this test's own, so that whatever TOCSIN_TEST_POSTGRES names is left alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from alerts.channels.base import Message, Receipt
from alerts.notifier import Notifier
from alerts.outbox import enqueue
from config.errors import StateUnavailable
from streams.state import open_state, reading, writing
from tests.support.delivery import Recorder, Rig, make_alert, make_config, running
from tests.support.postgres import asked_for

SCRIPT = Path(__file__).parents[3] / "scripts" / "postgres"
pytestmark = pytest.mark.postgres


class Server:
    """A PostgreSQL in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._environment = {**os.environ, "TOCSIN_POSTGRES_DIR": str(folder)}
        self._environment.pop("TOCSIN_POSTGRES_PORT", None)

    def do(self, command: str) -> str:
        """Run scripts/postgres."""
        done = subprocess.run(
            [str(SCRIPT), command], env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def server() -> Iterator[tuple[Server, str]]:
    """The server and its URL; skips where no PostgreSQL is asked for, or it is not installed here."""
    asked_for()
    if shutil.which("initdb") is None and not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.skip("PostgreSQL runs elsewhere: it is not installed on this machine")
    folder = Path(tempfile.mkdtemp(prefix="tocsin-restart-"))
    folder.chmod(0o711)  # the server's own user passes through
    own = Server(folder / "server")
    try:
        announced = own.do("up")
        yield own, announced.strip().partition("=")[2]
    finally:
        own.do("down")
        shutil.rmtree(folder, ignore_errors=True)


class Slow(Recorder):
    """A provider that holds its answer back until it is told to give it."""

    def __init__(self) -> None:
        super().__init__()
        self.called = threading.Event()
        self.answer = threading.Event()

    def send(self, message: Message) -> Receipt:
        self.called.set()
        assert self.answer.wait(120)
        return super().send(message)


def test_a_message_in_hand_outlives_a_restart_of_the_server(
    server: tuple[Server, str], tmp_path: Path
) -> None:
    own, url = server
    recorder = Slow()
    config = make_config(tmp_path, {"channels": {"one": {"type": "terminal"}}})
    engine = open_state(url)
    notifier = Notifier(config, open_state(url), {"one": recorder})
    started = _started_at(url)
    with running(notifier, grace=60):
        try:
            with writing(engine) as connection:
                enqueue(connection, make_alert(1), notifier.clock())
            assert recorder.called.wait(60)
            own.do("restart")
            recorder.answer.set()
            assert _started_at(url) > started
            _wait(lambda: _tell(engine, notifier))
            _wait(lambda: Rig(engine, config, {}).states() == {"sent": 2})
        finally:
            recorder.answer.set()
    rig = Rig(engine, config, {})
    assert len(recorder.sent) == 2  # the answer in hand was recorded, not asked for again
    assert not any(row.possible_duplicate for row in rig.deliveries())
    rig.oracle()
    engine.dispose()


def _tell(engine: object, notifier: Notifier) -> bool:
    with writing(engine) as connection:  # type: ignore[arg-type]
        enqueue(connection, make_alert(2), notifier.clock())
    return True


def _started_at(url: str) -> str:
    engine = open_state(url)
    with reading(engine) as connection:
        found = connection.scalar(text("SELECT pg_postmaster_start_time()"))
    engine.dispose()
    return str(found)


def _wait(condition: Callable[[], bool]) -> None:
    ticker = threading.Event()
    for _ in range(1200):
        try:
            if condition():
                return
        except StateUnavailable:
            pass
        ticker.wait(0.1)
    raise AssertionError("it did not come to that")
