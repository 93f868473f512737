"""Reading stretches of topics freely, outside any group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from config.errors import LogUnavailable
from streams.broker import Broker
from streams.partitioner import partition_of
from streams.records import Record, TopicPartition

_POLL_SECONDS = 1.0
_BATCH = 500
_EMPTY_POLLS = 30  # in a row, with records still owed, before the log counts as out of reach


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a topic: offsets from ``starts`` up to, not including, ``ends``."""

    starts: Mapping[TopicPartition, int]
    ends: Mapping[TopicPartition, int]

    @property
    def size(self) -> int:
        """Offsets in the stretch; on Kafka, markers of transactions count, too."""
        return sum(max(0, self.ends[place] - start) for place, start in self.starts.items())

    def left(self, positions: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        """Where to go on, after ``positions`` were reached, in the partitions that are not finished."""
        nexts = {place: max(start, positions.get(place, start)) for place, start in self.starts.items()}
        return {place: offset for place, offset in nexts.items() if offset < self.ends[place]}


def partitions_of(broker: Broker, topic: str) -> list[TopicPartition]:
    """The partitions of a topic (full name); none where it does not exist."""
    return [TopicPartition(topic, number) for number in range(broker.topics().get(topic, 0))]


def span(
    broker: Broker,
    places: Sequence[TopicPartition],
    since_ms: int | None = None,
    until_ms: int | None = None,
) -> Span:
    """The records appended from ``since_ms`` (None: the oldest kept) to before ``until_ms`` (None: now)."""
    ends = broker.end_offsets(places)
    starts = broker.beginning_offsets(places)
    if since_ms is not None:
        found = broker.offsets_for_times(dict.fromkeys(places, since_ms))
        starts = {place: _or(found[place], ends[place]) for place in places}
    if until_ms is not None:
        found = broker.offsets_for_times(dict.fromkeys(places, until_ms))
        ends = {place: min(_or(found[place], ends[place]), ends[place]) for place in places}
    return Span(starts, ends)


def batches(
    broker: Broker, stretch: Span, positions: Mapping[TopicPartition, int] | None = None
) -> Iterator[tuple[list[Record], dict[TopicPartition, int]]]:
    """The records of the stretch with the positions reached after each batch; ``positions``: where to go on.

    Raises LogUnavailable when the log stops answering before the end.
    """
    left = stretch.left(positions or {})
    reached = {**stretch.starts, **(positions or {})}
    if not left:
        return
    with closing(broker.consumer(None)) as consumer:
        consumer.assign(sorted(left))
        for place, offset in left.items():
            consumer.seek(place, offset)
        idle = 0
        while left:
            polled = consumer.poll(_POLL_SECONDS, _BATCH)
            records = [record for record in polled if record.offset < stretch.ends[record.place]]
            before = dict(reached)
            reached.update({place: min(consumer.position(place), stretch.ends[place]) for place in left})
            idle = idle + 1 if before == reached else 0
            if idle >= _EMPTY_POLLS:
                raise LogUnavailable(f"no records of {next(iter(left)).topic} came; is the log reachable?")
            left = stretch.left(reached)
            consumer.pause([place for place in consumer.assignment() if place not in left])
            yield records, dict(reached)


def records_with_key(
    broker: Broker, topic: str, key: bytes, since_ms: int | None = None, until_ms: int | None = None
) -> Iterator[Record]:
    """The records of a topic (full name) with this key, in order; reads the key's partition only."""
    places = partitions_of(broker, topic)
    if not places:
        return
    place = TopicPartition(topic, partition_of(key, len(places)))
    for records, _ in batches(broker, span(broker, [place], since_ms, until_ms)):
        yield from (record for record in records if record.key == key)


def _or(offset: int | None, otherwise: int) -> int:
    return otherwise if offset is None else offset
