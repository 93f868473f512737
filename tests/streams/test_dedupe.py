"""First offset wins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from streams import headers
from streams.dedupe import Dedupe
from streams.records import Headers, Record
from streams.state import open_state, reading
from streams.tables import accepted

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def record(offset: int, *, partition: int = 0, extra: Headers = ()) -> Record:
    return Record("t.articles", partition, offset, 0, b"k", b"v", extra)


@pytest.fixture
def engine(state_url: str) -> Iterator[Engine]:
    engine = open_state(state_url)
    yield engine
    engine.dispose()


def test_the_same_revision_at_another_offset_is_a_duplicate(engine: Engine) -> None:
    dedupe = Dedupe(engine, "extractor")
    assert not dedupe.is_duplicate("a", "r1", record(0), NOW)
    assert dedupe.is_duplicate("a", "r1", record(1), NOW)
    assert dedupe.is_duplicate("a", "r1", record(0, partition=1), NOW)


def test_the_same_record_again_is_none_so_that_a_crash_loses_nothing(engine: Engine) -> None:
    assert not Dedupe(engine, "extractor").is_duplicate("a", "r1", record(7), NOW)
    assert not Dedupe(engine, "extractor").is_duplicate("a", "r1", record(7), NOW)


def test_other_revisions_articles_and_stages_are_independent(engine: Engine) -> None:
    dedupe = Dedupe(engine, "extractor")
    assert not dedupe.is_duplicate("a", "r1", record(0), NOW)
    assert not dedupe.is_duplicate("a", "r2", record(1), NOW)
    assert not dedupe.is_duplicate("b", "r1", record(2), NOW)
    assert not Dedupe(engine, "enricher").is_duplicate("a", "r1", record(3), NOW)


def test_a_batch_is_answered_in_order(engine: Engine) -> None:
    dedupe = Dedupe(engine, "extractor")
    items = [("a", "1", record(0)), ("a", "1", record(1)), ("b", "1", record(2)), ("a", "1", record(0))]
    assert dedupe.duplicates(items, NOW) == [False, True, False, False]
    assert dedupe.duplicates([], NOW) == []


def test_what_a_replay_or_a_revived_dead_letter_writes_counts_by_itself(engine: Engine) -> None:
    dedupe = Dedupe(engine, "extractor")
    assert not dedupe.is_duplicate("a", "1", record(0), NOW)
    replayed = ((headers.REPLAY_ID, b"replay-1"),)
    assert not dedupe.is_duplicate("a", "1", record(1, extra=replayed), NOW)
    assert dedupe.is_duplicate("a", "1", record(2, extra=replayed), NOW)
    revived = ((headers.DLQ_REVIVED, b"t.articles.dlq:0:0"),)
    assert not dedupe.is_duplicate("a", "1", record(3, extra=revived), NOW)
    assert dedupe.is_duplicate("a", "1", record(4), NOW)


def test_old_entries_are_forgotten(engine: Engine) -> None:
    dedupe = Dedupe(engine, "extractor", keep=timedelta(days=2))
    dedupe.is_duplicate("old", "1", record(0), NOW)
    dedupe.is_duplicate("young", "1", record(1), NOW + timedelta(days=2))
    dedupe.is_duplicate("now", "1", record(2), NOW + timedelta(days=3))
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(accepted)) == 2
