"""The state database: one URL, SQLite by default, PostgreSQL when scaled out.

Tables are defined by the package that owns them (``streams.tables``, ``ingest.tables``,
``processors.tables``, ``alerts.tables``) on the one ``metadata`` here; the schema is made and changed by the
Alembic migrations in ``streams/migrations``.
"""

from __future__ import annotations

import fcntl
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    URL,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy import exc as sqlalchemy_errors
from sqlalchemy.engine import make_url

from config.errors import StateUnavailable, StateVersionError, UsageError
from streams.state_errors import translated

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

__all__ = ["UtcDateTime", "metadata", "open_state", "reading", "translated", "upgrade", "writing"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x746F6373696E  # "tocsin": PostgreSQL advisory lock that migrating processes queue at
_READ_ONLY = "tocsin_read_only"
_BUSY_MS = 30_000

logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of every step of every open


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in UTC, on every database (SQLite would drop the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To UTC; a naive datetime is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def open_state(url: str) -> Engine:
    """An engine on a database whose schema is this version's; made, or brought up to date, where it is not.

    Raises StateVersionError for a database that a newer Tocsin wrote, StateUnavailable where it cannot be
    reached now, UsageError for a URL that cannot be understood.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        _prepare_file(parsed)
        engine = create_engine(parsed)
        _tune_sqlite(engine)
    else:
        engine = create_engine(parsed, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    try:
        with translated():
            upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for reading: one consistent view, and on SQLite no write lock is taken."""
    with translated(), engine.execution_options(**{_READ_ONLY: True}).connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction: committed at the end, rolled back on any error."""
    with translated(), engine.begin() as connection:
        yield connection


def upgrade(engine: Engine) -> None:
    """Bring the schema to this version's; a no-op where it is. Safe from several processes at once."""
    from alembic import command  # here, for it takes as long to import as all the rest
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(_MIGRATIONS))
    with reading(engine) as connection:
        if _revision(connection) == script.get_current_head():
            return
    with engine.begin() as connection:  # SQLite: BEGIN IMMEDIATE, the others wait
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
        found = _revision(connection)
        if found is not None:
            _require_known(script, found)
        alembic = Config(attributes={"connection": connection})
        alembic.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        command.upgrade(alembic, "head")


def _revision(connection: Connection) -> str | None:
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def _require_known(script: ScriptDirectory, revision: str) -> None:
    from alembic.util import CommandError

    try:
        script.get_revision(revision)
    except CommandError as error:
        raise StateVersionError(
            f"the state database has schema version {revision}, unknown to this Tocsin; install a newer one"
        ) from error


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except sqlalchemy_errors.ArgumentError as error:
        raise UsageError(
            "state: no database URL; write sqlite:///path or postgresql://user@host/db"
        ) from error
    if backend not in ("sqlite", "postgresql"):
        raise UsageError(
            f"state: {backend} is not supported; use sqlite:///path or postgresql://user@host/db"
        )
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


def _prepare_file(url: URL) -> None:
    """Make the folder and switch to WAL, one process at a time: the switch does not wait for locks itself."""
    if not url.database or url.database == ":memory:":
        return
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_name(path.name + ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with closing(sqlite3.connect(path, timeout=_BUSY_MS / 1000)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
    except (OSError, sqlite3.Error) as error:
        raise StateUnavailable(f"the state database {path} cannot be opened: {error}") from error


def _tune_sqlite(engine: Engine) -> None:
    """Waiting for locks, durable commits, and write transactions that take the lock at their start."""

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the BEGIN below decides, not the driver
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get(_READ_ONLY, False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
