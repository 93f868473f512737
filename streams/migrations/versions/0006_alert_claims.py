"""Who is publishing an alert revision, so that two alerters do not both do it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; nobody has claimed anything yet."""
    with op.batch_alter_table("alert_revisions") as table:
        table.add_column(sa.Column("claimed_by", sa.String(40), nullable=True))
        table.add_column(sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Drop the columns."""
    with op.batch_alter_table("alert_revisions") as table:
        table.drop_column("claimed_at")
        table.drop_column("claimed_by")
