"""Times keep their zone on every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from streams.state import UtcDateTime, open_state, reading, writing

times = Table("test_time", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime))


def test_times_come_back_aware_and_in_utc(state_url: str) -> None:
    engine = open_state(state_url)
    given = datetime(2026, 3, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    with writing(engine) as connection:
        times.create(connection)
        connection.execute(insert(times), [{"id": 1, "at": given}, {"id": 2, "at": None}])
    with reading(engine) as connection:
        found = list(connection.scalars(select(times.c.at).order_by(times.c.id)))
    assert found == [given, None]
    assert found[0].tzinfo is UTC or found[0].utcoffset() == timedelta(0)
    engine.dispose()


def test_a_time_without_a_zone_is_refused(state_url: str) -> None:
    engine = open_state(state_url)
    with writing(engine) as connection:
        times.create(connection)
    with pytest.raises(StatementError, match="no time zone"), writing(engine) as connection:
        connection.execute(insert(times).values(id=1, at=datetime(2026, 3, 1)))
    engine.dispose()
