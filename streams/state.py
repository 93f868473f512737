"""The state database: one URL, SQLite by default, PostgreSQL when scaled out.

Tables are defined by the package that owns them (``ingest.tables``, ``processors.tables``,
``alerts.tables``) on the one ``metadata`` here; the schema is made and changed by the Alembic
migrations in ``streams/migrations``.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine, MetaData, create_engine, event
from sqlalchemy.engine import make_url

from config.errors import StateVersionError

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


def open_state(url: str) -> Engine:
    """An engine on a database whose schema is this version's.

    Raises StateVersionError for a database that a newer Tocsin wrote.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql" and parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed)
    if engine.dialect.name == "sqlite":
        _tune_sqlite(engine)
    upgrade(engine)
    return engine


def upgrade(engine: Engine) -> None:
    """Bring the schema to this version's; a no-op where it is."""
    alembic = AlembicConfig()
    alembic.set_main_option("script_location", str(_MIGRATIONS))
    script = ScriptDirectory.from_config(alembic)
    with engine.begin() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        if found == script.get_current_head():
            return
        alembic.attributes["connection"] = connection
        try:
            command.upgrade(alembic, "head")
        except CommandError as error:
            raise StateVersionError(
                f"the state database is at schema version {found}, which is unknown to this Tocsin; upgrade it"
            ) from error


def _tune_sqlite(engine: Engine) -> None:
    """WAL, waiting for locks, and transactions that take the write lock at their start."""

    @event.listens_for(engine, "connect")
    def _connect(connection, _record):  # type: ignore[no-untyped-def]
        connection.isolation_level = None  # SQLAlchemy's BEGIN below decides, not the driver
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 30000")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection):  # type: ignore[no-untyped-def]
        connection.exec_driver_sql("BEGIN IMMEDIATE")
