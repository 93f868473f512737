"""Tables of ingest: feeds, entries, articles, pages to fetch, hosts, health."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "feed_state",
        sa.Column("id", sa.String(80)),
        sa.Column("config_url", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("body_hash", sa.String(32)),
        sa.Column("next_poll", sa.Double, nullable=False),
        sa.Column("interval_s", sa.Double, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("lease_owner", sa.String(120)),
        sa.Column("lease_until", sa.Double, nullable=False, server_default="0"),
        sa.Column("polls", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_poll", sa.Double),
        sa.Column("last_success", sa.Double),
        sa.Column("last_new", sa.Double),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("failing_since", sa.Double),
        sa.Column("last_error", sa.Text),
        sa.Column("last_status", sa.Integer),
        sa.Column("moved_to", sa.Text),
        sa.Column("moved_count", sa.Integer, nullable=False, server_default="0"),
        sa.Column("gone", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("entries_total", sa.Integer, nullable=False, server_default="0"),
        sa.Column("gap_s", sa.Double),
        sa.Column("latency_s", sa.Double),
        sa.Column("first_poll", sa.Double),
        sa.Column("health", sa.String(16), nullable=False, server_default="ok"),
        sa.Column("health_reason", sa.Text, nullable=False, server_default=""),
        sa.Column("health_since", sa.Double),
        sa.PrimaryKeyConstraint("id", name="pk_feed_state"),
    )
    op.create_index("ix_feed_state_due", "feed_state", ["active", "next_poll"])
    op.create_table(
        "entry",
        sa.Column("feed_id", sa.String(80)),
        sa.Column("key", sa.String(32)),
        sa.Column("article_id", sa.String(32), nullable=False),
        sa.Column("revision", sa.String(32), nullable=False),
        sa.Column("first_seen", sa.Double, nullable=False),
        sa.Column("last_seen", sa.Double, nullable=False),
        sa.Column("revised_day", sa.Integer, nullable=False, server_default="0"),
        sa.Column("revised_count", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("feed_id", "key", name="pk_entry"),
    )
    op.create_index("ix_entry_last_seen", "entry", ["last_seen"])
    op.create_table(
        "article",
        sa.Column("id", sa.String(32)),
        sa.Column("feed_id", sa.String(80), nullable=False),
        sa.Column("revision", sa.String(32), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("first_seen", sa.Double, nullable=False),
        sa.Column("last_seen", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
    )
    op.create_index("ix_article_last_seen", "article", ["last_seen"])
    op.create_table(
        "page_queue",
        sa.Column("article_id", sa.String(32)),
        sa.Column("revision", sa.String(32)),
        sa.Column("feed_id", sa.String(80), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("seen", sa.Double, nullable=False),
        sa.Column("due", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease_owner", sa.String(120)),
        sa.Column("lease_until", sa.Double, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("article_id", "revision", name="pk_page_queue"),
    )
    op.create_index("ix_page_queue_due", "page_queue", ["due"])
    op.create_table(
        "host_state",
        sa.Column("host", sa.String(255)),
        sa.Column("blocked_until", sa.Double, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_host_state"),
    )
    op.create_table(
        "feed_health_event",
        sa.Column("id", sa.Integer, autoincrement=True),
        sa.Column("feed_id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("acknowledged", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_feed_health_event"),
    )
    op.create_index("ix_feed_health_event_pending", "feed_health_event", ["acknowledged", "id"])


def downgrade() -> None:
    """Drop the tables."""
    for name in ("feed_health_event", "host_state", "page_queue", "article", "entry", "feed_state"):
        op.drop_table(name)
