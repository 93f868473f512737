"""The Broker port over one SQLite file."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from streams.broker import OnPartitions
from streams.embedded import groups, rows
from streams.embedded.consumer import EmbeddedConsumer, Listeners, Timing
from streams.embedded.file import connect, translated, writing
from streams.embedded.producer import EmbeddedProducer
from streams.embedded.session import EmbeddedSession
from streams.records import TopicPartition, TopicSpec


def wall_clock() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class EmbeddedBroker:
    """See streams.broker.Broker. Holds nothing open itself, so it may be made before a fork."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], int] = wall_clock,
        lease_ms: int = 30_000,
        max_poll_seconds: float = 300.0,
        max_pages: int | None = None,
    ) -> None:
        self.path = path
        self._clock = clock
        self._timing = Timing(clock, lease_ms, max_poll_seconds)
        self._max_pages = max_pages

    def ensure_topics(self, topics: Iterable[TopicSpec]) -> None:
        """Create what is missing; leave what exists as it is."""
        wanted = list(topics)
        with self._reading() as connection:
            existing = rows.topic_sizes(connection)
        missing = [spec for spec in wanted if spec.name not in existing]
        if not missing:
            return
        with self._writing() as connection:
            for spec in missing:
                rows.create_topic(connection, spec)

    def topics(self) -> Mapping[str, int]:
        """Names of all topics with their partition counts."""
        with self._reading() as connection:
            return rows.topic_sizes(connection)

    def producer(self) -> EmbeddedProducer:
        """A new producer."""
        return EmbeddedProducer(self.path, self._clock, self._max_pages)

    def consumer(
        self,
        group: str | None,
        topics: Sequence[str] = (),
        *,
        on_assign: OnPartitions | None = None,
        on_revoke: OnPartitions | None = None,
        on_lost: OnPartitions | None = None,
    ) -> EmbeddedConsumer:
        """A new consumer; starts at the committed offset, else at the beginning."""
        listeners = Listeners(on_assign, on_revoke, on_lost)
        return EmbeddedConsumer(self.path, group, topics, listeners=listeners, timing=self._timing)

    def session(
        self,
        group: str,
        topics: Sequence[str],
        *,
        on_assign: OnPartitions | None = None,
        on_revoke: OnPartitions | None = None,
        on_lost: OnPartitions | None = None,
    ) -> EmbeddedSession:
        """A consumer with a producer for the worker loop."""
        listeners = Listeners(on_assign, on_revoke, on_lost)
        consumer = EmbeddedConsumer(
            self.path, group, topics, listeners=listeners, timing=self._timing, max_pages=self._max_pages
        )
        return EmbeddedSession(consumer, self.producer(), self._clock)

    def beginning_offsets(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Offset of the oldest record kept."""
        with self._reading() as connection:
            return {place: rows.find(connection, place).start for place in partitions}

    def end_offsets(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Offset that the next record will get."""
        with self._reading() as connection:
            return {place: rows.find(connection, place).end for place in partitions}

    def offsets_for_times(self, times: Mapping[TopicPartition, int]) -> dict[TopicPartition, int | None]:
        """First offset appended at or after the given time (ms); None where there is none."""
        with self._reading() as connection:
            return {
                place: rows.offset_for_time(connection, rows.find(connection, place), time_ms)
                for place, time_ms in times.items()
            }

    def committed(self, group: str, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int | None]:
        """What the group has committed; None where it has not."""
        with self._reading() as connection:
            return {place: groups.committed(connection, group, place) for place in partitions}

    def expire(self) -> int:
        """Delete what the topics' retention no longer keeps; how many records went."""
        with self._writing() as connection:
            return rows.expire(connection, self._clock())

    def close(self) -> None:
        """Nothing is held open."""

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the file."""
        connection = connect(self.path)
        try:
            with translated(self.path):
                connection.execute("BEGIN")
                yield connection
                connection.execute("COMMIT")
        finally:
            connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        connection = connect(self.path, max_pages=self._max_pages)
        try:
            with writing(connection, self.path):
                yield connection
        finally:
            connection.close()
