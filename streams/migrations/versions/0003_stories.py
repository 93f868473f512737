"""Tables of stories: who carries which text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "story_member",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("article_id", sa.String(80), nullable=False),
        sa.Column("revision", sa.String(80), nullable=False),
        sa.Column("story", sa.String(80), nullable=False),
        sa.Column("publisher", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("url_hash", sa.String(32)),
        sa.Column("body_hash", sa.String(32)),
        sa.Column("effective", sa.Double, nullable=False),
        sa.Column("added", sa.Double, nullable=False),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("similarity", sa.Double, nullable=False),
        sa.Column("key_hashes", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("article_id", name="uq_story_member_article_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_story_member_story", "story_member", ["story"])
    op.create_index("ix_story_member_url_hash", "story_member", ["url_hash"])
    op.create_index("ix_story_member_body_hash", "story_member", ["body_hash"])
    op.create_index("ix_story_member_added", "story_member", ["added"])
    op.create_table(
        "story_sketch",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sketch", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("story_sketch")
    op.drop_table("story_member")
