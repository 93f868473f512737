"""Reading from Kafka, alone or as a member of a group."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata
from kafka import TopicPartition as KafkaPartition
from kafka import errors as kafka_errors

from config.errors import Fenced, LogError
from streams.broker import Offsets, OnPartitions
from streams.kafka.clients import Clients
from streams.kafka.errors import translated
from streams.kafka.joins import Joins
from streams.records import Record, TopicPartition

log = logging.getLogger(__name__)

_HEALTH_SECONDS = 5.0  # how often an idle consumer makes sure that the broker is still there
_HEALTH_TIMEOUT_MS = 10_000
_REQUEST_TIMEOUT_MS = 15_000


class Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Passes rebalances on."""

    def __init__(
        self, on_assign: OnPartitions | None, on_revoke: OnPartitions | None, on_lost: OnPartitions | None
    ) -> None:
        self._on_assign = on_assign
        self._on_revoke = on_revoke
        self._on_lost = on_lost

    def on_partitions_assigned(self, assigned: Iterable[KafkaPartition]) -> None:
        """New ones."""
        self._tell(self._on_assign, assigned)

    def on_partitions_revoked(self, revoked: Iterable[KafkaPartition]) -> None:
        """To be given back."""
        self._tell(self._on_revoke, revoked)

    def on_partitions_lost(self, lost: Iterable[KafkaPartition]) -> None:
        """Gone without asking."""
        self._tell(self._on_lost, lost)

    @staticmethod
    def _tell(listener: OnPartitions | None, places: Iterable[KafkaPartition]) -> None:
        ours = [TopicPartition(*place) for place in places]
        if listener is not None and ours:
            listener(ours)


class KafkaLogConsumer:
    """See streams.broker.Consumer."""

    def __init__(
        self, clients: Clients, group: str | None, topics: Sequence[str], listener: Listener
    ) -> None:
        self._clients = clients
        self._group = group
        self._topics = tuple(topics)
        self._listener = listener
        self._consumer: KafkaConsumer | None = None
        self._closed = False
        self._healthy = time.monotonic()
        self._membership: Any = None
        self._joins: Joins | None = None

    def poll(self, timeout: float, max_records: int = 500) -> list[Record]:
        """Records from the assigned partitions, in order within each; empty after ``timeout`` seconds."""
        with translated(self._clients.where):
            consumer = self._open()
            self._follow_topics(consumer)
            polled = consumer.poll(timeout_ms=int(timeout * 1000), max_records=max_records)
            if self._joins is not None:
                self._joins.resume()
            self._membership = consumer.group_metadata()
            if polled:
                self._healthy = time.monotonic()
            elif time.monotonic() - self._healthy > _HEALTH_SECONDS:
                self._check_health(consumer)
        return [_record(raw) for raw in chain.from_iterable(polled.values())]

    def _check_health(self, consumer: KafkaConsumer) -> None:
        """kafka-python reconnects in silence for ever; we want to say that the broker is away."""
        assigned = consumer.assignment()
        if assigned:
            consumer.end_offsets(list(assigned), timeout_ms=_HEALTH_TIMEOUT_MS)
        else:
            consumer.bootstrap(timeout_ms=_HEALTH_TIMEOUT_MS, refresh=True)
        self._healthy = time.monotonic()

    def _follow_topics(self, consumer: KafkaConsumer) -> None:
        """Free readers read every partition of their topics."""
        if self._group is not None or not self._topics or consumer.assignment():
            return
        places = [
            KafkaPartition(topic, number)
            for topic in self._topics
            for number in sorted(consumer.partitions_for_topic(topic))
        ]
        if places:
            consumer.assign(places)

    def assignment(self) -> frozenset[TopicPartition]:
        """The partitions this member reads now."""
        with translated(self._clients.where):
            return frozenset(TopicPartition(*place) for place in self._open().assignment())

    def assign(self, partitions: Sequence[TopicPartition]) -> None:
        """Read just these partitions, outside any group's sharing."""
        self._topics = ()
        with translated(self._clients.where):
            self._open().assign([KafkaPartition(*place) for place in partitions])

    def position(self, partition: TopicPartition) -> int:
        """The offset of the next record that poll would return."""
        with translated(self._clients.where):
            found = self._open().position(KafkaPartition(*partition), timeout_ms=_REQUEST_TIMEOUT_MS)
            if found is None:
                raise kafka_errors.KafkaTimeoutError(f"no position for {partition}")
            return int(found)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Continue at ``offset``."""
        with translated(self._clients.where):
            self._open().seek(KafkaPartition(*partition), offset)

    def pause(self, partitions: Iterable[TopicPartition]) -> None:
        """Keep membership but return no records of these partitions."""
        with translated(self._clients.where):
            self._open().pause(*(KafkaPartition(*place) for place in partitions))

    def resume(self, partitions: Iterable[TopicPartition]) -> None:
        """Undo pause."""
        with translated(self._clients.where):
            self._open().resume(*(KafkaPartition(*place) for place in partitions))

    def commit(self, offsets: Offsets) -> None:
        """Store the next offsets to read, durably, before returning; Fenced when they are no longer ours."""
        if self._group is None:
            raise LogError("a consumer without a group has nothing to commit")
        if not offsets:
            return
        with translated(self._clients.where):
            self.require_owned(offsets)
            self._open().commit(to_kafka(offsets), timeout_ms=_REQUEST_TIMEOUT_MS)

    def require_owned(self, offsets: Offsets) -> None:
        """Fenced where a partition is not ours; the broker itself only looks at the group's generation."""
        foreign = sorted(set(offsets) - self.assignment())
        if foreign:
            raise Fenced(
                f"group {self._group} gave {foreign[0].topic}[{foreign[0].partition}] to another member"
            )

    def membership(self) -> Any:
        """The group's generation as of the last poll, which the broker fences transactions by.

        Not the client's current one: a client that was thrown out forgets its generation, and a commit
        without one is not checked at all.
        """
        if self._membership is None or self._membership.generation_id < 0:
            raise Fenced(f"this worker is no member of group {self._group} now")
        return self._membership

    def close(self) -> None:
        """Leave the group at once, committing nothing. Idempotent."""
        self._closed = True
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with suppress(kafka_errors.KafkaError, OSError):
                consumer.close(autocommit=False, timeout_ms=5000)

    def _open(self) -> KafkaConsumer:
        if self._closed:
            raise LogError("this consumer is closed")
        if self._consumer is None:
            self._consumer = self._clients.consumer(self._group)
            if self._group is not None and self._topics:
                self._joins = Joins(self._consumer._coordinator)
                self._consumer.subscribe(list(self._topics), listener=self._listener)
                self._consumer.topics()  # a leader that joins before it has metadata rebalances again
        return self._consumer


def to_kafka(offsets: Offsets) -> dict[KafkaPartition, OffsetAndMetadata]:
    """Offsets in kafka-python's types."""
    return {KafkaPartition(*place): OffsetAndMetadata(offset, "", -1) for place, offset in offsets.items()}


def _record(raw: Any) -> Record:
    headers = tuple((name, value or b"") for name, value in raw.headers or ())
    return Record(raw.topic, raw.partition, raw.offset, raw.timestamp, raw.key, raw.value or b"", headers)
