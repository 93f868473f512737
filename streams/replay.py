"""Going through a stretch of history again: frozen ends, own group, resumable, no faster than asked.

What a replay does with the records is its ``handle``; what it writes carries the replay id in the header
``tocsin-replay-id`` (:func:`replayed`), which every stage passes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from config.errors import UsageError
from streams.broker import Broker
from streams.headers import with_replay_id
from streams.records import OutputRecord, Record, TopicPartition
from streams.scan import Span, batches, partitions_of, span

Handle = Callable[[Sequence[Record]], None]
Progress = Callable[[int, int], None]  # offsets done, offsets in all


class Plan(msgspec.Struct, frozen=True):
    """What a replay covers, fixed at its start."""

    id: str
    topic: str  # full name
    starts: tuple[int, ...]  # by partition
    ends: tuple[int, ...]

    @property
    def group(self) -> str:
        """The consumer group that remembers how far the replay came."""
        return f"{self.topic}.replay.{self.id}"

    @property
    def span(self) -> Span:
        """The stretch of the topic."""
        places = [TopicPartition(self.topic, number) for number in range(len(self.starts))]
        return Span(dict(zip(places, self.starts, strict=True)), dict(zip(places, self.ends, strict=True)))


def plan(
    broker: Broker, topic: str, replay_id: str, since_ms: int | None = None, until_ms: int | None = None
) -> Plan:
    """Fix the offsets now: what arrives later is not part of the replay. Times are append times (ms)."""
    places = partitions_of(broker, topic)
    if not places:
        raise UsageError(f"the log has no topic {topic}")
    stretch = span(broker, places, since_ms, until_ms)
    starts = tuple(stretch.starts[place] for place in places)
    return Plan(replay_id, topic, starts, tuple(stretch.ends[place] for place in places))


def keep(path: Path, fixed: Plan) -> Plan:
    """Write the plan to ``path``, or return the one kept there by the run that is now resumed."""
    if path.exists():
        try:
            kept = msgspec.json.decode(path.read_bytes(), type=Plan)
        except msgspec.DecodeError as error:
            raise UsageError(f"{path}: no plan of a replay; delete it to begin anew") from error
        if (kept.id, kept.topic) != (fixed.id, fixed.topic):
            raise UsageError(
                f"{path}: holds replay {kept.id} of {kept.topic}, not {fixed.id} of {fixed.topic}"
            )
        return kept
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".new")
    scratch.write_bytes(msgspec.json.encode(fixed))
    scratch.replace(path)
    return fixed


def run(
    broker: Broker,
    fixed: Plan,
    handle: Handle,
    *,
    resumable: bool = True,
    rate: float | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> bool:
    """Hand every record of the plan to ``handle``, in order within each partition; True when at the end.

    ``resumable``: positions are committed to the plan's group after each batch, and a further run goes on
    there; a crash repeats the last batch, so ``handle`` must be idempotent. ``rate``: records a second at
    most. ``stop`` ends the run after the batch in hand.
    """
    stretch = fixed.span
    stop = stop or threading.Event()
    known = broker.committed(fixed.group, list(stretch.starts)) if resumable else {}
    positions = {place: offset for place, offset in known.items() if offset is not None}
    with closing(broker.consumer(fixed.group)) as bookmark:
        if resumable:
            bookmark.assign(list(stretch.starts))
        _tell(progress, stretch, positions)
        for records, reached in batches(broker, stretch, positions):
            started = time.monotonic()
            if records:
                handle(records)
            if resumable:
                bookmark.commit(reached)
            _tell(progress, stretch, reached)
            if rate and stop.wait(max(0.0, len(records) / rate - (time.monotonic() - started))):
                return not stretch.left(reached)
            if stop.is_set():
                return not stretch.left(reached)
    return True


def replayed(record: Record, topic: str, replay_id: str) -> OutputRecord:
    """The record as one to be written to ``topic`` (full name) by the replay."""
    return OutputRecord(topic, record.key, record.value, with_replay_id(record.headers, replay_id.encode()))


def _tell(progress: Progress | None, stretch: Span, reached: dict[TopicPartition, int]) -> None:
    if progress is not None:
        left = sum(stretch.ends[place] - offset for place, offset in stretch.left(reached).items())
        progress(stretch.size - left, stretch.size)
