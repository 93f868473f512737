"""Topics, partitions and records as rows: plain functions on an open connection, one step each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from config.errors import DeliveryFailed, LogUnavailable
from streams.embedded.file import OFFSET_BITS
from streams.partitioner import partition_of
from streams.records import MAX_RECORD_BYTES, Headers, OutputRecord, Record, TopicPartition, TopicSpec

_encode_headers = msgspec.msgpack.Encoder().encode
_decode_headers = msgspec.msgpack.Decoder(tuple[tuple[str, bytes], ...]).decode


class Row(NamedTuple):
    """A partition's row."""

    id: int
    start: int  # offset of the oldest record kept
    end: int  # offset that the next record will get
    last_timestamp: int  # of the newest record, milliseconds


@dataclass(slots=True)
class Keyless:
    """Deals records without a key out in turn."""

    count: int = 0

    def next(self, partitions: int) -> int:
        """The next partition."""
        self.count += 1
        return self.count % partitions


def create_topic(connection: sqlite3.Connection, spec: TopicSpec) -> None:
    """Create the topic with its partitions; an existing one stays as it is."""
    added = connection.execute(
        "INSERT INTO topic VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (spec.name, spec.partitions, spec.retention_ms),
    ).rowcount
    if added:
        connection.executemany(
            "INSERT INTO partition (topic, number) VALUES (?, ?)",
            [(spec.name, number) for number in range(spec.partitions)],
        )


def topic_sizes(connection: sqlite3.Connection) -> dict[str, int]:
    """Partition counts by topic name."""
    return dict(connection.execute("SELECT name, partitions FROM topic ORDER BY name"))


def find(connection: sqlite3.Connection, place: TopicPartition) -> Row:
    """The partition's row; LogUnavailable where there is no such partition."""
    row = connection.execute(
        "SELECT id, start_offset, next_offset, last_timestamp FROM partition WHERE topic = ? AND number = ?",
        place,
    ).fetchone()
    if row is None:
        raise LogUnavailable(f"the log has no partition {place.topic}[{place.partition}]; create the topic")
    return Row(*row)


def append(
    connection: sqlite3.Connection, records: Sequence[OutputRecord], now: int, keyless: Keyless
) -> None:
    """Append in order; ``now`` is in milliseconds and is raised where the clock went back."""
    sizes = topic_sizes(connection)
    places = [_place(record, sizes, keyless) for record in records]
    rows = {place: find(connection, place) for place in set(places)}
    times = {place: max(now, row.last_timestamp) for place, row in rows.items()}
    ends = {place: row.end for place, row in rows.items()}
    values = []
    for record, place in zip(records, places, strict=True):
        headers = _encode_headers(record.headers) if record.headers else None
        key = (rows[place].id << OFFSET_BITS) | ends[place]
        values.append((key, times[place], record.key, headers, record.value))
        ends[place] += 1
    connection.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?)", values)
    connection.executemany(
        "UPDATE partition SET next_offset = ?, last_timestamp = ? WHERE id = ?",
        [(ends[place], times[place], rows[place].id) for place in rows],
    )


def _place(record: OutputRecord, sizes: Mapping[str, int], keyless: Keyless) -> TopicPartition:
    if len(record.value) > MAX_RECORD_BYTES:
        raise DeliveryFailed(f"a record of {len(record.value)} bytes for {record.topic} is too large")
    partitions = sizes.get(record.topic)
    if partitions is None:
        raise LogUnavailable(f"the log has no topic {record.topic}; create it first")
    if record.partition is not None:
        return TopicPartition(record.topic, record.partition)
    if record.key is None:
        return TopicPartition(record.topic, keyless.next(partitions))
    return TopicPartition(record.topic, partition_of(record.key, partitions))


def read(
    connection: sqlite3.Connection, place: TopicPartition, partition_id: int, offset: int, limit: int
) -> Iterator[Record]:
    """Records from ``offset`` on, at most ``limit``, read from the file as they are asked for."""
    base = partition_id << OFFSET_BITS
    cursor = connection.execute(
        "SELECT id, timestamp, key, headers, value FROM record WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
        (base + offset, base + (1 << OFFSET_BITS), limit),
    )
    try:
        for key, timestamp, name, headers, value in cursor:
            yield Record(place.topic, place.partition, key - base, timestamp, name, value, _headers(headers))
    finally:
        cursor.close()  # an open cursor would hold a read transaction and keep the WAL from being reset


def _headers(blob: bytes | None) -> Headers:
    return _decode_headers(blob) if blob else ()


def offset_for_time(connection: sqlite3.Connection, row: Row, time: int) -> int | None:
    """First offset appended at or after ``time`` (ms): a binary search, for append times never go back."""
    if row.start == row.end or row.last_timestamp < time:
        return None
    low, high = row.start, row.end - 1
    while low < high:
        middle = (low + high) // 2
        if _timestamp(connection, row.id, middle) < time:
            low = middle + 1
        else:
            high = middle
    return low


def _timestamp(connection: sqlite3.Connection, partition_id: int, offset: int) -> int:
    key = (partition_id << OFFSET_BITS) | offset
    return int(connection.execute("SELECT timestamp FROM record WHERE id = ?", (key,)).fetchone()[0])


def expire(connection: sqlite3.Connection, now: int, limit: int = 2000) -> int:
    """Delete records older than their topic's retention, at most ``limit`` a partition; how many went.

    Always a prefix: offsets of what remains are without a gap.
    """
    deleted = 0
    rows = connection.execute(
        "SELECT p.id, p.start_offset, p.next_offset, p.last_timestamp, t.retention_ms"
        " FROM partition p JOIN topic t ON t.name = p.topic"
        " WHERE t.retention_ms IS NOT NULL AND p.start_offset < p.next_offset"
    ).fetchall()
    for *columns, retention in rows:
        row = Row(*columns)
        kept = offset_for_time(connection, row, now - retention)
        start = min(row.end if kept is None else kept, row.start + limit)
        if start > row.start:
            base = row.id << OFFSET_BITS
            connection.execute("DELETE FROM record WHERE id >= ? AND id < ?", (base, base + start))
            connection.execute("UPDATE partition SET start_offset = ? WHERE id = ?", (start, row.id))
            deleted += start - row.start
    return deleted
