"""Keeps a member's lease alive while its thread is busy with a batch."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from config.errors import LogError
from streams.embedded.file import connect, writing
from streams.embedded.groups import Member, renew

log = logging.getLogger(__name__)


class Heartbeat:
    """Renews a lease from a thread of its own, as long as the member polls often enough."""

    def __init__(
        self, path: Path, member: Member, clock: Callable[[], int], lease_ms: int, max_poll_seconds: float
    ) -> None:
        self._path = path
        self._member = member
        self._clock = clock
        self._lease_ms = lease_ms
        self._max_poll_seconds = max_poll_seconds
        self._polled = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"lease {member.group}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def polled(self) -> None:
        """The member is alive and working."""
        self._polled = time.monotonic()

    def stop(self) -> None:
        """End; returns once the thread has."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._lease_ms / 5000):
            if time.monotonic() - self._polled < self._max_poll_seconds:
                self._renew()

    def _renew(self) -> None:
        try:
            connection = connect(self._path)
            try:
                with writing(connection, self._path):
                    renew(connection, self._member, self._clock(), self._lease_ms)
            finally:
                connection.close()
        except LogError as error:
            log.debug("lease of %s not renewed: %s", self._member.group, error)
