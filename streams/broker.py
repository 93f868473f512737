"""The port to the log. Adapters: ``streams.embedded`` (SQLite) and ``streams.kafka``.

What every adapter promises is listed in tests/streams/contract.py, one named test a promise: at least
once; in order within a partition; one key, one partition; members of a group share the partitions;
groups are independent; a restart resumes at the committed offset; what was not committed comes
again; seek by offset and by time; headers survive; lag can be read; topics are created with their
partitions and retention.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from streams.records import OutputRecord, Record, TopicPartition, TopicSpec

Offsets = Mapping[TopicPartition, int]
OnPartitions = Callable[[Sequence[TopicPartition]], None]


class Producer(Protocol):
    """Writes records. One per thread."""

    def send(self, record: OutputRecord) -> None:
        """Hand a record over. Delivery is only certain after :meth:`flush`."""

    def flush(self, timeout: float = 30.0) -> None:
        """Return once every record sent is acknowledged; raise DeliveryFailed, LogUnavailable or LogFull
        otherwise. After an error nothing stays buffered: send again whatever matters."""

    def close(self) -> None:
        """Flush nothing, release everything. Idempotent."""


class Consumer(Protocol):
    """A member of a group (or, with ``group=None``, a free reader). One per thread."""

    def poll(self, timeout: float, max_records: int = 500) -> list[Record]:
        """Records from the assigned partitions, in order within each; empty after ``timeout`` seconds."""

    def assignment(self) -> frozenset[TopicPartition]:
        """The partitions this member reads now."""

    def assign(self, partitions: Sequence[TopicPartition]) -> None:
        """Read just these partitions, outside any group's sharing (``group=None`` readers)."""

    def position(self, partition: TopicPartition) -> int:
        """The offset of the next record that poll would return."""

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Continue at ``offset``."""

    def pause(self, partitions: Iterable[TopicPartition]) -> None:
        """Keep membership but return no records of these partitions."""

    def resume(self, partitions: Iterable[TopicPartition]) -> None:
        """Undo :meth:`pause`."""

    def commit(self, offsets: Offsets) -> None:
        """Store the next offsets to read, durably, before returning; Fenced when they are no longer ours."""

    def close(self) -> None:
        """Leave the group at once, committing nothing. Idempotent."""


class Session(Protocol):
    """A consumer and a producer whose outputs and offsets are checkpointed together.

    ``atomic`` tells whether :meth:`checkpoint` is one transaction (embedded log; Kafka transactions): then
    no output is ever seen twice. Otherwise a crash inside it repeats outputs, never loses one.
    """

    @property
    def atomic(self) -> bool:
        """Whether outputs and offsets become visible together."""

    @property
    def consumer(self) -> Consumer:
        """The member of the group."""

    def checkpoint(self, outputs: Sequence[OutputRecord], offsets: Offsets) -> None:
        """Write the outputs, verify every delivery, then commit the offsets."""

    def flush_outputs(self, outputs: Sequence[OutputRecord]) -> None:
        """Write the outputs and verify every delivery, committing nothing (stages with their own state)."""

    def close(self) -> None:
        """Leave the group and release everything. Idempotent."""


class Broker(Protocol):
    """One log. Cheap to open; connections are made by what it returns."""

    def ensure_topics(self, topics: Iterable[TopicSpec]) -> None:
        """Create what is missing; leave what exists as it is."""

    def topics(self) -> Mapping[str, int]:
        """Names of all topics with their partition counts. Also the health check: raises LogUnavailable."""

    def producer(self) -> Producer:
        """A new producer."""

    def consumer(
        self,
        group: str | None,
        topics: Sequence[str] = (),
        *,
        on_assign: OnPartitions | None = None,
        on_revoke: OnPartitions | None = None,
        on_lost: OnPartitions | None = None,
    ) -> Consumer:
        """A new consumer; starts at the committed offset, else at the beginning."""

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

    def beginning_offsets(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Offset of the oldest record kept."""

    def end_offsets(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Offset that the next record will get."""

    def offsets_for_times(self, times: Mapping[TopicPartition, int]) -> dict[TopicPartition, int | None]:
        """First offset appended at or after the given time (ms); None where there is none."""

    def committed(self, group: str, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int | None]:
        """What the group has committed; None where it has not."""

    def close(self) -> None:
        """Release everything. Idempotent."""
