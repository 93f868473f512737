"""State tables of ``streams``: offsets kept with a stage's results, and what was already accepted."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from streams.state import UtcDateTime, metadata

stage_offset = Table(
    "stage_offset",
    metadata,
    Column("stage", String(200), primary_key=True),  # consumer group, prefix included
    Column("topic", String(300), primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False),
)

accepted = Table(
    "accepted",
    metadata,
    Column("stage", String(200), primary_key=True),
    Column("key", String(300), primary_key=True),  # article id
    Column("revision", String(300), primary_key=True),  # with the replay id, where the record has one
    Column("topic", String(300), nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("accepted", UtcDateTime, nullable=False),
    Index("ix_accepted_stage_accepted", "stage", "accepted"),
)
