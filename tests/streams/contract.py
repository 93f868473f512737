"""What every adapter of the Broker port promises: one test a promise, run over all of them."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing

import pytest

from config.errors import DeliveryFailed, Fenced, LogError
from streams.broker import Broker, Consumer
from streams.partitioner import partition_of
from streams.records import OutputRecord, Record, TopicPartition, TopicSpec

PARTITIONS = 3
WAIT = 40.0  # seconds until a test gives up; nothing asserts how long things take


def fresh(name: str) -> str:
    """A name that no other test uses."""
    return f"{name}-{uuid.uuid4().hex[:10]}"


def write(broker: Broker, topic: str, count: int, *, start: int = 0, partition: int | None = None) -> None:
    """``count`` records with keys k0, k1, … and values v0, v1, …"""
    with closing(broker.producer()) as producer:
        for number in range(start, start + count):
            value = b"v%d" % number
            producer.send(OutputRecord(topic, b"k%d" % number, value, partition=partition))
        producer.flush()


def read(consumer: Consumer, count: int, *, max_records: int = 500) -> list[Record]:
    """Poll until ``count`` records came."""
    found: list[Record] = []
    until = time.monotonic() + WAIT
    while len(found) < count and time.monotonic() < until:
        found += consumer.poll(0.2, max_records)
    return found


def read_all(broker: Broker, topic: str, count: int) -> list[Record]:
    """Everything in a topic, by a free reader; looks a little beyond ``count``."""
    with closing(broker.consumer(None, [topic])) as consumer:
        return read(consumer, count) + consumer.poll(0.5)


def until(condition: Callable[[], bool], *consumers: Consumer, found: list[Record] | None = None) -> None:
    """Poll the consumers, each in a thread of its own, until the condition holds; records go to ``found``."""
    found = [] if found is None else found
    over = threading.Event()

    def poll(consumer: Consumer) -> None:
        while not over.is_set():
            found.extend(consumer.poll(0.1))

    threads = [threading.Thread(target=poll, args=(consumer,)) for consumer in consumers]
    for consumer in consumers:
        consumer.assignment()  # connects here: the condition may look at it from this thread
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + WAIT
    while not condition() and time.monotonic() < deadline:
        over.wait(0.02)
    over.set()
    for thread in threads:
        thread.join()
    assert condition(), "the condition never held"


def next_offsets(records: Sequence[Record]) -> dict[TopicPartition, int]:
    return {record.place: record.offset + 1 for record in records}


def places(topic: str) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for number in range(PARTITIONS)]


class BrokerContract:
    """Subclasses give ``broker`` and ``zombie_broker`` (its members are replaced if they do not poll)."""

    @pytest.fixture
    def topic(self, broker: Broker) -> str:
        name = fresh("topic")
        broker.ensure_topics([TopicSpec(name, PARTITIONS)])
        return name

    # topics

    def test_topics_are_created_with_their_partitions(self, broker: Broker) -> None:
        name = fresh("made")
        broker.ensure_topics([TopicSpec(name, 5, retention_ms=3_600_000)])
        assert broker.topics()[name] == 5

    def test_an_existing_topic_stays_as_it_is(self, broker: Broker, topic: str) -> None:
        write(broker, topic, 2)
        broker.ensure_topics([TopicSpec(topic, PARTITIONS + 4)])
        assert broker.topics()[topic] == PARTITIONS
        assert len(read_all(broker, topic, 2)) == 2

    def test_topics_can_be_created_by_several_at_once(self, broker: Broker) -> None:
        names = [fresh("race") for _ in range(3)]
        errors: list[Exception] = []

        def create() -> None:
            try:
                broker.ensure_topics([TopicSpec(name, 2) for name in names])
            except LogError as error:
                errors.append(error)

        threads = [threading.Thread(target=create) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not errors
        assert all(broker.topics()[name] == 2 for name in names)

    # records

    def test_a_record_comes_back_as_it_was(self, broker: Broker, topic: str) -> None:
        before = time.time_ns() // 1_000_000
        value = bytes(range(256)) * 40
        with closing(broker.producer()) as producer:
            producer.send(OutputRecord(topic, "clé".encode(), value))
            producer.flush()
        (record,) = read_all(broker, topic, 1)
        assert (record.topic, record.offset, record.key, record.value) == (topic, 0, "clé".encode(), value)
        assert before - 2000 <= record.timestamp <= time.time_ns() // 1_000_000 + 2000

    def test_headers_survive_in_order_with_duplicates(self, broker: Broker, topic: str) -> None:
        headers = (("a", b"1"), ("b", b"\x00\xff"), ("a", b"2"), ("empty", b""))
        with closing(broker.producer()) as producer:
            producer.send(OutputRecord(topic, b"k", b"v", headers))
            producer.flush()
        (record,) = read_all(broker, topic, 1)
        assert record.headers == headers
        assert record.header("a") == b"2"

    def test_a_record_may_have_no_key_and_no_value(self, broker: Broker, topic: str) -> None:
        with closing(broker.producer()) as producer:
            producer.send(OutputRecord(topic, None, b""))
            producer.flush()
        (record,) = read_all(broker, topic, 1)
        assert record.key is None
        assert record.value == b""

    def test_a_record_of_five_megabytes_passes(self, broker: Broker, topic: str) -> None:
        value = uuid.uuid4().bytes * 330_000
        with closing(broker.producer()) as producer:
            producer.send(OutputRecord(topic, b"k", value))
            producer.flush()
        (record,) = read_all(broker, topic, 1)
        assert record.value == value

    def test_a_record_that_is_too_large_is_refused_and_the_others_pass(
        self, broker: Broker, topic: str
    ) -> None:
        with closing(broker.session(fresh("g"), [topic])) as session:
            with pytest.raises(DeliveryFailed):
                session.flush_outputs([OutputRecord(topic, b"k", bytes(25_000_000))])
            session.flush_outputs([OutputRecord(topic, b"k", b"small")])
        assert [record.value for record in read_all(broker, topic, 1)] == [b"small"]

    def test_order_is_kept_within_a_partition(self, broker: Broker, topic: str) -> None:
        write(broker, topic, 300)
        records = read_all(broker, topic, 300)
        assert len(records) == 300
        for place in places(topic):
            mine = [record for record in records if record.place == place]
            assert [record.offset for record in mine] == list(range(len(mine)))
            numbers = [int(record.value[1:]) for record in mine]
            assert numbers == sorted(numbers)

    def test_one_key_goes_to_one_partition_the_one_that_kafka_clients_choose(
        self, broker: Broker, topic: str
    ) -> None:
        write(broker, topic, 60)
        write(broker, topic, 60)
        for record in read_all(broker, topic, 120):
            assert record.key is not None
            assert record.partition == partition_of(record.key, PARTITIONS)

    def test_a_partition_can_be_chosen(self, broker: Broker, topic: str) -> None:
        write(broker, topic, 5, partition=2)
        assert {record.partition for record in read_all(broker, topic, 5)} == {2}

    def test_append_times_never_go_back(self, broker: Broker, topic: str) -> None:
        for start in range(0, 30, 10):
            write(broker, topic, 10, start=start, partition=0)
        times = [record.timestamp for record in read_all(broker, topic, 30)]
        assert times == sorted(times)

    def test_poll_returns_no_more_than_asked(self, broker: Broker, topic: str) -> None:
        write(broker, topic, 50)
        with closing(broker.consumer(None, [topic])) as consumer:
            read(consumer, 1, max_records=1)
            assert len(consumer.poll(5, max_records=7)) <= 7

    def test_poll_without_records_is_empty(self, broker: Broker, topic: str) -> None:
        with closing(broker.consumer(fresh("g"), [topic])) as consumer:
            assert consumer.poll(0.2) == []

    def test_a_waiting_reader_sees_a_new_record(self, broker: Broker, topic: str) -> None:
        with closing(broker.consumer(fresh("g"), [topic])) as consumer:
            until(lambda: len(consumer.assignment()) == PARTITIONS, consumer)
            writer = threading.Timer(0.3, write, (broker, topic, 1))
            writer.start()
            assert len(read(consumer, 1)) == 1
            writer.join()

    # groups

    def test_a_new_group_starts_at_the_beginning(self, broker: Broker, topic: str) -> None:
        write(broker, topic, 10)
        with closing(broker.consumer(fresh("g"), [topic])) as consumer:
            assert len(read(consumer, 10)) == 10

    def test_a_restart_resumes_at_the_committed_offset(self, broker: Broker, topic: str) -> None:
        group = fresh("g")
        write(broker, topic, 20)
        with closing(broker.consumer(group, [topic])) as consumer:
            consumer.commit(next_offsets(read(consumer, 20)))
        write(broker, topic, 5, start=20)
        with closing(broker.consumer(group, [topic])) as consumer:
            values = {record.value for record in read(consumer, 5) + consumer.poll(0.5)}
        assert values == {b"v%d" % number for number in range(20, 25)}

    def test_what_was_not_committed_comes_again(self, broker: Broker, topic: str) -> None:
        group = fresh("g")
        write(broker, topic, 10)
        for _ in range(2):
            with closing(broker.consumer(group, [topic])) as consumer:
                assert len(read(consumer, 10)) == 10

    def test_groups_are_independent(self, broker: Broker, topic: str) -> None:
        write(broker, topic, 10)
        first, second = fresh("g"), fresh("g")
        with closing(broker.consumer(first, [topic])) as consumer:
            consumer.commit(next_offsets(read(consumer, 10)))
        with closing(broker.consumer(second, [topic])) as consumer:
            assert len(read(consumer, 10)) == 10
        assert set(broker.committed(second, places(topic)).values()) == {None}

    def test_committed_offsets_can_be_read(self, broker: Broker, topic: str) -> None:
        group = fresh("g")
        write(broker, topic, 9)
        with closing(broker.consumer(group, [topic])) as consumer:
            offsets = next_offsets(read(consumer, 9))
            consumer.commit(offsets)
        assert broker.committed(group, offsets) == offsets

    def test_members_share_the_partitions(self, broker: Broker, topic: str) -> None:
        group = fresh("g")
        with closing(broker.consumer(group, [topic])) as one, closing(broker.consumer(group, [topic])) as two:
            until(lambda: bool(one.assignment()) and bool(two.assignment()), one, two)
            until(lambda: len(one.assignment()) + len(two.assignment()) == PARTITIONS, one, two)
            assert not one.assignment() & two.assignment()
            write(broker, topic, 60)
            records: list[Record] = []
            until(lambda: len(records) >= 60, one, two, found=records)
            assert len({record.value for record in records}) == len(records) == 60

    def test_a_leaving_member_hands_its_partitions_over(self, broker: Broker, topic: str) -> None:
        group = fresh("g")
        with closing(broker.consumer(group, [topic])) as one:
            two = broker.consumer(group, [topic])
            until(lambda: bool(one.assignment()) and bool(two.assignment()), one, two)
            two.close()
            until(lambda: len(one.assignment()) == PARTITIONS, one)

    def test_listeners_hear_of_partitions_that_come_and_go(self, broker: Broker, topic: str) -> None:
        group = fresh("g")
        held: set[TopicPartition] = set()
        with closing(
            broker.consumer(
                group, [topic], on_assign=held.update, on_revoke=held.difference_update, on_lost=held.clear
            )
        ) as one:
            until(lambda: held == set(places(topic)), one)
            with closing(broker.consumer(group, [topic])) as two:
                until(lambda: bool(two.assignment()) and 0 < len(held) < PARTITIONS, one, two)
                assert held == one.assignment()

    def test_partitions_move_without_loss_while_members_come_and_go(self, broker: Broker, topic: str) -> None:
        group = fresh("g")
        write(broker, topic, 300)
        committed: list[bytes] = []
        stops = [threading.Event() for _ in range(4)]

        def take_part(stop: threading.Event) -> None:
            with closing(broker.consumer(group, [topic])) as member:
                while not stop.wait(0.02):
                    records = member.poll(0.1, max_records=3)
                    try:
                        member.commit(next_offsets(records))
                    except Fenced:
                        continue
                    committed.extend(record.value for record in records)

        threads = [threading.Thread(target=take_part, args=(stop,)) for stop in stops]
        deadline = time.monotonic() + WAIT
        for number, thread in enumerate(threads):  # each joins, and later leaves, while the others work
            thread.start()
            while len(set(committed)) < 60 * (number + 1) and time.monotonic() < deadline:
                time.sleep(0.02)
            stops[number].set() if number % 2 else None
        while len(set(committed)) < 300 and time.monotonic() < deadline:
            time.sleep(0.02)
        for stop, thread in zip(stops, threads, strict=True):
            stop.set()
            thread.join()
        assert set(committed) == {b"v%d" % number for number in range(300)}

    # positions

    def test_seek_goes_to_an_offset(self, broker: Broker, topic: str) -> None:
        write(broker, topic, 10, partition=0)
        place = TopicPartition(topic, 0)
        with closing(broker.consumer(None)) as consumer:
            consumer.assign([place])
            assert len(read(consumer, 10)) == 10
            consumer.seek(place, 4)
            assert consumer.position(place) == 4
            assert [record.offset for record in read(consumer, 6)] == [4, 5, 6, 7, 8, 9]
            assert consumer.position(place) == 10

    def test_an_offset_beyond_the_end_means_the_beginning(self, broker: Broker, topic: str) -> None:
        write(broker, topic, 3, partition=0)
        place = TopicPartition(topic, 0)
        with closing(broker.consumer(None)) as consumer:
            consumer.assign([place])
            read(consumer, 3)
            consumer.seek(place, 1000)
            assert [record.offset for record in read(consumer, 3)] == [0, 1, 2]

    def test_a_paused_partition_returns_nothing_until_resumed(self, broker: Broker, topic: str) -> None:
        with closing(broker.consumer(fresh("g"), [topic])) as consumer:
            until(lambda: len(consumer.assignment()) == PARTITIONS, consumer)
            quiet = TopicPartition(topic, 1)
            consumer.pause([quiet])
            write(broker, topic, 5, partition=1)
            write(broker, topic, 5, partition=2)
            assert {record.partition for record in read(consumer, 5) + consumer.poll(0.5)} == {2}
            consumer.resume([quiet])
            assert {record.partition for record in read(consumer, 5)} == {1}

    def test_ends_and_beginnings_can_be_read(self, broker: Broker, topic: str) -> None:
        write(broker, topic, 7, partition=1)
        assert broker.beginning_offsets(places(topic)) == dict.fromkeys(places(topic), 0)
        assert broker.end_offsets(places(topic)) == dict(zip(places(topic), (0, 7, 0), strict=True))

    def test_offsets_can_be_found_by_time(self, broker: Broker, topic: str) -> None:
        for number in range(3):
            write(broker, topic, 1, start=number, partition=0)
            threading.Event().wait(0.03)  # so that their append times differ
        place = TopicPartition(topic, 0)
        times = [record.timestamp for record in read_all(broker, topic, 3)]
        assert broker.offsets_for_times({place: 0}) == {place: 0}
        assert broker.offsets_for_times({place: times[1]}) == {place: 1}
        assert broker.offsets_for_times({place: times[1] + 1}) == {place: 2}
        assert broker.offsets_for_times({place: times[2] + 1}) == {place: None}

    # sessions

    def test_a_checkpoint_writes_outputs_and_offsets(self, broker: Broker, topic: str) -> None:
        group, target = fresh("g"), fresh("out")
        broker.ensure_topics([TopicSpec(target, PARTITIONS)])
        write(broker, topic, 10)
        with closing(broker.session(group, [topic])) as session:
            records = read(session.consumer, 10)
            outputs = [OutputRecord(target, record.key, record.value) for record in records]
            session.checkpoint(outputs, next_offsets(records))
        assert len(read_all(broker, target, 10)) == 10
        assert broker.committed(group, next_offsets(records)) == next_offsets(records)

    def test_a_checkpoint_of_a_partition_that_moved_on_writes_nothing(
        self, broker: Broker, topic: str
    ) -> None:
        group, target = fresh("g"), fresh("out")
        broker.ensure_topics([TopicSpec(target, 1)])
        write(broker, topic, 10)
        with closing(broker.session(group, [topic])) as session:
            if not session.atomic:
                pytest.skip("this adapter's checkpoints are not atomic as configured")
            records = read(session.consumer, 10)
            with closing(broker.consumer(group, [topic])) as other:
                until(lambda: bool(other.assignment()), session.consumer, other)
                with pytest.raises(Fenced):
                    session.checkpoint([OutputRecord(target, b"k", b"stale")], next_offsets(records))
        write(broker, target, 1)
        assert [record.value for record in read_all(broker, target, 1)] == [b"v0"]

    def test_a_zombie_is_fenced_and_writes_nothing(self, zombie_broker: Broker) -> None:
        """A member that stopped polling was replaced; what it still has in hand must not count."""
        group, topic, target = fresh("g"), fresh("topic"), fresh("out")
        zombie_broker.ensure_topics([TopicSpec(topic, PARTITIONS), TopicSpec(target, 1)])
        write(zombie_broker, topic, 10)
        with closing(zombie_broker.session(group, [topic])) as zombie:
            records = read(zombie.consumer, 10)
            with closing(zombie_broker.session(group, [topic])) as heir:
                until(lambda: len(heir.consumer.assignment()) == PARTITIONS, heir.consumer)
                with pytest.raises(Fenced):
                    zombie.consumer.commit(next_offsets(records))
                if not zombie.atomic:
                    return
                with pytest.raises(Fenced):
                    zombie.checkpoint([OutputRecord(target, b"k", b"stale")], next_offsets(records))
                assert set(zombie_broker.committed(group, next_offsets(records)).values()) == {None}
                heir.checkpoint([OutputRecord(target, b"k", b"right")], next_offsets(records))
        assert [record.value for record in read_all(zombie_broker, target, 1)] == [b"right"]

    def test_lag_is_what_is_left_to_read(self, broker: Broker, topic: str) -> None:
        from streams.lag import group_lag

        group = fresh("g")
        write(broker, topic, 12)
        with closing(broker.session(group, [topic])) as session:
            records = read(session.consumer, 12)
            session.checkpoint([OutputRecord(topic, b"k", b"again")], next_offsets(records))
        assert sum(row.lag for row in group_lag(broker, group, [topic])) == 1
        with closing(broker.session(group, [topic])) as session:
            session.checkpoint([], next_offsets(read(session.consumer, 1)))
        assert sum(row.lag for row in group_lag(broker, group, [topic])) == 0

    def test_closing_twice_is_fine(self, broker: Broker, topic: str) -> None:
        session = broker.session(fresh("g"), [topic])
        session.consumer.poll(0.1)
        for closable in (session, session.consumer, broker.producer(), broker):
            closable.close()
            closable.close()
