"""``tocsin run``: one process for each worker of each stage, restarted when it crashes, stopped cleanly."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import IO

from config.errors import ConfigError
from config.models.settings import Settings
from console.processes import PARENT
from console.watch import ConfigWatch
from console.worker import LOOK_EVERY, STAGES

log = logging.getLogger("tocsin")

GRACE = 30.0  # seconds between SIGTERM and SIGKILL
TICK = 0.2  # seconds between two looks at the children
STEADY = 60.0  # seconds of running after which a crash counts as the first again
_LONGEST_DELAY = 60.0

Member = tuple[str, int]  # stage and number, from 1
Spawn = Callable[[str, int], "subprocess.Popen[bytes]"]


def restart_delay(crashes: int) -> float:
    """Seconds to wait before starting again after ``crashes`` crashes in a row: 1, 2, 4, … 60."""
    return float(min(_LONGEST_DELAY, 2 ** (crashes - 1)))


def wanted(settings: Settings) -> tuple[Member, ...]:
    """The processes that should run; acknowledge links in messages need a page behind them."""
    counts = dict(settings.workers)
    if settings.public_url and settings.secret_key is not None:
        counts["acknowledger"] = 1
    return tuple((stage, number) for stage in STAGES for number in range(1, counts.get(stage, 0) + 1))


def verdict(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


@dataclass
class Child:
    """One member's process and its history."""

    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0  # monotonic seconds
    crashes: int = 0  # in a row
    due: float = 0.0  # monotonic seconds of the next start


@dataclass
class Supervisor:
    """Keeps the wanted processes running. Call :meth:`tick` often; it never blocks."""

    spawn: Spawn
    children: dict[Member, Child] = field(default_factory=dict)
    leaving: list[tuple[Member, subprocess.Popen[bytes]]] = field(default_factory=list)

    def want(self, members: tuple[Member, ...]) -> None:
        """Change which processes should run; those no longer wanted are asked to stop."""
        for member in members:
            self.children.setdefault(member, Child())
        for member in [member for member in self.children if member not in members]:
            process = self.children.pop(member).process
            if process is not None and process.poll() is None:
                process.terminate()
                self.leaving.append((member, process))

    def tick(self, now: float) -> None:
        """Notice ends, start what is due. ``now`` in monotonic seconds."""
        for member, child in self.children.items():
            if child.process is not None and child.process.poll() is not None:
                self._ended(member, child, now)
            if child.process is None and now >= child.due:
                child.process = self.spawn(*member)
                child.started = now
        self.leaving = [(member, process) for member, process in self.leaving if process.poll() is None]

    def _ended(self, member: Member, child: Child, now: float) -> None:
        assert child.process is not None
        child.crashes = 1 if now - child.started >= STEADY else child.crashes + 1
        delay = restart_delay(child.crashes)
        child.due = now + delay
        log.error(
            "%s %d ended (%s), starts again in %.0f s", *member, verdict(child.process.returncode), delay
        )
        child.process = None

    def signal_all(self, number: int) -> None:
        """Send a signal to every running process."""
        for process in self.running():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)

    def running(self) -> list[subprocess.Popen[bytes]]:
        """The processes that have not ended."""
        everyone = [child.process for child in self.children.values()] + [
            process for _, process in self.leaving
        ]
        return [process for process in everyone if process is not None and process.poll() is None]

    def stop(self, grace: float = GRACE, hurry: Callable[[], bool] = lambda: False) -> None:
        """SIGTERM to all; SIGKILL to whoever is left after ``grace`` seconds or when ``hurry`` says so."""
        self.signal_all(signal.SIGTERM)
        end = time.monotonic() + grace
        while self.running() and time.monotonic() < end and not hurry():
            time.sleep(0.05)
        late = self.running()
        for process in late:
            log.warning("process %d did not stop in time and is killed", process.pid)
            process.kill()
        for process in late:
            process.wait()


class Spawner:
    """Starts stage processes whose log lines are passed on with their name in front."""

    def __init__(self, arguments: tuple[str, ...], *, prefix: bool) -> None:
        self._arguments = arguments
        self._prefix = prefix
        self._width = max(map(len, STAGES)) + 2
        self._lock = threading.Lock()
        self._readers: list[threading.Thread] = []

    def __call__(self, stage: str, number: int) -> subprocess.Popen[bytes]:
        """Start one process; standard output is shared (alerts go there), standard error is passed on."""
        with _deaf_to_hangups():
            process = subprocess.Popen(  # noqa: S603 - this interpreter, our own arguments
                [sys.executable, "-m", "console.main", *self._arguments, "worker", stage],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=child_environment(os.environ, os.getpid()),
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then stops them in order
            )
        assert process.stderr is not None
        name = stage if number == 1 else f"{stage} {number}"
        reader = threading.Thread(target=self._pass_on, args=(name, process.stderr), daemon=True)
        reader.start()
        self._readers = [thread for thread in self._readers if thread.is_alive()] + [reader]
        return process

    def _pass_on(self, name: str, lines: IO[bytes]) -> None:
        front = f"{name:<{self._width}}│ ".encode() if self._prefix else b""
        with contextlib.suppress(ValueError, OSError):
            for line in lines:
                with self._lock:
                    sys.stderr.buffer.write(front + line)
                    sys.stderr.buffer.flush()

    def drain(self) -> None:
        """Wait until what ended processes wrote has been passed on."""
        for reader in self._readers:
            reader.join(timeout=2)


@contextlib.contextmanager
def _deaf_to_hangups() -> Iterator[None]:
    """A process started in here ignores SIGHUP until it sets its own handler, instead of dying of it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def child_environment(environment: Mapping[str, str], parent: int) -> dict[str, str]:
    """The environment of a stage process: ours, and who its supervisor is."""
    return {**environment, PARENT: str(parent), "PYTHONUNBUFFERED": "1"}


class Run:
    """The loop of ``tocsin run``: signals, reloads of the number of workers, ticks."""

    def __init__(self, supervisor: Supervisor, watch: ConfigWatch) -> None:
        self.signals: SimpleQueue[int] = SimpleQueue()
        self._supervisor = supervisor
        self._watch = watch

    def install_signals(self) -> None:
        """SIGTERM/SIGINT stop (twice: at once), SIGHUP is passed on. Main thread only."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda number, _frame: self.signals.put(number))

    def run(self) -> None:
        """Until a signal stops it."""
        self._supervisor.want(wanted(self._watch.current.settings))
        look = time.monotonic() + LOOK_EVERY
        while True:
            now = time.monotonic()
            self._supervisor.tick(now)
            if now >= look:
                look = now + LOOK_EVERY
                self._look()
            number = self._next_signal()
            if number == signal.SIGHUP:
                self._supervisor.signal_all(signal.SIGHUP)
            elif number is not None:
                break
        self._supervisor.stop(hurry=lambda: not self.signals.empty())

    def _next_signal(self) -> int | None:
        with contextlib.suppress(Empty):
            return self.signals.get(timeout=TICK)
        return None

    def _look(self) -> None:
        """Follow a changed number of workers. The stages reload themselves."""
        if self._watch.changed():
            with contextlib.suppress(ConfigError):  # each stage says so in its own log
                self._watch.reload("supervisor")
                self._supervisor.want(wanted(self._watch.current.settings))
