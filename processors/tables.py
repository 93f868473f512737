"""Tables of processors in the state database: stories and their members."""

from __future__ import annotations

import sqlalchemy as sa

from streams.state import metadata

story_member = sa.Table(
    "story_member",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),  # order of arrival
    sa.Column("article_id", sa.String(80), nullable=False, unique=True),
    sa.Column("revision", sa.String(80), nullable=False),
    sa.Column("story", sa.String(80), nullable=False),  # article id of the first member
    sa.Column("publisher", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("url_hash", sa.String(32)),
    sa.Column("body_hash", sa.String(32)),
    sa.Column("effective", sa.Double, nullable=False),  # seconds since the epoch: the article's own time
    sa.Column("added", sa.Double, nullable=False),  # seconds since the epoch: the machine's clock
    sa.Column("how", sa.String(16), nullable=False),  # first | url | text | copy
    sa.Column("similarity", sa.Double, nullable=False),  # containment in the member it was matched with
    sa.Column(
        "key_hashes", sa.LargeBinary, nullable=False
    ),  # the smallest hashes of the sketch, for the index
    sa.Index("ix_story_member_story", "story"),
    sa.Index("ix_story_member_url_hash", "url_hash"),
    sa.Index("ix_story_member_body_hash", "body_hash"),
    sa.Index("ix_story_member_added", "added"),
    sqlite_autoincrement=True,
)

story_sketch = sa.Table(
    "story_sketch",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sketch", sa.LargeBinary, nullable=False),
)
