"""Writing to the embedded log."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from config.errors import LogUnavailable
from streams.embedded import rows
from streams.embedded.file import connect, inode, require_same, writing
from streams.records import OutputRecord

_BUFFER_RECORDS = 1000
_BUFFER_BYTES = 8_000_000
_RETENTION_EVERY_MS = 60_000


class EmbeddedProducer:
    """Buffers records and appends them in one transaction a flush."""

    def __init__(self, path: Path, clock: Callable[[], int], max_pages: int | None = None) -> None:
        self._path = path
        self._clock = clock
        self._max_pages = max_pages
        self._connection: sqlite3.Connection | None = None
        self._opened = (0, 0)
        self._pending: list[OutputRecord] = []
        self._bytes = 0
        self._keyless = rows.Keyless()
        self._next_retention = 0

    def send(self, record: OutputRecord) -> None:
        """Hand a record over; a full buffer is written at once."""
        self._pending.append(record)
        self._bytes += len(record.value)
        if len(self._pending) >= _BUFFER_RECORDS or self._bytes >= _BUFFER_BYTES:
            self.flush()

    def flush(self, timeout: float = 30.0) -> None:
        """Append and sync what is pending; after an error nothing of it is in the log."""
        del timeout  # SQLite's own busy timeout bounds the wait
        pending, self._pending, self._bytes = self._pending, [], 0
        if not pending:
            return
        now = self._clock()
        connection = self._open()
        with writing(connection, self._path):
            rows.append(connection, pending, now, self._keyless)
        self.retain()

    def retain(self) -> None:
        """Once a minute, delete what the topics' retention no longer keeps."""
        now = self._clock()
        if now >= self._next_retention:
            self._next_retention = now + _RETENTION_EVERY_MS
            connection = self._open()
            with writing(connection, self._path):
                rows.expire(connection, now)

    def close(self) -> None:
        """Release the file; what is pending is dropped."""
        self._pending = []
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None:
            try:
                require_same(self._path, self._opened)
            except LogUnavailable:
                self.close()
                raise
        if self._connection is None:
            self._connection = connect(self._path, max_pages=self._max_pages)
            self._opened = inode(self._path)
        return self._connection
