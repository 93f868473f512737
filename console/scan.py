"""Reading the log freely: records of a topic between two moments, outside any group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.models.root import Config
from streams.broker import Broker
from streams.partitioner import partition_of
from streams.records import Record, TopicPartition

_POLL = 2.0
_BATCH = 500


def places_of(broker: Broker, topic: str) -> list[TopicPartition]:
    """The partitions of a topic (full name); none where it does not exist."""
    return [TopicPartition(topic, number) for number in range(broker.topics().get(topic, 0))]


def count(broker: Broker, topic: str) -> int:
    """Records that a topic (full name) keeps; on Kafka transaction markers count too."""
    places = places_of(broker, topic)
    ends, starts = broker.end_offsets(places), broker.beginning_offsets(places)
    return sum(ends[place] - starts[place] for place in places)


def scan(broker: Broker, places: Sequence[TopicPartition], since_ms: int | None = None) -> Iterator[Record]:
    """Every record of ``places`` from ``since_ms`` (append time; None: the oldest kept) to the end of now."""
    ends = broker.end_offsets(places)
    starts: dict[TopicPartition, int | None] = dict(broker.beginning_offsets(places))
    if since_ms is not None:
        starts = broker.offsets_for_times(dict.fromkeys(places, since_ms))
    left = {
        place: ends[place] for place, start in starts.items() if start is not None and start < ends[place]
    }
    if not left:
        return
    consumer = broker.consumer(None)
    try:
        consumer.assign(list(left))
        for place in left:
            consumer.seek(place, starts[place] or 0)
        while left:
            records = consumer.poll(_POLL, _BATCH)
            yield from (record for record in records if record.offset < ends[record.place])
            # A position past the end also covers offsets that hold no record (transaction markers).
            left = {place: end for place, end in left.items() if consumer.position(place) < end}
            if not records:
                return
    finally:
        consumer.close()


def keyed(
    broker: Broker, config: Config, topic: str, key: str, since_ms: int | None = None
) -> Iterator[Record]:
    """The records of a topic (short name) with this key, in order."""
    full = config.topic(topic)
    places = places_of(broker, full)
    if not places:
        return
    wanted = key.encode()
    place = TopicPartition(full, partition_of(wanted, len(places)))
    yield from (record for record in scan(broker, [place], since_ms) if record.key == wanted)
