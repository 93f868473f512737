"""Tables of ingest in the state database.

Times are seconds since the epoch, so that both databases compare them alike.
"""

from __future__ import annotations

import sqlalchemy as sa

from streams.state import metadata

feed_state = sa.Table(
    "feed_state",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("config_url", sa.Text, nullable=False),  # as configured; a change resets the row
    sa.Column("url", sa.Text, nullable=False),  # asked now (differs after permanent redirects)
    sa.Column("host", sa.String(255), nullable=False),  # of url: manners are counted by it
    sa.Column("active", sa.Boolean, nullable=False),  # still configured and enabled
    sa.Column("title", sa.Text),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("body_hash", sa.String(32)),
    sa.Column("next_poll", sa.Double, nullable=False),
    sa.Column("interval_s", sa.Double, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),  # why next_poll is when it is
    sa.Column("lease_owner", sa.String(120)),
    sa.Column("lease_until", sa.Double, nullable=False, server_default="0"),
    sa.Column("polls", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_poll", sa.Double),
    sa.Column("last_success", sa.Double),
    sa.Column("last_new", sa.Double),  # when an entry not seen before last arrived
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),  # in a row
    sa.Column("failing_since", sa.Double),
    sa.Column("last_error", sa.Text),
    sa.Column("last_status", sa.Integer),
    sa.Column("moved_to", sa.Text),  # target of permanent redirects seen ``moved_count`` times in a row
    sa.Column("moved_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("gone", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("entries_total", sa.Integer, nullable=False, server_default="0"),
    sa.Column("gap_s", sa.Double),  # mean time between polls that brought something new
    sa.Column("latency_s", sa.Double),  # mean of first seen minus published
    sa.Column("first_poll", sa.Double),
    sa.Column("health", sa.String(16), nullable=False, server_default="ok"),
    sa.Column("health_reason", sa.Text, nullable=False, server_default=""),
    sa.Column("health_since", sa.Double),
    sa.Index("ix_feed_state_due", "active", "next_poll"),
)

entry = sa.Table(
    "entry",
    metadata,
    sa.Column("feed_id", sa.String(80), primary_key=True),
    sa.Column("key", sa.String(32), primary_key=True),
    sa.Column("article_id", sa.String(32), nullable=False),
    sa.Column("revision", sa.String(32), nullable=False),
    sa.Column("first_seen", sa.Double, nullable=False),
    sa.Column("last_seen", sa.Double, nullable=False),
    sa.Column("revised_day", sa.Integer, nullable=False, server_default="0"),  # days since the epoch
    sa.Column("revised_count", sa.Integer, nullable=False, server_default="0"),  # revisions on that day
    sa.Index("ix_entry_last_seen", "last_seen"),
)

article = sa.Table(
    "article",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column(
        "feed_id", sa.String(80), nullable=False
    ),  # the feed that brought it first: it alone revises it
    sa.Column("revision", sa.String(32), nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("first_seen", sa.Double, nullable=False),
    sa.Column("last_seen", sa.Double, nullable=False),
    sa.Index("ix_article_last_seen", "last_seen"),
)

page_queue = sa.Table(
    "page_queue",
    metadata,
    sa.Column("article_id", sa.String(32), primary_key=True),
    sa.Column("revision", sa.String(32), primary_key=True),
    sa.Column("feed_id", sa.String(80), nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("entry", sa.Text, nullable=False),  # EntryFacts as JSON
    sa.Column("seen", sa.Double, nullable=False),
    sa.Column("due", sa.Double, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lease_owner", sa.String(120)),
    sa.Column("lease_until", sa.Double, nullable=False, server_default="0"),
    sa.Index("ix_page_queue_due", "due"),
)

host_state = sa.Table(
    "host_state",
    metadata,
    sa.Column("host", sa.String(255), primary_key=True),
    sa.Column("blocked_until", sa.Double, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

feed_health_event = sa.Table(
    "feed_health_event",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("feed_id", sa.String(80), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # failing | stale | gone | recovered
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("acknowledged", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("ix_feed_health_event_pending", "acknowledged", "id"),
)
