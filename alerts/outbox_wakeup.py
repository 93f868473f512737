"""Noticing at once that an alert was enqueued, without asking the database all the time.

PostgreSQL tells (LISTEN/NOTIFY). SQLite does not, but knows whether another connection has committed
(``PRAGMA data_version``, microseconds), so that one number is looked at ten times a second.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Protocol

import psycopg
from sqlalchemy import Engine

from alerts.outbox import WAKE_CHANNEL

log = logging.getLogger(__name__)

_LOOK_EVERY = 0.1  # seconds


class Wakeup(Protocol):
    """Waits for news in the database."""

    def wait(self, seconds: float, poke: threading.Event) -> None:
        """Return when something may have changed, when ``poke`` is set, or after ``seconds``."""

    def close(self) -> None:
        """Release the connection. Idempotent."""


def open_wakeup(engine: Engine) -> Wakeup:
    """The way that suits the database."""
    return PostgresWakeup(engine) if engine.dialect.name == "postgresql" else SqliteWakeup(engine)


class SqliteWakeup:
    """Watches the version of the file."""

    def __init__(self, engine: Engine) -> None:
        self._uri = f"{Path(engine.url.database or '').resolve().as_uri()}?mode=ro"
        self._connection: sqlite3.Connection | None = None
        self._version: int | None = None

    def wait(self, seconds: float, poke: threading.Event) -> None:
        """See :class:`Wakeup`."""
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0:
            if poke.wait(min(_LOOK_EVERY, left)) or self._changed():
                return

    def close(self) -> None:
        """See :class:`Wakeup`."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _changed(self) -> bool:
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(self._uri, uri=True, timeout=0)
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            self.close()
            return False
        before, self._version = self._version, int(version)
        return before != self._version


class PostgresWakeup:
    """Listens; falls back to waiting out the time while the server is away."""

    def __init__(self, engine: Engine) -> None:
        self._dsn = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None

    def wait(self, seconds: float, poke: threading.Event) -> None:
        """See :class:`Wakeup`."""
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0 and not poke.is_set():
            try:
                if self._heard(min(0.2, left)):
                    return
            except psycopg.Error:
                self.close()
                poke.wait(min(1.0, left))

    def close(self) -> None:
        """See :class:`Wakeup`."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    def _heard(self, seconds: float) -> bool:
        if self._connection is None:
            self._connection = psycopg.connect(self._dsn, autocommit=True, connect_timeout=5)
            self._connection.execute(f"LISTEN {WAKE_CHANNEL}".encode())
            return True  # something may have come before we listened
        return any(True for _ in self._connection.notifies(timeout=seconds, stop_after=1))
