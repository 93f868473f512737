"""The state database: made, upgraded, refused, and the same on both databases."""

from __future__ import annotations

import importlib
import multiprocessing
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

import streams.state
from config.errors import StateUnavailable, StateVersionError, UsageError
from streams.state import metadata, open_state, reading, writing

for _module in (
    "streams.tables",
    "ingest.tables",
    "processors.tables",
    "alerts.tables",
    "alerts.outbox_tables",
):
    with suppress(ModuleNotFoundError):
        importlib.import_module(_module)


def test_the_tables_are_what_the_migrations_make(state_url: str) -> None:
    engine = open_state(state_url)
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert not differences


def test_opening_again_changes_nothing(state_url: str) -> None:
    open_state(state_url).dispose()
    engine = open_state(state_url)
    assert set(metadata.tables) <= set(inspect(engine).get_table_names())
    engine.dispose()


def test_a_state_of_a_newer_version_is_refused_in_clear_words(state_url: str) -> None:
    engine = open_state(state_url)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StateVersionError, match=r"9999.*install a newer"):
        open_state(state_url)


def test_an_old_state_is_upgraded_and_keeps_its_rows(state_url: str) -> None:
    url = state_url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    with engine.begin() as connection:
        alembic = AlembicConfig(attributes={"connection": connection})
        alembic.set_main_option("script_location", str(Path(streams.state.__file__).parent / "migrations"))
        command.upgrade(alembic, "0001")
        connection.execute(text("INSERT INTO stage_offset VALUES ('s', 't', 0, 42)"))
    engine.dispose()
    engine = open_state(state_url)
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT next_offset FROM stage_offset")) == 42
    assert set(metadata.tables) <= set(inspect(engine).get_table_names())
    engine.dispose()


def _open(url: str, barrier: object, results: object) -> None:
    barrier.wait()  # type: ignore[attr-defined]
    try:
        open_state(url).dispose()
        results.put("ok")  # type: ignore[attr-defined]
    except Exception as error:
        results.put(repr(error))  # type: ignore[attr-defined]


def test_several_processes_may_make_the_schema_at_once(state_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(4), context.Queue()
    processes = [context.Process(target=_open, args=(state_url, barrier, results)) for _ in range(4)]
    for process in processes:
        process.start()
    answers = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert answers == ["ok"] * 4


def test_readers_do_not_wait_for_a_writer(state_url: str) -> None:
    engine = open_state(state_url)
    with writing(engine) as writer:
        writer.execute(text("INSERT INTO stage_offset VALUES ('s', 't', 0, 1)"))
        with reading(engine) as reader:
            assert reader.scalar(text("SELECT count(*) FROM stage_offset")) == 0
    engine.dispose()


def test_writers_that_read_first_do_not_lose_updates(state_url: str) -> None:
    engine = open_state(state_url)
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO stage_offset VALUES ('s', 't', 0, 0)"))

    def add() -> None:
        for _ in range(20):
            with writing(engine) as connection:
                query = "SELECT next_offset FROM stage_offset"
                if engine.dialect.name == "postgresql":
                    query += " FOR UPDATE"
                value = connection.scalar(text(query))
                connection.execute(text("UPDATE stage_offset SET next_offset = :v"), {"v": value + 1})

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT next_offset FROM stage_offset")) == 60
    engine.dispose()


def test_a_failed_write_leaves_nothing(state_url: str) -> None:
    engine = open_state(state_url)

    def fail() -> None:
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO stage_offset VALUES ('s', 't', 0, 1)"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM stage_offset")) == 0
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "words"),
    [("not a url", "no database URL"), ("mysql://u@h/d", "mysql is not supported"), ("", "no database URL")],
)
def test_a_url_that_cannot_work_is_a_usage_error(url: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        open_state(url)


def test_a_server_that_is_down_is_unavailable_and_the_password_stays_secret() -> None:
    with pytest.raises(StateUnavailable) as caught:
        open_state("postgresql://user:hunter2@127.0.0.1:9/nothing")
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"this is no database, but long enough to be looked at" * 100)
    with pytest.raises(StateUnavailable, match=r"state\.db|SQLite"):
        open_state(f"sqlite:///{path}")


def test_a_file_that_another_process_keeps_locked_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    monkeypatch.setattr(streams.state, "_BUSY_MS", 50)
    engine = open_state(f"sqlite:///{tmp_path / 'state.db'}")
    with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StateUnavailable, match="locked"), writing(engine):
            pass
    engine.dispose()


def test_wrong_sql_stays_what_it_is(state_url: str) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    engine = open_state(state_url)
    with pytest.raises(SQLAlchemyError), reading(engine) as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))
    engine.dispose()
