"""Topics, partitions and records as rows: plain functions on an open connection, one step each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from config.errors import DeliveryFailed, LogUnavailable
from streams.embedded.file import RECORD_TABLE
from streams.partitioner import murmur2_many, partition_of_hash
from streams.records import MAX_RECORD_BYTES, OutputRecord, Record, TopicPartition, TopicSpec

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
    for number in range(spec.partitions if added else 0):
        cursor = connection.execute(
            "INSERT INTO partition (topic, number) VALUES (?, ?)", (spec.name, number)
        )
        connection.execute(RECORD_TABLE.format(cursor.lastrowid))


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
    hashes = murmur2_many(record.key for record in records if record.key is not None)
    batches: dict[tuple[str, int], list[OutputRecord]] = {}
    for record in records:
        batches.setdefault(_place(record, sizes, hashes, keyless), []).append(record)
    for (topic, number), batch in batches.items():
        row = find(connection, TopicPartition(topic, number))
        time = max(now, row.last_timestamp)
        connection.executemany(
            f"INSERT INTO record_{row.id} VALUES (?, ?, ?, ?, ?)",  # noqa: S608 - an integer of ours
            [
                (
                    offset,
                    time,
                    record.key,
                    _encode_headers(record.headers) if record.headers else None,
                    record.value,
                )
                for offset, record in enumerate(batch, row.end)
            ],
        )
        connection.execute(
            "UPDATE partition SET next_offset = ?, last_timestamp = ? WHERE id = ?",
            (row.end + len(batch), time, row.id),
        )


def _place(
    record: OutputRecord, sizes: Mapping[str, int], hashes: Mapping[bytes, int], keyless: Keyless
) -> tuple[str, int]:
    if len(record.value) > MAX_RECORD_BYTES:
        raise DeliveryFailed(f"a record of {len(record.value)} bytes for {record.topic} is too large")
    partitions = sizes.get(record.topic)
    if partitions is None:
        raise LogUnavailable(f"the log has no topic {record.topic}; create it first")
    if record.partition is not None:
        return record.topic, record.partition
    if record.key is None:
        return record.topic, keyless.next(partitions)
    return record.topic, partition_of_hash(hashes[record.key], partitions)


def read(
    connection: sqlite3.Connection, place: TopicPartition, partition_id: int, offset: int, limit: int
) -> Iterator[Record]:
    """Records from ``offset`` on, at most ``limit``, read from the file as they are asked for."""
    topic, number = place
    cursor = connection.execute(
        f'SELECT "offset", timestamp, key, headers, value FROM record_{partition_id}'  # noqa: S608 - as above
        ' WHERE "offset" >= ? ORDER BY "offset" LIMIT ?',
        (offset, limit),
    )
    try:
        for found, timestamp, key, headers, value in cursor:
            yield Record(
                topic, number, found, timestamp, key, value, _decode_headers(headers) if headers else ()
            )
    finally:
        cursor.close()  # an open cursor would hold a read transaction and keep the WAL from being reset


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
    query = f'SELECT timestamp FROM record_{partition_id} WHERE "offset" = ?'  # noqa: S608 - as above
    return int(connection.execute(query, (offset,)).fetchone()[0])


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
            delete = f'DELETE FROM record_{row.id} WHERE "offset" < ?'  # noqa: S608 - as above
            connection.execute(delete, (start,))
            connection.execute("UPDATE partition SET start_offset = ? WHERE id = ?", (start, row.id))
            deleted += start - row.start
    return deleted
