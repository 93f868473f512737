"""How far the groups are behind."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass

from streams.broker import Broker
from streams.records import Record, TopicPartition

_EXACT = 20  # a lag up to this is counted record by record: Kafka's transaction markers take offsets, too
_PEEK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Lag:
    """One partition as one group sees it."""

    topic: str
    partition: int
    committed: int | None  # next offset to read; None: the group has committed nothing
    end: int  # offset that the next record will get
    lag: int  # records left to read
    oldest: int | None  # append time of the first record left, milliseconds since the epoch


def group_lag(broker: Broker, group: str, topics: Iterable[str]) -> list[Lag]:
    """One row a partition of these topics (full names), for a group (full name)."""
    sizes = broker.topics()
    places = [TopicPartition(topic, n) for topic in topics for n in range(sizes.get(topic, 0))]
    ends = broker.end_offsets(places)
    starts = broker.beginning_offsets(places)
    committed = broker.committed(group, places)
    nexts = {place: max(committed[place] or 0, starts[place]) for place in places}
    peeked = _peek(broker, {place: nexts[place] for place in places if nexts[place] < ends[place]}, ends)
    return [
        _row(place, committed[place], nexts[place], ends[place], peeked.get(place, [])) for place in places
    ]


def _row(place: TopicPartition, committed: int | None, start: int, end: int, records: list[Record]) -> Lag:
    lag = len(records) if end - start <= _EXACT else end - start
    oldest = records[0].timestamp if records else None
    return Lag(place.topic, place.partition, committed, end, lag, oldest)


def _peek(
    broker: Broker, starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> dict[TopicPartition, list[Record]]:
    """The first record left in each partition; where few are left, all of them."""
    found: dict[TopicPartition, list[Record]] = {}
    if not starts:
        return found
    waiting = set(starts)
    until = time.monotonic() + _PEEK_SECONDS
    with closing(broker.consumer(None)) as consumer:
        consumer.assign(sorted(starts))
        for place, offset in starts.items():
            consumer.seek(place, offset)
        while waiting and time.monotonic() < until:
            for record in consumer.poll(0.1, _EXACT * 10):
                if record.place in waiting and record.offset < ends[record.place]:
                    found.setdefault(record.place, []).append(record)
            done = {
                place
                for place in waiting
                if (place in found and ends[place] - starts[place] > _EXACT)
                or consumer.position(place) >= ends[place]
            }
            consumer.pause(done)
            waiting -= done
    return found
