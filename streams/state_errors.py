"""SQLAlchemy's and the drivers' errors as errors of the tree.

Only what waiting can mend is translated: a stopped server, a lock, a full disk. Wrong SQL and refused values
stay what they are, so that they are seen (and so that a record that cannot be stored becomes a dead letter
rather than a wait without end).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from config.errors import StateUnavailable

_SQLITE = {
    sqlite3.SQLITE_BUSY: "stayed locked by another process",
    sqlite3.SQLITE_LOCKED: "stayed locked by another process",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that its folder exists and is writable",
    sqlite3.SQLITE_READONLY: "is read-only; give this user write access to it and to its folder",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full; free some space",
    sqlite3.SQLITE_IOERR: "met a disk error; check the disk's space, quota and health",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore it, or mend it with 'sqlite3 FILE .recover'",
    sqlite3.SQLITE_NOTADB: "is no SQLite file; restore it, or move it away",
}


@contextmanager
def translated() -> Iterator[None]:
    """Raise StateUnavailable where the database is out of reach; let every other error through."""
    try:
        yield
    except exc.SQLAlchemyError as error:
        unavailable = explain(error)
        if unavailable is None:
            raise
        raise unavailable from error


def explain(error: exc.SQLAlchemyError) -> StateUnavailable | None:
    """The error as StateUnavailable, or None where waiting would not help."""
    if isinstance(error, exc.TimeoutError):
        return StateUnavailable("the state database: no connection became free; run fewer workers")
    if not isinstance(error, exc.DBAPIError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        code = (getattr(error.orig, "sqlite_errorcode", None) or 0) & 0xFF
        trouble = _SQLITE.get(code)
        return None if trouble is None else StateUnavailable(f"the state database {trouble}")
    if error.connection_invalidated or isinstance(error, exc.OperationalError | exc.InterfaceError):
        return StateUnavailable(f"the state database: {_one_line(error.orig)}")
    return None


def _one_line(error: BaseException | None) -> str:
    return " ".join(str(error).split())[:300]
