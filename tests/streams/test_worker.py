"""The worker loop: what it guarantees when things go wrong."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from config.errors import DeliveryFailed, Fenced, LogFull, LogUnavailable, MalformedRecord, StateUnavailable
from config.models.root import Config
from streams import headers
from streams.backoff import Backoff
from streams.broker import Offsets
from streams.deadletters import revive
from streams.embedded import EmbeddedBroker
from streams.embedded.session import EmbeddedSession
from streams.records import OutputRecord, Record, TopicPartition
from streams.worker import Limits, Worker
from tests.streams.contract import read_all

Start = Callable[..., Any]


def feed(broker: EmbeddedBroker, *values: bytes, extra: tuple[tuple[str, bytes], ...] = ()) -> None:
    with closing(broker.producer()) as producer:
        for value in values:
            producer.send(OutputRecord("t.articles", value[:8], value, extra))
        producer.flush()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 40
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.005)


def lag(broker: EmbeddedBroker, group: str = "t.relay") -> int:
    places = [TopicPartition("t.articles", number) for number in range(2)]
    committed = broker.committed(group, places)
    ends = broker.end_offsets(places)
    return sum(ends[place] - (committed[place] or 0) for place in places)


def values(broker: EmbeddedBroker, topic: str, count: int) -> list[bytes]:
    return sorted(record.value for record in read_all(broker, topic, count))


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Backoff, "next", lambda self: 0.01)


def test_records_go_through_once_with_their_keys(
    broker: EmbeddedBroker, config: Config, relay: Any, start: Start
) -> None:
    start(relay, broker, config)
    feed(broker, *(b"r%d" % number for number in range(50)))
    wait_for(lambda: lag(broker) == 0)
    records = read_all(broker, "t.documents", 50)
    assert sorted(r.value for r in records) == sorted(b"R%d" % number for number in range(50))
    assert all(record.key == record.value.lower() for record in records)


def test_the_worker_makes_its_topics(tmp_path: Any, config: Config, relay: Any, start: Start) -> None:
    broker = EmbeddedBroker(tmp_path / "new" / "log.db")
    start(relay, broker, config)
    wait_for(lambda: "t.articles.dlq" in broker.topics())


def test_a_poison_record_becomes_a_dead_letter_and_the_stage_goes_on(
    broker: EmbeddedBroker, config: Config, relay: Any, start: Start
) -> None:
    def trouble(record: Record) -> None:
        if record.value == b"bad":
            raise ValueError("cannot read this\nsecond line")

    relay.trouble = trouble
    feed(broker, b"good", b"bad", b"fine", extra=(("kept", b"1"),))
    running = start(relay, broker, config)
    wait_for(lambda: lag(broker) == 0)
    assert values(broker, "t.documents", 2) == [b"FINE", b"GOOD"]
    (letter,) = read_all(broker, "t.articles.dlq", 1)
    assert (letter.key, letter.value) == (b"bad", b"bad")
    assert letter.header("kept") == b"1"
    assert letter.header(headers.DLQ_TOPIC) == b"t.articles"
    assert letter.header(headers.DLQ_STAGE) == b"relay"
    assert letter.header(headers.DLQ_EXCEPTION) == b"ValueError"
    assert letter.header(headers.DLQ_MESSAGE) == b"cannot read this\nsecond line"
    assert b"in trouble" in (letter.header(headers.DLQ_STACK) or b"")
    origin = next(record for record in read_all(broker, "t.articles", 3) if record.value == b"bad")
    assert letter.header(headers.DLQ_PARTITION) == b"%d" % origin.partition
    assert letter.header(headers.DLQ_OFFSET) == b"%d" % origin.offset
    assert relay.seen.count(b"bad") == running.worker._limits.attempts


def test_malformed_bytes_are_not_tried_again(
    broker: EmbeddedBroker, config: Config, relay: Any, start: Start
) -> None:
    def trouble(record: Record) -> None:
        raise MalformedRecord("not a message")

    relay.trouble = trouble
    feed(broker, b"\xff\x00")
    start(relay, broker, config)
    wait_for(lambda: lag(broker) == 0)
    assert relay.seen == [b"\xff\x00"]
    assert len(read_all(broker, "t.articles.dlq", 1)) == 1


def test_a_passing_trouble_is_tried_again(
    broker: EmbeddedBroker, config: Config, relay: Any, start: Start
) -> None:
    def trouble(record: Record) -> None:
        if relay.seen.count(record.value) < 3:
            raise TimeoutError

    relay.trouble = trouble
    feed(broker, b"a")
    start(relay, broker, config)
    wait_for(lambda: lag(broker) == 0)
    assert values(broker, "t.documents", 1) == [b"A"]
    assert read_all(broker, "t.articles.dlq", 0) == []


def test_a_poison_record_whose_dead_letter_cannot_be_written_comes_again(
    broker: EmbeddedBroker, config: Config, relay: Any, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trouble(record: Record) -> None:
        if record.value == b"bad":
            raise ValueError

    relay.trouble = trouble
    failures: list[int] = []
    original = EmbeddedSession.checkpoint

    def checkpoint(self: EmbeddedSession, outputs: Sequence[OutputRecord], offsets: Offsets) -> None:
        if any(output.topic.endswith(".dlq") for output in outputs) and len(failures) < 3:
            failures.append(1)
            raise LogUnavailable("the dead-letter topic is out of reach")
        original(self, outputs, offsets)

    monkeypatch.setattr(EmbeddedSession, "checkpoint", checkpoint)
    feed(broker, b"good", b"bad")
    start(relay, broker, config)
    wait_for(lambda: lag(broker) == 0)
    assert len(failures) == 3
    assert values(broker, "t.documents", 1) == [b"GOOD"]
    assert values(broker, "t.articles.dlq", 1) == [b"bad"]


@pytest.mark.parametrize(
    "error",
    [
        LogUnavailable("the log is away"),
        LogFull("the disk is full"),
        StateUnavailable("the database is away"),
        Fenced("not ours any more"),
        OperationalError("select", {}, ConnectionError("server closed the connection")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_out_of_reach_is_waited_for_and_nothing_is_lost_or_dead_lettered(
    broker: EmbeddedBroker, config: Config, relay: Any, start: Start, error: Exception
) -> None:
    failing = {"left": 3}

    def trouble(record: Record) -> None:
        if failing["left"] and record.value == b"r7":
            failing["left"] -= 1
            raise error

    relay.trouble = trouble
    feed(broker, *(b"r%d" % number for number in range(20)))
    start(relay, broker, config)
    wait_for(lambda: lag(broker) == 0)
    assert values(broker, "t.documents", 20) == sorted(b"R%d" % number for number in range(20))
    assert read_all(broker, "t.articles.dlq", 0) == []
    assert failing["left"] == 0


def test_waiting_says_one_clear_line_and_so_does_going_on(
    broker: EmbeddedBroker, config: Config, relay: Any, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    def trouble(record: Record) -> None:
        if len(relay.seen) < 3:
            raise LogUnavailable("kafka at nowhere:1 cannot be used")

    relay.trouble = trouble
    feed(broker, b"a")

    def lines() -> list[str]:
        return [record.getMessage() for record in caplog.records if record.name == "streams.worker"]

    with caplog.at_level(logging.INFO, "streams.worker"):
        start(relay, broker, config)
        wait_for(lambda: lag(broker) == 0)
        wait_for(lambda: any("working again" in line for line in lines()))  # said after the commit
    waits = [line for line in lines() if "kafka at nowhere:1 cannot be used" in line]
    assert len(waits) == 1
    assert all("\n" not in line and line.startswith("relay: ") for line in lines())


def test_an_output_that_the_log_refuses_dead_letters_only_its_record(
    broker: EmbeddedBroker, config: Config, relay: Any, start: Start
) -> None:
    original = relay.process

    def process(record: Record) -> Sequence[OutputRecord]:
        if record.value == b"r3":
            return [OutputRecord(relay.output, b"k", bytes(25_000_000))]
        return original(record)

    relay.process = process
    feed(broker, *(b"r%d" % number for number in range(6)))
    start(relay, broker, config)
    wait_for(lambda: lag(broker) == 0)
    assert values(broker, "t.documents", 5) == [b"R0", b"R1", b"R2", b"R4", b"R5"]
    (letter,) = read_all(broker, "t.articles.dlq", 1)
    assert letter.value == b"r3"
    assert letter.header(headers.DLQ_EXCEPTION) == DeliveryFailed.__name__.encode()


def test_a_stop_finishes_what_is_in_hand_commits_and_leaves(
    broker: EmbeddedBroker, config: Config, relay: Any, start: Start
) -> None:
    inside, go = threading.Event(), threading.Event()

    def trouble(record: Record) -> None:
        inside.set()
        go.wait(30)

    relay.trouble = trouble
    feed(broker, *(b"r%d" % number for number in range(5)))
    running = start(relay, broker, config)
    assert inside.wait(30)
    running.stop.set()
    go.set()
    running.end()
    done = len(relay.seen)
    assert len(values(broker, "t.documents", done)) == done
    assert lag(broker) == 5 - done
    relay.trouble = lambda record: None
    start(relay, broker, config)
    wait_for(lambda: lag(broker) == 0)
    assert values(broker, "t.documents", 5) == sorted(b"R%d" % number for number in range(5))


def test_long_batches_are_checkpointed_on_the_way(
    broker: EmbeddedBroker, config: Config, relay: Any, start: Start
) -> None:
    hold = threading.Event()

    def trouble(record: Record) -> None:
        if len(relay.seen) > 3:
            hold.wait(30)

    relay.trouble = trouble
    feed(broker, *(b"r%d" % number for number in range(6)))
    start(relay, broker, config, Limits(checkpoint_seconds=0.0))
    wait_for(lambda: lag(broker) == 3)
    hold.set()
    wait_for(lambda: lag(broker) == 0)


def test_a_replay_id_is_carried_downstream(
    broker: EmbeddedBroker, config: Config, relay: Any, start: Start
) -> None:
    feed(broker, b"a", extra=((headers.REPLAY_ID, b"replay-1"), ("other", b"x")))
    start(relay, broker, config)
    wait_for(lambda: lag(broker) == 0)
    (record,) = read_all(broker, "t.documents", 1)
    assert record.headers == ((headers.REPLAY_ID, b"replay-1"),)


def test_a_dead_letter_written_back_is_processed(
    broker: EmbeddedBroker, config: Config, relay: Any, start: Start
) -> None:
    def trouble(record: Record) -> None:
        if record.header(headers.DLQ_REVIVED) is None:
            raise ValueError

    relay.trouble = trouble
    feed(broker, b"a", extra=(("kept", b"1"),))
    start(relay, broker, config)
    wait_for(lambda: lag(broker) == 0)
    (letter,) = read_all(broker, "t.articles.dlq", 1)
    revived = revive(letter)
    assert revived.topic == "t.articles"
    assert revived.headers == (
        ("kept", b"1"),
        (headers.DLQ_REVIVED, b"t.articles.dlq:%d:0" % letter.partition),
    )
    with closing(broker.producer()) as producer:
        producer.send(revived)
        producer.flush()
    wait_for(lambda: lag(broker) == 0)
    assert values(broker, "t.documents", 1) == [b"A"]


def test_two_workers_share_and_one_takes_over(
    broker: EmbeddedBroker, config: Config, relay: Any, start: Start
) -> None:
    first = start(relay, broker, config)
    second = start(relay, broker, config)
    feed(broker, *(b"r%d" % number for number in range(40)))
    wait_for(lambda: lag(broker) == 0)
    first.end()
    feed(broker, *(b"s%d" % number for number in range(40)))
    wait_for(lambda: lag(broker) == 0)
    assert len(values(broker, "t.documents", 80)) == 80
    assert second.worker.counts.processed >= 40


class Prepared:
    """Wants batches; one record cannot be prepared."""

    name = "relay"
    inputs = ("articles",)

    def __init__(self) -> None:
        self.batches: list[int] = []

    def prepare(self, records: Sequence[Record]) -> None:
        self.batches.append(len(records))
        if any(record.value == b"bad" for record in records):
            raise ValueError("a batch with this one cannot be prepared")

    def process(self, record: Record) -> Sequence[OutputRecord]:
        if record.value == b"bad":
            raise ValueError
        return [OutputRecord("t.documents", record.key, record.value)]

    def close(self) -> None:
        pass


def test_a_batch_is_prepared_first_and_a_failure_there_costs_nobody_else(
    broker: EmbeddedBroker, config: Config, start: Start
) -> None:
    stage = Prepared()
    feed(broker, b"a", b"bad", b"c")
    start(stage, broker, config)
    wait_for(lambda: lag(broker) == 0)
    assert stage.batches[0] == 3
    assert values(broker, "t.documents", 2) == [b"a", b"c"]
    assert values(broker, "t.articles.dlq", 1) == [b"bad"]


class Ticking:
    """Writes something as time passes."""

    name = "relay"
    inputs = ("articles",)

    def __init__(self) -> None:
        self.ticks = 0

    def process(self, record: Record) -> Sequence[OutputRecord]:
        return []

    def tick(self) -> Sequence[OutputRecord]:
        self.ticks += 1
        return [OutputRecord("t.documents", b"k", b"tick")] if self.ticks == 1 else []

    def close(self) -> None:
        pass


def test_a_stage_that_ticks_is_called_while_idle(
    broker: EmbeddedBroker, config: Config, start: Start
) -> None:
    stage = Ticking()
    start(stage, broker, config)
    wait_for(lambda: stage.ticks >= 2)
    assert values(broker, "t.documents", 1) == [b"tick"]


def test_closing_the_worker_closes_the_stage(broker: EmbeddedBroker, config: Config, relay: Any) -> None:
    Worker(relay, broker, config).close()
    assert relay.closed == 1
