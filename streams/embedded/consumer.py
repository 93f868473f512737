"""Reading the embedded log, alone or as a member of a group."""

from __future__ import annotations

import logging
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from config.errors import LogError
from streams.broker import Offsets, OnPartitions
from streams.embedded import groups, rows
from streams.embedded.file import connect, inode, require_same, translated, writing
from streams.embedded.heartbeat import Heartbeat
from streams.embedded.process import identity
from streams.embedded.watch import Watch
from streams.records import Record, TopicPartition

log = logging.getLogger(__name__)

_CHECK_SECONDS = 0.5  # how often the group is checked for dead members and new partitions
_POLL_BYTES = 16_000_000  # a poll returns about that much at most


@dataclass(slots=True)
class Listeners:
    """What the owner of a consumer wants to hear."""

    on_assign: OnPartitions | None = None
    on_revoke: OnPartitions | None = None
    on_lost: OnPartitions | None = None


@dataclass(slots=True)
class _Partition:
    """One partition being read."""

    id: int
    position: int
    paused: bool = False


@dataclass(slots=True)
class Timing:
    """How membership is timed."""

    clock: Callable[[], int]  # milliseconds since the epoch
    lease_ms: int = 30_000
    max_poll_seconds: float = 300.0


@dataclass(slots=True)
class _State:
    partitions: dict[TopicPartition, _Partition] = field(default_factory=dict)
    generation: int = -1
    dirty: bool = True  # there may be records that were not looked for yet
    next_check: float = 0.0
    turn: int = 0


class EmbeddedConsumer:
    """See streams.broker.Consumer."""

    def __init__(
        self,
        path: Path,
        group: str | None,
        topics: Sequence[str],
        *,
        listeners: Listeners,
        timing: Timing,
        max_pages: int | None = None,
    ) -> None:
        self._path = path
        self._max_pages = max_pages
        self._group = group
        self._topics = tuple(topics)
        self._listeners = listeners
        self._timing = timing
        self._state = _State()
        self._member: groups.Member | None = None
        self._heartbeat: Heartbeat | None = None
        self._connection: sqlite3.Connection | None = None
        self._watch: Watch | None = None
        self._opened = (0, 0)
        self._closed = False

    # reading

    def poll(self, timeout: float, max_records: int = 500) -> list[Record]:
        """Records from the assigned partitions, in order within each; empty after ``timeout`` seconds."""
        until = time.monotonic() + timeout
        connection, watch = self._open()
        while True:
            self._coordinate(connection)
            state = self._state
            if watch.changed() or state.dirty:
                with translated(self._path):
                    records = self._fetch(connection, max_records)
                if records:
                    return records
                state.dirty = False
            now = time.monotonic()
            if now >= until:
                return []
            with translated(self._path):
                state.dirty = watch.wait(min(until, now + _CHECK_SECONDS)) or state.dirty

    def _fetch(self, connection: sqlite3.Connection, max_records: int) -> list[Record]:
        """Take from the partitions in turn, so that a full one does not starve the others."""
        state = self._state
        ready = [place for place, held in state.partitions.items() if not held.paused]
        state.turn += 1
        found: list[Record] = []
        size = 0
        for place in _rotated(ready, state.turn):
            held = state.partitions[place]
            row = rows.find(connection, place)
            self._into_range(place, held, row)
            if held.position >= row.end or len(found) >= max_records or size >= _POLL_BYTES:
                continue
            for record in rows.read(connection, place, held.id, held.position, max_records - len(found)):
                found.append(record)
                held.position = record.offset + 1
                size += len(record.value)
                if size >= _POLL_BYTES:
                    break
        return found

    def _into_range(self, place: TopicPartition, held: _Partition, row: rows.Row) -> None:
        if held.position > row.end:
            log.warning(
                "%s[%d]: offset %d is beyond the end (%d); reading from the beginning",
                place.topic,
                place.partition,
                held.position,
                row.end,
            )
            held.position = row.start
        held.position = max(held.position, row.start)

    # partitions

    def assignment(self) -> frozenset[TopicPartition]:
        """The partitions this member reads now."""
        return frozenset(self._state.partitions)

    def assign(self, partitions: Sequence[TopicPartition]) -> None:
        """Read just these partitions, outside any group's sharing."""
        connection, _ = self._open()
        self._topics = ()
        with translated(self._path):
            self._state.partitions = {place: self._starting(connection, place) for place in partitions}
        self._state.dirty = True

    def position(self, partition: TopicPartition) -> int:
        """The offset of the next record that poll would return."""
        return self._state.partitions[partition].position

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Continue at ``offset``."""
        self._state.partitions[partition].position = offset
        self._state.dirty = True

    def pause(self, partitions: Iterable[TopicPartition]) -> None:
        """Keep membership but return no records of these partitions."""
        for place in partitions:
            self._state.partitions[place].paused = True

    def resume(self, partitions: Iterable[TopicPartition]) -> None:
        """Undo pause."""
        for place in partitions:
            if place in self._state.partitions:
                self._state.partitions[place].paused = False
        self._state.dirty = True

    def _starting(self, connection: sqlite3.Connection, place: TopicPartition) -> _Partition:
        row = rows.find(connection, place)
        offset = None if self._group is None else groups.committed(connection, self._group, place)
        return _Partition(row.id, row.start if offset is None else offset)

    # the group

    def _coordinate(self, connection: sqlite3.Connection) -> None:
        if not self._topics:
            return
        if self._group is None:
            self._follow_topics(connection)
            return
        if self._heartbeat is not None:
            self._heartbeat.polled()
        now = time.monotonic()
        if self._member is not None and now < self._state.next_check and not self._nudged(connection):
            return
        self._state.next_check = now + _CHECK_SECONDS
        require_same(self._path, self._opened)
        member = self._member or self._join()
        with translated(self._path):
            stale = groups.stale(connection, member, self._state.generation, self._timing.clock())
        if stale:
            self._sync(connection, member)

    def _nudged(self, connection: sqlite3.Connection) -> bool:
        with translated(self._path):
            row = connection.execute(
                "SELECT generation FROM consumer_group WHERE name = ?", (self._group,)
            ).fetchone()
        return row is None or row[0] != self._state.generation

    def _join(self) -> groups.Member:
        assert self._group is not None
        self._member = groups.Member(self._group, uuid.uuid4().hex, self._topics, identity())
        timing = self._timing
        self._heartbeat = Heartbeat(
            self._path, self._member, timing.clock, timing.lease_ms, timing.max_poll_seconds
        )
        self._heartbeat.start()
        return self._member

    def _sync(self, connection: sqlite3.Connection, member: groups.Member) -> None:
        """Take part in a change of the group: lose, give back, take over."""
        with writing(connection, self._path):
            standing = groups.sync(connection, member, self._timing.clock(), self._timing.lease_ms)
        held = self._state.partitions
        lost = [place for place in held if not standing.known or place not in standing.owned]
        self._drop(lost, self._listeners.on_lost)
        unwanted = [place for place in held if place in standing.unwanted]
        if standing.unwanted:
            self._drop(unwanted, self._listeners.on_revoke)
            with writing(connection, self._path):
                groups.release(connection, member, standing.unwanted)
        with translated(self._path):
            fresh = {
                place: self._starting(connection, place)
                for place in standing.owned
                if place not in held and place not in standing.unwanted
            }
        self._state.generation = standing.generation
        self._state.dirty = True
        held.update(fresh)
        if fresh and self._listeners.on_assign is not None:
            self._listeners.on_assign(list(fresh))

    def _drop(self, places: Sequence[TopicPartition], listener: OnPartitions | None) -> None:
        if places and listener is not None:
            listener(list(places))
        for place in places:
            del self._state.partitions[place]

    def _follow_topics(self, connection: sqlite3.Connection) -> None:
        """Free readers read every partition of their topics, new ones too."""
        now = time.monotonic()
        if now < self._state.next_check:
            return
        self._state.next_check = now + _CHECK_SECONDS
        require_same(self._path, self._opened)
        with translated(self._path):
            sizes = rows.topic_sizes(connection)
            for topic in self._topics:
                for number in range(sizes.get(topic, 0)):
                    place = TopicPartition(topic, number)
                    if place not in self._state.partitions:
                        self._state.partitions[place] = self._starting(connection, place)
                        self._state.dirty = True

    # offsets

    def commit(self, offsets: Offsets) -> None:
        """Store the next offsets to read, durably, before returning; Fenced when they are no longer ours."""
        if not offsets:
            return
        with self.transaction() as connection:
            self.commit_in(connection, offsets)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One write transaction on this consumer's connection."""
        connection, _ = self._open()
        with writing(connection, self._path):
            yield connection
        self._state.dirty = True  # our own commits do not show in data_version

    def commit_in(self, connection: sqlite3.Connection, offsets: Offsets) -> None:
        """Store offsets as part of an open transaction."""
        if self._group is None:
            raise LogError("a consumer without a group has nothing to commit")
        owner = self._member.name if self._member is not None and self._topics else None
        groups.commit(connection, self._group, offsets, owner)

    def close(self) -> None:
        """Leave the group at once, committing nothing. Idempotent."""
        if self._closed:
            return
        self._closed = True
        if self._heartbeat is not None:
            self._heartbeat.stop()
        if self._connection is None:
            return
        try:
            if self._member is not None:
                with writing(self._connection, self._path):
                    groups.leave(self._connection, self._member)
        except LogError as error:
            log.warning("left group %s without saying so: %s", self._group, error)
        finally:
            self._connection.close()

    def _open(self) -> tuple[sqlite3.Connection, Watch]:
        if self._closed:
            raise LogError("this consumer is closed")
        if self._connection is None or self._watch is None:
            self._connection = connect(self._path, max_pages=self._max_pages)
            self._opened = inode(self._path)
            self._watch = Watch(self._connection)
        return self._connection, self._watch


def _rotated(places: Sequence[TopicPartition], turn: int) -> Iterable[TopicPartition]:
    if not places:
        return ()
    start = turn % len(places)
    return [*islice(places, start, None), *islice(places, start)]
