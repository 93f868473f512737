"""Fixtures for delivery: a state database and badly behaved providers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from streams.state import open_state
from tests.support.slack import Slack
from tests.support.smtp import MailServer


@pytest.fixture
def engine(state_url: str) -> Iterator[Engine]:
    """A state database, once SQLite and once PostgreSQL."""
    engine = open_state(state_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """A state database for tests of channels, which do not care which one it is."""
    engine = open_state(f"sqlite:///{tmp_path / 'channels.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """A mail server."""
    server = MailServer()
    yield server
    server.down()


@pytest.fixture
def slack() -> Iterator[Slack]:
    """A Slack."""
    double = Slack()
    yield double
    double.close()
