"""The Broker port over Kafka."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from kafka import IsolationLevel, KafkaAdminClient, OffsetSpec
from kafka import TopicPartition as KafkaPartition
from kafka import errors as kafka_errors

from streams.broker import OnPartitions, Session
from streams.kafka.clients import REQUEST_BYTES, Clients, Setting
from streams.kafka.consumer import KafkaLogConsumer, Listener
from streams.kafka.errors import translated
from streams.kafka.producer import KafkaLogProducer
from streams.kafka.session import PlainSession, TransactionalSession
from streams.records import TopicPartition, TopicSpec

T = TypeVar("T")


class KafkaBroker:
    """See streams.broker.Broker. Connects at the first use, anew in every process."""

    def __init__(self, bootstrap: str, *, settings: Mapping[str, Setting] | None = None) -> None:
        self._clients = Clients(bootstrap, settings or {})
        self._lock = threading.Lock()
        self._admin: KafkaAdminClient | None = None
        self._admin_pid = 0

    def ensure_topics(self, topics: Iterable[TopicSpec]) -> None:
        """Create what is missing; leave what exists as it is."""
        wanted = list(topics)
        existing = self.topics()
        missing = {spec.name: self._topic(spec) for spec in wanted if spec.name not in existing}
        if missing:
            self._ask(lambda admin: _create(admin, missing))

    def _topic(self, spec: TopicSpec) -> dict[str, Any]:
        configs = {
            "retention.ms": str(-1 if spec.retention_ms is None else spec.retention_ms),
            "max.message.bytes": str(REQUEST_BYTES),
            "message.timestamp.type": "LogAppendTime",
            **spec.config,
        }
        return {
            "num_partitions": spec.partitions,
            "replication_factor": self._clients.replication_factor,
            "configs": configs,
        }

    def topics(self) -> Mapping[str, int]:
        """Names of all topics with their partition counts."""
        described = self._ask(lambda admin: admin.describe_topics())
        return {
            topic["name"]: len(topic["partitions"]) for topic in described if not topic.get("is_internal")
        }

    def producer(self) -> KafkaLogProducer:
        """A new producer."""
        return KafkaLogProducer(self._clients)

    def consumer(
        self,
        group: str | None,
        topics: Sequence[str] = (),
        *,
        on_assign: OnPartitions | None = None,
        on_revoke: OnPartitions | None = None,
        on_lost: OnPartitions | None = None,
    ) -> KafkaLogConsumer:
        """A new consumer; starts at the committed offset, else at the beginning."""
        return KafkaLogConsumer(self._clients, group, topics, Listener(on_assign, on_revoke, on_lost))

    def session(
        self,
        group: str,
        topics: Sequence[str],
        *,
        on_assign: OnPartitions | None = None,
        on_revoke: OnPartitions | None = None,
        on_lost: OnPartitions | None = None,
    ) -> Session:
        """A consumer with a producer for the worker loop."""
        consumer = self.consumer(group, topics, on_assign=on_assign, on_revoke=on_revoke, on_lost=on_lost)
        if self._clients.transactions:
            return TransactionalSession(self._clients, group, consumer)
        return PlainSession(self._clients, consumer)

    def beginning_offsets(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Offset of the oldest record kept."""
        return self._offsets(dict.fromkeys(partitions, OffsetSpec.EARLIEST))

    def end_offsets(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Offset that the next committed record will get (markers of transactions take offsets, too)."""
        return self._offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))

    def offsets_for_times(self, times: Mapping[TopicPartition, int]) -> dict[TopicPartition, int | None]:
        """First offset appended at or after the given time (ms); None where there is none."""
        found = self._offsets(times)
        return {place: offset if offset >= 0 else None for place, offset in found.items()}

    def _offsets(self, wanted: Mapping[TopicPartition, Any]) -> dict[TopicPartition, int]:
        specs = {KafkaPartition(*place): spec for place, spec in wanted.items()}
        if not specs:
            return {}
        found = self._ask(
            lambda admin: admin.list_partition_offsets(specs, isolation_level=IsolationLevel.READ_COMMITTED)
        )
        return {TopicPartition(*place): int(result.offset) for place, result in found.items()}

    def committed(self, group: str, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int | None]:
        """What the group has committed; None where it has not."""
        places = list(partitions)
        specs = {group: [KafkaPartition(*place) for place in places]}
        found = self._ask(lambda admin: admin.list_group_offsets(specs)).get(group, {})
        known = {TopicPartition(*place): int(result.offset) for place, result in found.items()}
        return {place: known[place] if known.get(place, -1) >= 0 else None for place in places}

    def close(self) -> None:
        """Release everything. Idempotent."""
        with self._lock:
            self._drop_admin()

    def _ask(self, question: Callable[[KafkaAdminClient], T]) -> T:
        """Use the admin client, one thread at a time; a client that failed is thrown away."""
        with self._lock, translated(self._clients.where):
            try:
                if self._admin is None or self._admin_pid != os.getpid():
                    self._admin, self._admin_pid = self._clients.admin(), os.getpid()
                return question(self._admin)
            except BaseException:
                self._drop_admin()
                raise

    def _drop_admin(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None and self._admin_pid == os.getpid():
            with suppress(kafka_errors.KafkaError, OSError):
                admin.close()


def _create(admin: KafkaAdminClient, topics: dict[str, dict[str, Any]]) -> None:
    for name, options in topics.items():
        with suppress(kafka_errors.TopicAlreadyExistsError):  # another process was faster
            admin.create_topics({name: options}, wait_for_metadata=True)
