"""The notifier: works the outbox. Several may run at once, on SQLite and on PostgreSQL.

One thread tends (routes, plans, takes over from the dead) and one thread a channel sends, so that a mail
server that hangs delays nobody else.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from time import monotonic

from sqlalchemy import Engine

from alerts.channels.base import Sender
from alerts.channels.build import build_senders
from alerts.notifier_core import NotifierCore
from alerts.outbox_owners import BEAT_EVERY
from alerts.outbox_wakeup import open_wakeup
from config.errors import StateUnavailable
from config.models.root import Config
from streams.broker import Broker

log = logging.getLogger(__name__)

_SHORTEST = 0.05  # seconds between two rounds at least: news come in bursts
_AWAY = (1.0, 15.0)  # seconds to wait for a database that is away: at first, at most


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def build(config: Config, broker: Broker | None, engine: Engine) -> Notifier:  # noqa: ARG001 (the stage's form)
    """The notifier of a configuration. The outbox is in the database; the log is not needed."""
    return Notifier(config, engine, build_senders(config))


class Notifier:
    """Runs until told to stop."""

    def __init__(
        self,
        config: Config,
        engine: Engine,
        senders: Mapping[str, Sender],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._core = NotifierCore(config, engine, senders)
        self._engine = engine
        self._clock = clock
        self._poke = threading.Event()  # a sender finished something, or we stop
        self._stopping = threading.Event()
        self._workers = {name: _Worker(name, self) for name in senders}

    @property
    def core(self) -> NotifierCore:
        """The work itself."""
        return self._core

    def run(self, stop: threading.Event) -> None:
        """Deliver until ``stop`` is set; what is being sent then is finished and recorded first."""
        watcher = threading.Thread(target=self._watch, args=(stop,), daemon=True, name="notifier-stop")
        watcher.start()
        for worker in self._workers.values():
            worker.start()
        wakeup = open_wakeup(self._engine)
        try:
            self._tend_until_stopped(wakeup.wait)
        finally:
            self._stopping.set()
            wakeup.close()
            for worker in self._workers.values():
                worker.finish()
            self._leave()

    def close(self) -> None:
        """Release the channels' connections. Idempotent."""
        self._stopping.set()
        for sender in self._core.senders.values():
            sender.close()

    def clock(self) -> datetime:
        """The time as this notifier sees it."""
        return self._clock()

    def poke(self) -> None:
        """Something changed: look again at once."""
        self._poke.set()

    def rest(self, seconds: float) -> None:
        """Wait, but not longer than until we stop."""
        self._stopping.wait(seconds)

    @property
    def is_stopping(self) -> bool:
        """Whether it is told to stop."""
        return self._stopping.is_set()

    def _watch(self, stop: threading.Event) -> None:
        while not stop.wait(0.5):
            if self._stopping.is_set():
                return
        self._stopping.set()
        self._poke.set()

    def _tend_until_stopped(self, wait: Callable[[float, threading.Event], None]) -> None:
        away = 0
        while not self._stopping.is_set():
            begun = monotonic()
            self._poke.clear()
            try:
                self._core.tend(self._clock())
                for name in self._core.due_channels(self._clock()) & self._workers.keys():
                    self._workers[name].wake()
                pause = self._until_next()
                away = 0
            except StateUnavailable as error:
                away += 1
                log.warning("the notifier waits for the database: %s", error)
                self._stopping.wait(min(_AWAY[1], _AWAY[0] * 2 ** (away - 1)))
                continue
            self._stopping.wait(max(0.0, _SHORTEST - (monotonic() - begun)))
            if not self._poke.is_set():
                wait(pause, self._poke)

    def _until_next(self) -> float:
        now = self._clock()
        due = self._core.next_due(now)
        return BEAT_EVERY if due is None else min(BEAT_EVERY, max(0.0, (due - now).total_seconds()))

    def _leave(self) -> None:
        try:
            self._core.leave()
        except StateUnavailable as error:
            log.warning("leases are left to expire: %s", error)


class _Worker:
    """The thread of one channel."""

    def __init__(self, channel: str, notifier: Notifier) -> None:
        self._channel = channel
        self._notifier = notifier
        self._news = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"channel-{channel}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """There may be something to send."""
        self._news.set()

    def finish(self) -> None:
        """Wait for the message in hand."""
        self._news.set()
        self._thread.join(timeout=60)

    def _run(self) -> None:
        notifier = self._notifier
        while not notifier.is_stopping:
            self._news.wait()
            self._news.clear()
            try:
                while not notifier.is_stopping and self._work():
                    notifier.poke()
            except StateUnavailable as error:
                log.warning("channel %s waits for the database: %s", self._channel, error)
                self._again()
            except Exception:
                log.exception("channel %s: a defect; it goes on", self._channel)
                self._again()

    def _again(self) -> None:
        """Look again soon, by itself: what was in hand has to be settled."""
        self._notifier.rest(_AWAY[0])
        self._news.set()

    def _work(self) -> int:
        notifier = self._notifier
        return notifier.core.work(self._channel, notifier.clock, lambda: notifier.is_stopping)
