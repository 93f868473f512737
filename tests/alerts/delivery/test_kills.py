"""SIGKILL on real notifier processes, at chosen and at random moments."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from alerts.notifier_core import NotifierCore
from alerts.outbox import enqueue
from streams.state import writing
from tests.support.delivery import START, Recorder, Rig, make_alert, make_config
from tests.support.notifier_process import start, wait_for_file
from tests.support.smtp import MailServer

Launch = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def launch(state_url: str, tmp_path: Path) -> Iterator[Launch]:
    """Starts notifier processes on the test's state; none outlives the test."""
    started: list[subprocess.Popen[bytes]] = []

    def one(channels: dict[str, Any], hang: str = "none") -> subprocess.Popen[bytes]:
        started.append(start(state_url, tmp_path, channels, hang))
        return started[-1]

    yield one
    for process in started:
        process.kill()
        process.wait()


def mail_channel(mail: MailServer) -> dict[str, Any]:
    return {"type": "email", "to": "desk@example.org", "smtp": {"host": "127.0.0.1", "port": mail.port}}


def fill(engine: Engine, count: int) -> None:
    with writing(engine) as connection:
        for number in range(1, count + 1):
            enqueue(connection, make_alert(number), START)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def until(condition: Callable[[], bool], seconds: float = 150.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def test_killed_between_lease_and_send(
    engine: Engine, launch: Launch, mail: MailServer, tmp_path: Path
) -> None:
    """The first message hangs before it is handed over, the others are leased behind it."""
    channels = {"channels": {"desk": mail_channel(mail)}}
    fill(engine, 5)
    process = launch(channels, hang="-desk")
    wait_for_file(tmp_path / "hanging")
    process.kill()
    process.wait()
    assert mail.received == []
    rig = Rig(engine, make_config(tmp_path, channels))
    rig.step()
    # the four that were not begun go at once and unmarked, though their lease was never given back
    assert [received.mail["X-Tocsin-Possible-Duplicate"] for received in mail.received] == [None] * 4
    rig.advance(minutes=1)
    assert Counter(str(received.mail["X-Tocsin-Possible-Duplicate"]) for received in mail.received) == {
        "None": 4,
        "yes": 1,  # begun, so nobody can know: marked
    }
    assert rig.states() == {"sent": 5}
    rig.oracle()


def test_killed_between_send_and_record(
    engine: Engine, launch: Launch, mail: MailServer, tmp_path: Path
) -> None:
    channels = {"channels": {"desk": mail_channel(mail)}}
    fill(engine, 1)
    process = launch(channels, hang="desk")
    wait_for_file(tmp_path / "hanging")
    process.kill()
    process.wait()
    assert len(mail.received) == 1
    rig = Rig(engine, make_config(tmp_path, channels))
    rig.step()
    assert [a.outcome for a in rig.attempts()] == ["unknown"]
    assert "died while it was sending" in rig.deliveries()[0].last_error
    rig.advance(minutes=1)
    first, second = (received.mail for received in mail.received)
    assert first["Message-ID"] == second["Message-ID"]
    assert second["X-Tocsin-Possible-Duplicate"] == "yes"
    assert rig.states() == {"sent": 1}
    rig.oracle()


@pytest.mark.parametrize("kind", ["jsonl", "atom"])
def test_files_get_no_duplicate_from_a_crash(
    engine: Engine, launch: Launch, tmp_path: Path, kind: str
) -> None:
    channels = {"channels": {"file": {"type": kind, "path": "out"}}}
    fill(engine, 3)
    process = launch(channels, hang="file")
    wait_for_file(tmp_path / "hanging")
    process.kill()
    process.wait()
    rig = Rig(engine, make_config(tmp_path, channels))
    rig.step()
    text = (tmp_path / "data" / "out").read_text()
    assert [
        text.count(f'alert-{number:05d}"') + text.count(f"alert-{number:05d}<") for number in (1, 2, 3)
    ] == [1] * 3
    assert rig.states() == {"sent": 3}
    assert rig.deliveries()[0].possible_duplicate is False


def test_killed_at_random_moments(engine: Engine, launch: Launch, mail: MailServer, tmp_path: Path) -> None:
    """Two notifiers at once, one of them killed and replaced again and again; nothing is lost or unmarked."""
    channels = {
        "channels": {
            "file": {"type": "jsonl", "path": "alerts.jsonl"},
            "desk": mail_channel(mail) | {"rate_limit": {"count": 100_000}},
        }
    }
    count = 100
    fill(engine, count)
    chance = random.Random(11)
    launch(channels)  # this one lives on
    out = tmp_path / "data" / "alerts.jsonl"
    for _ in range(3):
        process = launch(channels)
        before = len(mail.received)
        until(lambda: len(mail.received) > min(before, count - 1))  # noqa: B023 (used at once)
        time.sleep(chance.uniform(0.0, 0.25))
        process.kill()
        process.wait()
    rig = Rig(engine, make_config(tmp_path, channels), {})
    until(lambda: rig.states()["sent"] == 2 * count)
    rig.oracle()
    assert Counter(line["alert"]["id"] for line in lines(out)) == dict.fromkeys(
        (f"alert-{number:05d}" for number in range(1, count + 1)), 1
    )
    copies = Counter(received.mail["Message-ID"] for received in mail.received)
    unmarked = Counter(
        received.mail["Message-ID"]
        for received in mail.received
        if received.mail["X-Tocsin-Possible-Duplicate"] is None
    )
    assert len(copies) == count
    assert max(unmarked.values()) == 1  # whatever came twice came marked the second time


def test_two_notifiers_share_and_never_send_twice(engine: Engine, tmp_path: Path) -> None:
    channels = {"channels": {"one": {"type": "terminal"}}}
    config = make_config(tmp_path, channels)
    recorder = Recorder()
    first = Rig(engine, config, {"one": recorder})
    second = Rig(engine, config, {"one": recorder})
    fill(engine, 60)
    first.core.tend(START)
    second.core.tend(START)
    turns: list[NotifierCore] = [first.core, second.core]
    while sum(core.work("one", lambda: START) for core in turns):
        pass
    assert len({message.id for message in recorder.sent}) == len(recorder.sent) == 60
    first.oracle()
