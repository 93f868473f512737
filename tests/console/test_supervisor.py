"""The supervisor's decisions, with processes that are only pretended."""

import signal
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from config.models.settings import Settings, WorkerSettings
from console.supervisor import (
    STEADY,
    Supervisor,
    child_environment,
    restart_delay,
    verdict,
    wanted,
)


class FakeProcess:
    """As much of Popen as the supervisor uses; it ends when told to."""

    def __init__(self) -> None:
        self.returncode: int | None = None
        self.signals: list[int] = []
        self.pid = 1

    def poll(self) -> int | None:
        return self.returncode

    def send_signal(self, number: int) -> None:
        self.signals.append(number)

    def terminate(self) -> None:
        self.signals.append(signal.SIGTERM)

    def kill(self) -> None:
        self.signals.append(signal.SIGKILL)
        self.returncode = -signal.SIGKILL

    def wait(self) -> int | None:
        return self.returncode


class Obedient(FakeProcess):
    """Ends on SIGTERM."""

    def send_signal(self, number: int) -> None:
        super().send_signal(number)
        if number == signal.SIGTERM:
            self.returncode = 0


class Spawned:
    def __init__(self, kind: type[FakeProcess] = FakeProcess) -> None:
        self.kind = kind
        self.started: list[tuple[str, int, FakeProcess]] = []

    def __call__(self, stage: str, number: int) -> FakeProcess:
        process = self.kind()
        self.started.append((stage, number, process))
        return process


@pytest.fixture
def spawned() -> Iterator[Spawned]:
    return Spawned()


@pytest.fixture
def supervisor(spawned: Spawned) -> Supervisor:
    return Supervisor(spawned)  # type: ignore[arg-type]


def test_delays_double_up_to_a_minute() -> None:
    assert [restart_delay(crashes) for crashes in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_wanted_follows_the_settings_down_the_path() -> None:
    workers = WorkerSettings(poller=1, extractor=0, enricher=2, alerter=1, notifier=1)
    assert wanted(Settings(workers=workers)) == (
        ("poller", 1),
        ("enricher", 1),
        ("enricher", 2),
        ("alerter", 1),
        ("notifier", 1),
    )


def test_the_acknowledge_page_runs_where_links_are_made() -> None:
    linked = Settings(public_url="https://tocsin.example.org", secret_key=SecretStr("k"))
    assert ("acknowledger", 1) in wanted(linked)
    assert ("acknowledger", 1) not in wanted(Settings(public_url="https://tocsin.example.org"))


def test_everything_wanted_is_started_once(supervisor: Supervisor, spawned: Spawned) -> None:
    supervisor.want((("poller", 1), ("enricher", 1)))
    supervisor.tick(0)
    supervisor.tick(1)
    assert [(stage, number) for stage, number, _ in spawned.started] == [("poller", 1), ("enricher", 1)]


def test_a_crashed_process_starts_again_after_its_delay_and_alone(
    supervisor: Supervisor, spawned: Spawned
) -> None:
    supervisor.want((("poller", 1), ("enricher", 1)))
    supervisor.tick(0)
    spawned.started[1][2].returncode = -signal.SIGKILL
    supervisor.tick(10)
    supervisor.tick(10.9)
    assert len(spawned.started) == 2
    supervisor.tick(11)
    assert [stage for stage, _, _ in spawned.started] == ["poller", "enricher", "enricher"]


def test_crashes_in_a_row_wait_longer_and_a_steady_run_forgives(
    supervisor: Supervisor, spawned: Spawned
) -> None:
    supervisor.want((("poller", 1),))
    supervisor.tick(0)
    now = 0.0
    for crashes in (1, 2, 3):
        spawned.started[-1][2].returncode = 1
        supervisor.tick(now)
        assert supervisor.children["poller", 1].due == now + restart_delay(crashes)
        now += restart_delay(crashes)
        supervisor.tick(now)
    now += STEADY
    spawned.started[-1][2].returncode = 1
    supervisor.tick(now)
    assert supervisor.children["poller", 1].due == now + 1


def test_a_worker_no_longer_wanted_is_asked_to_stop_and_not_restarted(
    supervisor: Supervisor, spawned: Spawned
) -> None:
    supervisor.want((("enricher", 1), ("enricher", 2)))
    supervisor.tick(0)
    supervisor.want((("enricher", 1),))
    second = spawned.started[1][2]
    assert second.signals == [signal.SIGTERM]
    assert len(supervisor.running()) == 2  # still counted until it has ended
    second.returncode = 0
    supervisor.tick(100)
    assert len(supervisor.running()) == 1
    assert len(spawned.started) == 2


def test_stop_is_gentle_with_those_who_obey_and_kills_the_rest() -> None:
    spawned = Spawned(Obedient)
    supervisor = Supervisor(spawned)  # type: ignore[arg-type]
    supervisor.want((("poller", 1),))
    supervisor.tick(0)
    spawned.kind = FakeProcess
    supervisor.want((("poller", 1), ("enricher", 1)))
    supervisor.tick(0)
    supervisor.stop(grace=0)
    assert spawned.started[0][2].signals == [signal.SIGTERM]
    assert spawned.started[1][2].signals == [signal.SIGTERM, signal.SIGKILL]
    assert supervisor.running() == []


def test_a_second_signal_ends_the_patience(supervisor: Supervisor, spawned: Spawned) -> None:
    supervisor.want((("poller", 1),))
    supervisor.tick(0)
    supervisor.stop(grace=3600, hurry=lambda: True)
    assert spawned.started[0][2].signals == [signal.SIGTERM, signal.SIGKILL]


def test_how_a_process_ended_is_said_in_words() -> None:
    assert verdict(3) == "exit code 3"
    assert verdict(-signal.SIGKILL) == "SIGKILL"
    assert verdict(-1000) == "signal 1000"


def test_children_learn_who_their_supervisor_is() -> None:
    assert child_environment({"A": "b"}, 42)["TOCSIN_SUPERVISOR"] == "42"
