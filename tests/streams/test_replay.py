"""Replays: frozen at their start, resumable, with an id that goes along."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from config.errors import UsageError
from streams import headers, replay, scan
from streams.embedded import EmbeddedBroker
from streams.records import OutputRecord, Record, TopicPartition, TopicSpec
from tests.streams.contract import write


class Clock:
    now = 0

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def broker(tmp_path: Path, clock: Clock) -> EmbeddedBroker:
    """Three partitions, and ten records at each of the times 1000, 2000, ... 5000."""
    broker = EmbeddedBroker(tmp_path / "log.db", clock=clock)
    broker.ensure_topics([TopicSpec("t", 3)])
    for number in range(5):
        clock.now = (number + 1) * 1000
        write(broker, "t", 10, start=number * 10)
    return broker


def values(records: list[Record]) -> set[int]:
    return {int(record.value[1:]) for record in records}


def test_a_replay_covers_what_was_there_at_its_start(broker: EmbeddedBroker) -> None:
    seen: list[Record] = []
    fixed = replay.plan(broker, "t", "one")
    write(broker, "t", 5, start=100)
    assert replay.run(broker, fixed, seen.extend)
    assert values(seen) == set(range(50))
    assert len(seen) == 50


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (2000, None, range(10, 50)),
        (1001, 4000, range(10, 30)),
        (None, 1000, range(0)),
        (9000, None, range(0)),
        (None, 9000, range(50)),
    ],
)
def test_a_replay_may_be_limited_in_time(
    broker: EmbeddedBroker, since: int | None, until: int | None, expected: range
) -> None:
    seen: list[Record] = []
    assert replay.run(broker, replay.plan(broker, "t", "one", since, until), seen.extend)
    assert values(seen) == set(expected)


def test_a_stopped_replay_goes_on_where_it_was(
    broker: EmbeddedBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "_BATCH", 7)
    seen: list[Record] = []
    stop = threading.Event()

    def handle(records: list[Record]) -> None:
        seen.extend(records)
        if len(seen) > 20:
            stop.set()

    first = replay.keep(tmp_path / "plan.json", replay.plan(broker, "t", "one"))
    assert not replay.run(broker, first, handle, stop=stop)
    so_far = len(seen)
    write(broker, "t", 5, start=200)
    again = replay.keep(tmp_path / "plan.json", replay.plan(broker, "t", "one"))
    assert again == first
    assert replay.run(broker, again, seen.extend)
    assert 20 < so_far < 50
    assert len(seen) == 50
    assert values(seen) == set(range(50))
    assert replay.run(broker, again, lambda records: pytest.fail("nothing is left"))


def test_a_crash_inside_a_batch_repeats_only_that_batch(
    broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "_BATCH", 10)
    seen: list[Record] = []

    def handle(records: list[Record]) -> None:
        seen.extend(records)
        if len(seen) == 30:
            raise RuntimeError

    fixed = replay.plan(broker, "t", "one")
    with pytest.raises(RuntimeError):
        replay.run(broker, fixed, handle)
    assert replay.run(broker, fixed, seen.extend)
    assert len(seen) == 60
    assert values(seen) == set(range(50))


def test_a_run_that_is_not_resumable_commits_nothing(broker: EmbeddedBroker) -> None:
    fixed = replay.plan(broker, "t", "dry")
    replay.run(broker, fixed, lambda records: None, resumable=False)
    assert set(broker.committed(fixed.group, list(fixed.span.starts)).values()) == {None}


def test_progress_is_told_up_to_the_end(broker: EmbeddedBroker) -> None:
    told: list[tuple[int, int]] = []
    replay.run(
        broker,
        replay.plan(broker, "t", "one"),
        lambda records: None,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[0] == (0, 50)
    assert told[-1] == (50, 50)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_replays_of_the_same_topic_are_independent(broker: EmbeddedBroker) -> None:
    for name in ("one", "two"):
        seen: list[Record] = []
        assert replay.run(broker, replay.plan(broker, "t", name), seen.extend)
        assert len(seen) == 50


def test_what_a_replay_writes_carries_its_id() -> None:
    record = Record("t", 0, 3, 0, b"k", b"v", ((headers.REPLAY_ID, b"older"), ("kept", b"1")))
    again = replay.replayed(record, "t2", "newer")
    assert again == OutputRecord("t2", b"k", b"v", (("kept", b"1"), (headers.REPLAY_ID, b"newer")))


def test_a_topic_that_is_not_there_and_a_plan_of_another_replay_are_refused(
    broker: EmbeddedBroker, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        replay.plan(broker, "nowhere", "one")
    path = tmp_path / "plan.json"
    replay.keep(path, replay.plan(broker, "t", "one"))
    with pytest.raises(UsageError, match="holds replay one"):
        replay.keep(path, replay.plan(broker, "t", "two"))
    path.write_text("{")
    with pytest.raises(UsageError, match="delete it"):
        replay.keep(path, replay.plan(broker, "t", "one"))


def test_records_are_found_by_key_and_time(broker: EmbeddedBroker, clock: Clock) -> None:
    clock.now = 7000
    with closing(broker.producer()) as producer:
        producer.send(OutputRecord("t", b"k7", b"v700"))
        producer.flush()
    found = [record.value for record in scan.records_with_key(broker, "t", b"k7")]
    assert found == [b"v7", b"v700"]
    assert [record.value for record in scan.records_with_key(broker, "t", b"k7", 6000)] == [b"v700"]
    assert [record.value for record in scan.records_with_key(broker, "t", b"k7", None, 6000)] == [b"v7"]
    assert list(scan.records_with_key(broker, "nowhere", b"k7")) == []


def test_a_span_knows_what_is_left() -> None:
    places = [TopicPartition("t", number) for number in range(2)]
    stretch = scan.Span(dict(zip(places, (5, 0), strict=True)), dict(zip(places, (9, 0), strict=True)))
    assert stretch.size == 4
    assert stretch.left({}) == {places[0]: 5}
    assert stretch.left({places[0]: 9}) == {}
