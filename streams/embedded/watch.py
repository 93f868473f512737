"""Noticing what other connections wrote, quickly and without burning a processor."""

from __future__ import annotations

import sqlite3
import time

_FIRST = 0.004  # seconds
_LONGEST = 0.05
_GROWTH = 1.25


class Watch:
    """Waits for commits of other connections (``PRAGMA data_version`` changes with each)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._version = -1

    def changed(self) -> bool:
        """Whether something was committed since the last call; True the first time."""
        version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        if version == self._version:
            return False
        self._version = version
        return True

    def wait(self, until: float) -> bool:
        """Wait for a change until ``until`` (monotonic seconds); naps grow while nothing happens."""
        nap = _FIRST
        while not self.changed():
            remaining = until - time.monotonic()
            if remaining <= 0:
                return False
            time.sleep(min(nap, remaining))
            nap = min(nap * _GROWTH, _LONGEST)
        return True
