"""What a stage is to the worker loop: a function from a record to records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from streams.broker import Offsets
from streams.records import OutputRecord, Record, TopicPartition


class Stage(Protocol):
    """One step of the path. ``name`` is also its consumer group (prefix added by the worker)."""

    name: str
    inputs: tuple[str, ...]  # short topic names, without prefix

    def process(self, record: Record) -> Sequence[OutputRecord]:
        """Outputs for one record. Any exception but LogUnavailable/StateUnavailable dead-letters the record
        (after the worker's bounded retries)."""

    def close(self) -> None:
        """Release everything (child processes, connections). Idempotent."""


@runtime_checkable
class Prepares(Protocol):
    """A stage that wants to see a polled batch first, to work on it in parallel or in bulk."""

    def prepare(self, records: Sequence[Record]) -> None:
        """Start work on these records; ``process`` is then called for each, in order."""


@runtime_checkable
class Stateful(Protocol):
    """A stage whose results live in the state database *with* its input offsets."""

    def restore(self, partitions: Sequence[TopicPartition]) -> Offsets:
        """The offsets stored with the state; the worker seeks there on assignment."""

    def checkpoint(self, offsets: Offsets) -> None:
        """Write what ``process`` left pending and the offsets, in one transaction."""

    def discard(self) -> None:
        """Forget what is pending: the partitions were lost, or the checkpoint failed."""
