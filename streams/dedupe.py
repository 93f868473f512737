"""First offset wins: a revision that was accepted at another offset of the topic is a duplicate.

A producer that dies between writing to the log and noting that it did will write the same revision again, at
a new offset. The stage that reads the topic asks here and drops the second one::

    dedupe = Dedupe(engine, group)                      # group: config.topic(stage name)
    seen = dedupe.duplicates([(article.id, article.revision, record), ...], now)
    # → one bool an item, in order; True: produce nothing for it

What is accepted is noted *before* the outputs are checkpointed, with the offset: after a crash the same
record comes again at the same offset and is accepted again. Ask for a whole polled batch at once (one
transaction), for example in ``prepare``. Records that a replay wrote (they carry ``tocsin-replay-id``), and
dead letters written back, count by themselves: the first of one replay is accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, and_, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from streams.headers import DLQ_REVIVED, REPLAY_ID
from streams.records import Record
from streams.state import writing
from streams.tables import accepted

Item = tuple[str, str, Record]  # key (article id), revision, the record that carries them

_PRUNE_EVERY = timedelta(hours=1)


class Dedupe:
    """What one stage has accepted. ``keep``: at least the retention of the topic it reads."""

    def __init__(self, engine: Engine, stage: str, keep: timedelta = timedelta(days=14)) -> None:
        self._engine = engine
        self._stage = stage
        self._keep = keep
        self._next_prune: datetime | None = None

    def is_duplicate(self, key: str, revision: str, record: Record, now: datetime) -> bool:
        """:meth:`duplicates` for one record."""
        return self.duplicates([(key, revision, record)], now)[0]

    def duplicates(self, items: Sequence[Item], now: datetime) -> list[bool]:
        """Whether each was accepted before at another offset; those that were not are accepted now."""
        if not items:
            return []
        with writing(self._engine) as connection:
            answers = [not self._accept(connection, item, now) for item in items]
            if self._next_prune is None or now >= self._next_prune:
                self._next_prune = now + _PRUNE_EVERY
                self._prune(connection, now)
        return answers

    def _accept(self, connection: Connection, item: Item, now: datetime) -> bool:
        key, revision, record = item
        written_again_by = record.header(REPLAY_ID) or record.header(DLQ_REVIVED)
        if written_again_by is not None:
            revision = f"{revision}@{written_again_by.decode('utf-8', 'replace')}"
        place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        values = {"stage": self._stage, "key": key, "revision": revision, "accepted": now, **place}
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        if connection.execute(insert(accepted).values(values).on_conflict_do_nothing()).rowcount == 1:
            return True
        columns = accepted.c
        row = connection.execute(
            select(columns.topic, columns.partition, columns.offset).where(
                and_(columns.stage == self._stage, columns.key == key, columns.revision == revision)
            )
        ).one()
        return tuple(row) == (record.topic, record.partition, record.offset)

    def _prune(self, connection: Connection, now: datetime) -> None:
        old = and_(accepted.c.stage == self._stage, accepted.c.accepted < now - self._keep)
        connection.execute(delete(accepted).where(old))
