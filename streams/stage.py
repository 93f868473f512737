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
        (after the worker's bounded retries), so leave nothing of it pending when raising."""

    def close(self) -> None:
        """Release everything (child processes, connections). Idempotent."""


@runtime_checkable
class Prepares(Protocol):
    """A stage that wants to see a polled batch first, to work on it in parallel or in bulk."""

    def prepare(self, records: Sequence[Record]) -> None:
        """Start work on these records; ``process`` is then called for each, in order.

        After a failure the same records may be prepared again, and some prepared ones may never be
        processed. An exception here is logged, and ``process`` is called all the same: it must be able to do
        the work of a record that was not prepared.
        """


@runtime_checkable
class Stateful(Protocol):
    """A stage whose results live in the state database *with* its input offsets."""

    def restore(self, partitions: Sequence[TopicPartition]) -> Offsets:
        """The offsets stored with the state; the worker seeks there on assignment."""

    def checkpoint(self, offsets: Offsets) -> None:
        """Write what ``process`` left pending and the offsets, in one transaction.

        Raise Fenced (and roll back) when the stored offsets are not those last restored or written here: then
        another member took the partitions over. ``streams.offsets.advance`` does that. ``offsets`` may be
        empty (after a tick). An error other than LogError and StateError makes the worker go record by
        record; the one that fails alone becomes a dead letter.
        """

    def discard(self) -> None:
        """Forget what is pending: partitions were lost or revoked, or the checkpoint failed.

        Keep what is known of the stored offsets: the partitions may still be ours. ``restore`` tells anew of
        those that come.
        """


@runtime_checkable
class Ticks(Protocol):
    """A stage that acts on the passing of time, too (windows that close, silence)."""

    def tick(self) -> Sequence[OutputRecord]:
        """Called about once a second between batches; outputs are checkpointed like those of a record."""
