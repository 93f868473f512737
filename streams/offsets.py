"""A stage's input offsets, kept in the state database so that they commit together with its results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from config.errors import Fenced
from streams.broker import Offsets
from streams.records import TopicPartition
from streams.tables import stage_offset


def load(
    connection: Connection, stage: str, partitions: Sequence[TopicPartition]
) -> dict[TopicPartition, int]:
    """The stored next offsets; partitions that have none are left out. For ``Stateful.restore``."""
    found = {}
    for place in partitions:
        offset = connection.scalar(select(stage_offset.c.next_offset).where(_key(stage, place)))
        if offset is not None:
            found[place] = int(offset)
    return found


def advance(
    connection: Connection, stage: str, expected: Mapping[TopicPartition, int], offsets: Offsets
) -> None:
    """Store ``offsets`` in the caller's transaction, for ``Stateful.checkpoint``.

    ``expected`` holds what was last restored or stored here (no entry: nothing was stored). Raises Fenced
    where the database says otherwise: another member owns the partition now; the caller must roll back.
    """
    for place, offset in offsets.items():
        before = expected.get(place)
        if before is None:
            if connection.scalar(select(stage_offset.c.next_offset).where(_key(stage, place))) is not None:
                raise _fenced(stage, place)
            row = {"topic": place.topic, "partition": place.partition, "next_offset": offset}
            connection.execute(insert(stage_offset).values(stage=stage, **row))
            continue
        held = and_(_key(stage, place), stage_offset.c.next_offset == before)
        if connection.execute(update(stage_offset).where(held).values(next_offset=offset)).rowcount != 1:
            raise _fenced(stage, place)


def _key(stage: str, place: TopicPartition) -> ColumnElement[bool]:
    return and_(
        stage_offset.c.stage == stage,
        stage_offset.c.topic == place.topic,
        stage_offset.c.partition == place.partition,
    )


def _fenced(stage: str, place: TopicPartition) -> Fenced:
    return Fenced(f"{stage}: another worker moved the offset of {place.topic}[{place.partition}] meanwhile")
