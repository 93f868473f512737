"""``tocsin worker STAGE``: one stage in this process, until it is told to stop.

It waits for a log or database that is not there yet, reloads on SIGHUP or when the configuration's files
change (an invalid configuration is refused in one line and the old one stays), stops on SIGTERM and
SIGINT after what is in hand is done and committed, and stops when its supervisor dies.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import Protocol

from config.errors import ConfigError, LogUnavailable, StateUnavailable, TocsinError
from config.models.root import Config
from console.processes import orphaned
from console.watch import ConfigWatch

log = logging.getLogger("tocsin")

STAGES: dict[str, str] = {
    "poller": "ingest.poller",
    "extractor": "ingest.extractor",
    "enricher": "processors.enricher",
    "alerter": "alerts.alerter",
    "notifier": "alerts.notifier",
    "acknowledger": "alerts.ack_server",
}
LOOK_EVERY = 1.0  # seconds between two looks at the configuration's files and at the parent
_LONGEST_WAIT = 30.0


class Runnable(Protocol):
    """What a stage module's ``build`` returns."""

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; then finish what is in hand, commit, and return."""

    def close(self) -> None:
        """Release everything. Idempotent."""


Build = Callable[[Config], contextlib.AbstractContextManager[Runnable]]


@contextlib.contextmanager
def build_stage(stage: str, config: Config) -> Iterator[Runnable]:
    """Open log and state, build the stage on them, and release all of it at the end."""
    from streams.open import open_broker, state_url
    from streams.state import open_state

    module = importlib.import_module(STAGES[stage])
    with contextlib.ExitStack() as stack:
        engine = open_state(state_url(config))
        stack.callback(engine.dispose)
        broker = open_broker(config)
        stack.callback(broker.close)
        runnable: Runnable = module.build(config, broker, engine)
        stack.callback(runnable.close)
        yield runnable


def wait_seconds(attempt: int) -> float:
    """How long to wait before attempt ``attempt + 1`` (1-based): 1, 2, 4, … 30 seconds."""
    return float(min(_LONGEST_WAIT, 2 ** (attempt - 1)))


class StageProcess:
    """The life of one stage process: build, run, rebuild after a reload, until stopped.

    Signal handlers only put the signal's number into ``signals`` (a SimpleQueue may be filled from a handler
    at any instruction; an Event may not), and the looking thread acts on it.
    """

    def __init__(self, stage: str, watch: ConfigWatch, build: Build) -> None:
        self.stage = stage
        self.signals: SimpleQueue[int] = SimpleQueue()
        self._watch = watch
        self._build = build
        self._good: Config | None = None  # the last configuration that could be built
        self._finish = threading.Event()  # leave for good
        self._pause = threading.Event()  # leave run(): to finish, or to be built anew

    def install_signals(self) -> None:
        """SIGTERM and SIGINT stop, SIGHUP reloads. Main thread only."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda number, _frame: self.signals.put(number))

    def stop(self) -> None:
        """Finish what is in hand and return from :meth:`run`."""
        self._finish.set()
        self._pause.set()

    def run(self) -> None:
        """Work until :meth:`stop`. Errors that waiting cannot mend are raised."""
        threading.Thread(target=self._look_around, name="signals", daemon=True).start()
        attempt = 0
        while not self._finish.is_set():
            config = self._begin()
            try:
                with self._build(config) as runnable:
                    log.info("%s: %s", self.stage, "available again" if attempt else "ready")
                    attempt = 0
                    self._good = config
                    runnable.run(self._pause)
            except (LogUnavailable, StateUnavailable) as error:
                attempt += 1
                wait = wait_seconds(attempt)
                log.warning("%s waits: %s; next try in %.0f s", self.stage, error, wait)
                self._finish.wait(wait)
            except TocsinError as error:
                self._fall_back(config, error)

    def _fall_back(self, config: Config, error: TocsinError) -> None:
        """A reload that passed validation but cannot be built: go on with the last good configuration."""
        if self._good is None or config is self._good:
            raise error
        log.error("reload refused, the old configuration stays: %s", error)
        self._watch.current = self._good

    def _begin(self) -> Config:
        """The configuration of the next run. A reload in between only causes one more rebuild."""
        self._pause.clear()
        if self._finish.is_set():
            self._pause.set()
        return self._watch.current

    def _look_around(self) -> None:
        while not self._finish.is_set():
            number = None
            with contextlib.suppress(Empty):
                number = self.signals.get(timeout=LOOK_EVERY)
            if number in (signal.SIGTERM, signal.SIGINT):
                self.stop()
            else:
                self.look(force=number == signal.SIGHUP)

    def look(self, *, force: bool = False) -> None:
        """One look at the parent and the configuration; starts a reload where one is due."""
        if orphaned():
            log.warning("%s stops: its supervisor is gone", self.stage)
            self.stop()
            return
        if not force and not self._watch.changed():
            return
        try:
            new = self._watch.reload(self.stage, force=force)
        except ConfigError as error:
            log.error("reload refused, the old configuration stays: %s", error)  # noqa: TRY400
            return
        if new is not None:
            log.info("%s: configuration reloaded", self.stage)
            self._pause.set()
