"""Tables of streams."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "stage_offset",
        sa.Column("stage", sa.String(200), nullable=False),
        sa.Column("topic", sa.String(300), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stage", "topic", "partition", name="pk_stage_offset"),
    )
    op.create_table(
        "accepted",
        sa.Column("stage", sa.String(200), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("revision", sa.String(300), nullable=False),
        sa.Column("topic", sa.String(300), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("stage", "key", "revision", name="pk_accepted"),
    )
    op.create_index("ix_accepted_stage_accepted", "accepted", ["stage", "accepted"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("accepted")
    op.drop_table("stage_offset")
