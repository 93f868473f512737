"""A clock that jumps, a defect in a channel, and a database that is locked or goes away."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url

from alerts.channels.base import Message, Receipt
from alerts.notifier import Notifier
from alerts.outbox import enqueue
from alerts.outbox_owners import DEAD_AFTER, Owner, Registry
from alerts.outbox_repair import retry
from config.errors import ChannelPermanent, ChannelTransient, StateUnavailable
from streams.state import open_state, writing
from tests.support.delivery import START, Recorder, Rig, make_alert, make_config, running


def rig_of(engine: Engine, tmp_path: Path, recorder: Recorder, **channel: object) -> Rig:
    config = make_config(tmp_path, {"channels": {"one": {"type": "terminal", **channel}}})
    return Rig(engine, config, {"one": recorder})


@pytest.mark.parametrize("jump", [timedelta(days=-2), timedelta(hours=-1), timedelta(days=2)])
def test_the_clock_jumps_while_a_retry_waits(engine: Engine, tmp_path: Path, jump: timedelta) -> None:
    recorder = Recorder()
    recorder.script = [ChannelTransient("later", whole_channel=True)] * 2
    rig = rig_of(engine, tmp_path, recorder)
    rig.tell(make_alert())
    rig.now += jump
    rig.step()
    rig.advance(minutes=1)
    assert len(recorder.sent) == 1  # neither stuck for days nor given up
    rig.oracle()


def test_the_clock_goes_back_while_a_group_waits(engine: Engine, tmp_path: Path) -> None:
    recorder = Recorder()
    config = make_config(
        tmp_path,
        {"channels": {"one": {"type": "terminal"}}, "route": {"channel": "one", "group_wait": "1m"}},
    )
    rig = Rig(engine, config, {"one": recorder})
    rig.tell(make_alert())
    rig.now -= timedelta(days=1)
    rig.advance(minutes=2)
    assert len(recorder.sent) == 1
    rig.oracle()


def test_a_rate_limit_survives_a_clock_that_was_ahead(engine: Engine, tmp_path: Path) -> None:
    recorder = Recorder()
    rig = rig_of(engine, tmp_path, recorder, rate_limit={"count": 2, "per": "1m"})
    rig.now += timedelta(days=30)
    rig.tell(make_alert(1), make_alert(2))
    rig.now -= timedelta(days=30)
    rig.tell(make_alert(3))
    rig.advance(minutes=2)
    assert len(recorder.sent) == 3
    rig.oracle()


def test_a_living_notifier_keeps_its_lease_whatever_the_clock_says(engine: Engine, tmp_path: Path) -> None:
    recorder = Recorder()
    first = rig_of(engine, tmp_path, recorder)
    second = rig_of(engine, tmp_path, recorder)
    second.core.tend(START)

    class Slow(Recorder):
        """While this one sends, the clock jumps a year ahead for the other notifier."""

        def send(self, message: Message) -> Receipt:
            second.now = START + timedelta(days=365)
            second.step()
            return super().send(message)

    slow = Slow()
    first.core.senders = {"one": slow}
    first.tell(make_alert())
    assert (len(slow.sent), len(recorder.sent)) == (1, 0)
    assert first.states() == {"sent": 1}


def test_owners_die_by_silence_not_by_the_clock(engine: Engine) -> None:
    time = [0.0]
    far = Owner("far", "another machine", 1, "1")
    watcher = Registry(Owner("here", "this machine", 1, "1"), clock=lambda: time[0])
    other = Registry(far, clock=lambda: time[0])

    def alive() -> bool:
        with writing(engine) as connection:
            return "far" in watcher.alive(connection)

    with writing(engine) as connection:
        other.beat(connection, START)
    assert alive()
    for _ in range(4):
        time[0] += 10
        with writing(engine) as connection:
            other.beat(connection, START)
        assert alive()
    for _ in range(3):
        time[0] += DEAD_AFTER / 3
        last = alive()
    assert not last
    # a watcher that itself was away blames nobody
    with writing(engine) as connection:
        other.beat(connection, START)
    assert alive()
    time[0] += 10 * DEAD_AFTER
    assert alive()


def test_a_process_that_is_gone_is_dead_at_once(engine: Engine) -> None:
    me = Owner.make()
    gone = Owner("gone", me.host, me.pid, "long ago")
    with writing(engine) as connection:
        Registry(gone).beat(connection, START)
        assert "gone" not in Registry(me).alive(connection)


def test_a_defect_in_a_channel_ends(engine: Engine, tmp_path: Path) -> None:
    recorder = Recorder()
    recorder.script = [KeyError("oops")] * 10
    rig = rig_of(engine, tmp_path, recorder)
    rig.tell(make_alert())
    rig.advance(days=4)
    assert rig.states() == {"unknown": 1}
    assert "KeyError" in rig.deliveries()[0].last_error
    rig.oracle()


def test_a_result_is_recorded_although_the_database_was_away(engine: Engine, tmp_path: Path) -> None:
    """The database goes away while a message is being sent, and comes back later."""
    recorder = Recorder()
    rig = rig_of(engine, tmp_path, recorder)

    class Outage(Recorder):
        def send(self, message: Message) -> Receipt:
            receipt = super().send(message)
            away(engine)
            return receipt

    outage = Outage()
    rig.core.senders = {"one": outage}
    waited: list[float] = []

    def pause(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            back(engine)

    rig.core._pause = pause
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    rig.tell(make_alert())
    assert len(waited) >= 3
    assert len(outage.sent) == 1
    assert rig.states() == {"sent": 1}
    assert [a.outcome for a in rig.attempts()] == ["sent"]
    rig.oracle()


@pytest.mark.parametrize("lost", range(1, 8))
@pytest.mark.parametrize("insists", [True, False])
def test_a_commit_whose_answer_was_lost(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: int, insists: bool
) -> None:
    """The transaction went through, but the notifier hears that the database is away."""
    recorder = Recorder()
    rig = rig_of(engine, tmp_path, recorder)
    done = 0

    @contextmanager
    def unreliable(of: Engine) -> Iterator[Connection]:
        nonlocal done
        with writing(of) as connection:
            yield connection
        done += 1
        if done == lost:
            raise StateUnavailable("gone just after the commit")

    monkeypatch.setattr("alerts.notifier_core.writing", unreliable)
    if not insists:
        monkeypatch.setattr("alerts.notifier_core._INSIST", 1)
    with writing(engine) as connection:
        for number in range(4):
            enqueue(connection, make_alert(number), rig.now)
    for _ in range(3):
        with suppress(StateUnavailable):
            rig.step()
    rig.advance(minutes=1)
    assert rig.states() == {"sent": 4}
    rig.oracle()
    unmarked = [message.id for message in recorder.sent if not message.possible_duplicate]
    assert len(unmarked) == len(set(unmarked))
    if insists:
        assert len(recorder.sent) == 4


_holding: list[sqlite3.Connection] = []


def away(engine: Engine) -> None:
    """SQLite: somebody holds the write lock. PostgreSQL: every connection is cut and new ones are refused."""
    if engine.dialect.name == "sqlite":
        holder = sqlite3.connect(str(engine.url.database), isolation_level=None, check_same_thread=False)
        holder.execute("BEGIN IMMEDIATE")
        _holding.append(holder)
        return
    name = engine.url.database
    with server(engine).connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": name},
        )


def back(engine: Engine) -> None:
    """Undo :func:`away`."""
    if engine.dialect.name == "sqlite":
        _holding.pop().close()
        return
    with server(engine).connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{engine.url.database}" ALLOW_CONNECTIONS true'))


def server(engine: Engine) -> Engine:
    """The server's own database."""
    url = make_url(engine.url.set(database="postgres"))
    return create_engine(url, isolation_level="AUTOCOMMIT")


def test_a_running_notifier_outlives_the_database(engine: Engine, state_url: str, tmp_path: Path) -> None:
    recorder = Recorder()
    config = make_config(tmp_path, {"channels": {"one": {"type": "terminal"}}})
    notifier = Notifier(config, open_state(state_url), {"one": recorder})
    with running(notifier, grace=30) as stop:
        with writing(engine) as connection:
            enqueue(connection, make_alert(1), notifier.clock())
        wait_until(lambda: len(recorder.sent) == 1)
        away(engine)
        stop.wait(1.0)
        back(engine)
        engine.dispose()
        with writing(engine) as connection:
            enqueue(connection, make_alert(2), notifier.clock())
        wait_until(lambda: len(recorder.sent) == 2)
    rig = Rig(engine, config, {})
    wait_until(lambda: rig.states() == {"sent": 2})
    rig.oracle()


def wait_until(condition: object, seconds: float = 150.0) -> None:
    assert callable(condition)
    ticker = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        ticker.wait(0.05)
    raise AssertionError("it did not come to that")


def test_failed_ones_can_be_sent_again_by_hand(engine: Engine, tmp_path: Path) -> None:
    recorder = Recorder()
    recorder.script = [ChannelPermanent("token_revoked")]
    rig = rig_of(engine, tmp_path, recorder)
    rig.tell(make_alert())
    assert rig.states() == {"failed": 1}
    assert len(retry(engine, rig.now, channel="one")) == 1
    rig.step()
    assert rig.states() == {"sent": 1}
    assert [a.outcome for a in rig.attempts()] == ["permanent", "sent"]
    assert recorder.sent[0].possible_duplicate is False


def test_the_operator_hears_of_a_channel_that_refuses(engine: Engine, tmp_path: Path) -> None:
    channels = {"one": {"type": "terminal"}, "ops": {"type": "terminal"}}
    config = make_config(
        tmp_path, {"channels": channels, "route": {"channel": "one"}}, operator_channel="ops"
    )
    broken, ops = Recorder(), Recorder()
    broken.script = [ChannelPermanent("slack: token_revoked")] * 3
    rig = Rig(engine, config, {"one": broken, "ops": ops})
    rig.tell(make_alert(1), make_alert(2), make_alert(3))
    rig.step()
    (message,) = ops.sent  # one for all three
    assert message.title == "[high] Channel one does not deliver: slack: token_revoked"
    assert rig.states(channel="one") == {"failed": 3}
    rig.oracle()


def test_an_operator_channel_that_refuses_does_not_call_itself(engine: Engine, tmp_path: Path) -> None:
    recorder = Recorder()
    recorder.script = [ChannelPermanent("no")] * 10
    config = make_config(tmp_path, {"channels": {"ops": {"type": "terminal"}}}, operator_channel="ops")
    rig = Rig(engine, config, {"ops": recorder})
    rig.tell(make_alert())
    assert len(recorder.messages) == 1
