"""The SQLite file behind the embedded log: opening, schema, transactions, errors.

Every partition has a table of its own, ``record_<partition id>``, whose row id is the offset: reading,
seeking and deleting a prefix need no index.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.errors import LogError, LogFull, LogUnavailable

SCHEMA_VERSION = 1
PAGE_SIZE = 16384  # bytes; measured better than 4096 for records of a few kilobytes
BUSY_SECONDS = 15.0

_SCHEMA = """
CREATE TABLE topic (
    name TEXT PRIMARY KEY, partitions INTEGER NOT NULL, retention_ms INTEGER
) STRICT;
CREATE TABLE partition (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL REFERENCES topic (name), number INTEGER NOT NULL,
    start_offset INTEGER NOT NULL DEFAULT 0, next_offset INTEGER NOT NULL DEFAULT 0,
    last_timestamp INTEGER NOT NULL DEFAULT 0, UNIQUE (topic, number)
) STRICT;
CREATE TABLE member (
    group_name TEXT NOT NULL, member TEXT NOT NULL, topics TEXT NOT NULL, process TEXT NOT NULL,
    lease_until INTEGER NOT NULL, PRIMARY KEY (group_name, member)
) STRICT, WITHOUT ROWID;
CREATE TABLE assignment (
    group_name TEXT NOT NULL, partition_id INTEGER NOT NULL, owner TEXT, target TEXT,
    PRIMARY KEY (group_name, partition_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE consumer_group (
    name TEXT PRIMARY KEY, generation INTEGER NOT NULL, settled TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE group_offset (
    group_name TEXT NOT NULL, partition_id INTEGER NOT NULL, next_offset INTEGER NOT NULL,
    PRIMARY KEY (group_name, partition_id)
) STRICT, WITHOUT ROWID;
"""

# Formatted with a partition's id.
RECORD_TABLE = """CREATE TABLE record_{} (
    "offset" INTEGER PRIMARY KEY, timestamp INTEGER NOT NULL, key BLOB, headers BLOB, value BLOB NOT NULL
) STRICT"""


def connect(path: Path, *, max_pages: int | None = None) -> sqlite3.Connection:
    """A connection to the log at ``path``, created where missing.

    ``max_pages`` caps the file (pages of 16 KB); beyond it appends raise LogFull.
    """
    with translated(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = _open(path)
        try:
            _ensure_schema(path, connection)
            if max_pages is not None:
                connection.execute(f"PRAGMA max_page_count = {int(max_pages)}")
        except BaseException:
            connection.close()
            raise
        return connection


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -8000")
    return connection


def _ensure_schema(path: Path, connection: sqlite3.Connection) -> None:
    if _version(connection) == 0:
        _create(path, connection)
    if _version(connection) > SCHEMA_VERSION:
        raise LogUnavailable(f"{path}: written by a newer Tocsin; upgrade this one")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _create(path: Path, connection: sqlite3.Connection) -> None:
    """Make the schema, one process at a time: switching to WAL does not wait for locks by itself."""
    with path.with_name(path.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _version(connection) != 0:
            return
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}PRAGMA user_version = {SCHEMA_VERSION};COMMIT;")


def inode(path: Path) -> tuple[int, int]:
    """Device and inode: changes when the file is replaced under an open connection."""
    with translated(path):
        found = path.stat()
    return found.st_dev, found.st_ino


def require_same(path: Path, opened: tuple[int, int]) -> None:
    """LogUnavailable when the file was moved away or replaced: what is open is no longer the log."""
    if inode(path) != opened:
        raise LogUnavailable(f"{path}: the log was replaced by another file; opening it anew")


@contextmanager
def writing(connection: sqlite3.Connection, path: Path) -> Iterator[sqlite3.Connection]:
    """One write transaction: all of it, or nothing and an error of the tree."""
    with translated(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's and the file system's errors as errors of the tree."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(path, error) from error
    except OSError as error:
        raise LogUnavailable(f"{path}: cannot open the log: {error.strerror or error}") from error


def explain(path: Path, error: sqlite3.Error) -> LogError:
    """What went wrong with the file, and how to mend it."""
    code = getattr(error, "sqlite_errorcode", None) or 0
    primary = code & 0xFF
    if primary == sqlite3.SQLITE_FULL:
        return LogFull(f"{path}: the disk is full; free some space")
    if primary == sqlite3.SQLITE_READONLY:
        return LogFull(f"{path}: the log is read-only; give this user write access to it and to its folder")
    if code == sqlite3.SQLITE_IOERR_WRITE:
        return LogFull(f"{path}: the disk refuses writes ({error}); check its space, quota and health")
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LogUnavailable(f"{path}: the log stayed locked by another process for {BUSY_SECONDS:.0f} s")
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return LogUnavailable(
            f"{path}: the log is damaged ({error}); move it away, or mend it with 'sqlite3 FILE .recover'"
        )
    return LogUnavailable(f"{path}: cannot use the log: {error}")
