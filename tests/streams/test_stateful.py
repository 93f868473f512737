"""Stages that keep their results and their offsets in one transaction of the state database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import Column, Engine, MetaData, String, Table, insert, select

from config.errors import Fenced, StateUnavailable
from config.models.root import Config
from streams import headers, offsets
from streams.backoff import Backoff
from streams.broker import Offsets
from streams.embedded import EmbeddedBroker
from streams.records import OutputRecord, Record, TopicPartition
from streams.state import open_state, reading, writing
from tests.streams.contract import read_all
from tests.streams.test_worker import feed, lag, values, wait_for

Start = Callable[..., Any]

results = Table("test_result", MetaData(), Column("value", String(100), primary_key=True))


class Keeper:
    """Writes each record's value into a table, with its offsets; a value may be written only once."""

    name = "relay"
    inputs = ("articles",)

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.pending: list[str] = []
        self.expected: dict[TopicPartition, int] = {}
        self.before_commit: Callable[[], None] = lambda: None
        self.after_commit: Callable[[], None] = lambda: None

    def process(self, record: Record) -> Sequence[OutputRecord]:
        self.pending.append(record.value.decode())
        return [OutputRecord("t.documents", record.key, record.value)]

    def restore(self, partitions: Sequence[TopicPartition]) -> Offsets:
        with reading(self.engine) as connection:
            found = offsets.load(connection, self.name, partitions)
        self.expected.update(found)
        return found

    def checkpoint(self, new: Offsets) -> None:
        pending, self.pending = self.pending, []
        with writing(self.engine) as connection:
            for value in pending:
                connection.execute(insert(results).values(value=value))
            offsets.advance(connection, self.name, self.expected, new)
            self.before_commit()
        self.expected.update(new)
        self.after_commit()

    def discard(self) -> None:
        self.pending = []

    def close(self) -> None:
        pass

    def stored(self) -> list[str]:
        with reading(self.engine) as connection:
            return sorted(connection.scalars(select(results.c.value)))


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Backoff, "next", lambda self: 0.01)


@pytest.fixture
def engine(state_url: str) -> Iterator[Engine]:
    engine = open_state(state_url)
    with writing(engine) as connection:
        results.create(connection)
    yield engine
    engine.dispose()


def test_results_and_offsets_are_stored_together_and_restored(
    broker: EmbeddedBroker, config: Config, engine: Engine, start: Start
) -> None:
    feed(broker, b"a", b"b")
    running = start(Keeper(engine), broker, config)
    wait_for(lambda: lag(broker) == 0)
    running.end()
    feed(broker, b"c")
    stage = Keeper(engine)
    start(stage, broker, config)
    wait_for(lambda: lag(broker) == 0)
    assert stage.stored() == ["a", "b", "c"]


def test_a_crash_between_state_and_commit_repeats_nothing_in_the_state(
    broker: EmbeddedBroker, config: Config, engine: Engine, start: Start
) -> None:
    stage = Keeper(engine)
    crashes = [1, 1, 1]

    def crash() -> None:
        if crashes:
            crashes.pop()
            raise StateUnavailable("gone right after the commit")

    stage.after_commit = crash
    feed(broker, b"a", b"b", b"c")
    start(stage, broker, config)
    wait_for(lambda: len(stage.stored()) == 3)
    feed(broker, b"d", b"e")
    wait_for(lambda: lag(broker) == 0)
    assert stage.stored() == ["a", "b", "c", "d", "e"]
    assert read_all(broker, "t.articles.dlq", 0) == []


def test_a_crash_before_the_state_commit_repeats_the_outputs_and_loses_nothing(
    broker: EmbeddedBroker, config: Config, engine: Engine, start: Start
) -> None:
    stage = Keeper(engine)
    crashes = [1]

    def crash() -> None:
        if crashes:
            crashes.pop()
            raise StateUnavailable("gone before the commit")

    stage.before_commit = crash
    feed(broker, b"a", b"b")
    start(stage, broker, config)
    wait_for(lambda: lag(broker) == 0)
    assert stage.stored() == ["a", "b"]
    assert set(values(broker, "t.documents", 4)) == {b"a", b"b"}


def test_a_record_that_the_database_refuses_becomes_a_dead_letter_alone(
    broker: EmbeddedBroker, config: Config, engine: Engine, start: Start
) -> None:
    stage = Keeper(engine)
    feed(broker, b"a", b"twice", b"twice", b"z")
    start(stage, broker, config)
    wait_for(lambda: lag(broker) == 0)
    assert stage.stored() == ["a", "twice", "z"]
    (letter,) = read_all(broker, "t.articles.dlq", 1)
    assert letter.value == b"twice"
    assert letter.header(headers.DLQ_EXCEPTION) == b"IntegrityError"


def test_a_zombie_cannot_write_state_after_another_took_over(engine: Engine) -> None:
    place = TopicPartition("t.articles", 0)
    zombie, heir = Keeper(engine), Keeper(engine)
    for stage in (zombie, heir):
        assert stage.restore([place]) == {}
    heir.pending = ["right"]
    heir.checkpoint({place: 5})
    zombie.pending = ["stale"]
    with pytest.raises(Fenced):
        zombie.checkpoint({place: 3})
    heir.checkpoint({place: 6})
    zombie.expected = {place: 5}
    with pytest.raises(Fenced):
        zombie.checkpoint({place: 9})
    assert heir.stored() == ["right"]
    assert Keeper(engine).restore([place]) == {place: 6}
