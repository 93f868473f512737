"""State databases for tests: an empty SQLite file, or an empty PostgreSQL database on the server that
TOCSIN_TEST_POSTGRES (a SQLAlchemy URL) names."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


def asked_for() -> str:
    """The server that TOCSIN_TEST_POSTGRES names; skips without one, fails where one is required."""
    server = os.environ.get("TOCSIN_TEST_POSTGRES")
    if server:
        return server
    if os.environ.get("TOCSIN_REQUIRE_POSTGRES") == "1":
        pytest.fail("TOCSIN_REQUIRE_POSTGRES=1, but TOCSIN_TEST_POSTGRES is not set; see scripts/postgres")
    pytest.skip("no PostgreSQL: TOCSIN_TEST_POSTGRES is not set (scripts/postgres up)")


@contextmanager
def empty_database() -> Iterator[str]:
    """The URL of a new database, dropped at the end; skips without a server, fails where one is required."""
    server = asked_for()
    url = make_url(server).set(drivername="postgresql+psycopg")
    name = f"tocsin_test_{uuid.uuid4().hex}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        yield url.set(database=name).render_as_string(hide_password=False)
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    finally:
        admin.dispose()
