"""Tables of delivery: what is to be told, to whom, in which message, and how each attempt went.

An alert revision enters as a *notice*. Routing turns a notice into *outbox* rows, one for each target (and
later ones for reminders and escalations). Planning puts rows that are due into a *delivery*: one message to
one target. The state of a row is that of its delivery, copied, so that either answers alone.

All times are integer milliseconds since the epoch, UTC. Schema: streams/migrations/versions/0005_delivery.py.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from streams.state import metadata

PENDING = "pending"  # waits for its time
LEASED = "leased"  # a notifier has it in hand
SENT = "sent"  # the provider said yes
FAILED = "failed"  # the provider said no for good, or we gave up
UNKNOWN = "unknown"  # it may have arrived; the channel's policy is to leave it
SUPPRESSED = "suppressed"  # silenced, inhibited, acknowledged, ...: ``why`` says it
STATES = (PENDING, LEASED, SENT, FAILED, UNKNOWN, SUPPRESSED)
FINAL = (SENT, FAILED, UNKNOWN, SUPPRESSED)

CLOCK_SLACK_MS = 5000  # a moment of the past that lies further ahead than this: the clock was put back

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("alert_id", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("incident", sa.Text, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("headline", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),  # the Alert as JSON
    sa.Column("updated_at", sa.BigInteger, nullable=False),  # the alert's own time
    sa.Column("enqueued_at", sa.BigInteger, nullable=False),
    sa.Column("routed_at", sa.BigInteger, nullable=True),  # null: not routed yet
    sa.Index("ix_notices_unrouted", "routed_at", "enqueued_at"),
    sa.Index("ix_notices_updated_at", "updated_at"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # hash of what makes it unique
    sa.Column("alert_id", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),  # the channel, or channel:address where it has several
    sa.Column("route", sa.Text, nullable=False),  # path of the route in the tree
    sa.Column("kind", sa.Text, nullable=False),  # alert | reminder | escalation
    sa.Column("ordinal", sa.Integer, nullable=False, default=0),  # of reminders and escalations
    sa.Column("severity", sa.Text, nullable=False),  # as told: an escalation may raise it
    sa.Column("group_key", sa.Text, nullable=False),  # rows of one group go together
    sa.Column("thread", sa.Text, nullable=False),  # incident
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False, default=""),  # the last decision, for people
    sa.Column("due_at", sa.BigInteger, nullable=False),
    sa.Column("set_at", sa.BigInteger, nullable=False),  # when due_at was set; later than now: clock jumped
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("finished_at", sa.BigInteger, nullable=True),
    sa.Column("delivery", sa.Text, nullable=True),
    sa.Index("ix_outbox_state_due_at", "state", "due_at"),
    sa.Index("ix_outbox_alert_id_target", "alert_id", "target"),
    sa.Index("ix_outbox_delivery", "delivery"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("form", sa.Text, nullable=False),  # single | group | digest | summary
    sa.Column("group_key", sa.Text, nullable=False),
    sa.Column("thread", sa.Text, nullable=True),  # incident, where the message is about one only
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("row_count", sa.Integer, nullable=False),  # outbox rows in it
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("next_attempt", sa.BigInteger, nullable=False),
    sa.Column("set_at", sa.BigInteger, nullable=False),
    sa.Column("lease_owner", sa.Text, nullable=True),
    sa.Column("begun_at", sa.BigInteger, nullable=True),  # handing over to the provider has begun
    sa.Column("possible_duplicate", sa.Boolean, nullable=False, default=False),
    sa.Column("last_error", sa.Text, nullable=True),
    sa.Column("provider_id", sa.Text, nullable=True),  # Message-ID, Slack ts, ...
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("finished_at", sa.BigInteger, nullable=True),
    sa.Index("ix_deliveries_state_next_attempt", "state", "next_attempt"),
    sa.Index("ix_deliveries_target_thread", "target", "thread"),
    sa.Index("ix_deliveries_target_created_at", "target", "created_at"),
    sa.Index("ix_deliveries_group_key", "group_key", "created_at"),
)

attempts = sa.Table(
    "delivery_attempts",
    metadata,
    sa.Column("delivery", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("finished_at", sa.BigInteger, nullable=True),
    sa.Column("outcome", sa.Text, nullable=True),  # sent | transient | permanent | unknown; null: under way
    sa.Column("error", sa.Text, nullable=True),
    sa.Column("provider_id", sa.Text, nullable=True),
)

channel_states = sa.Table(
    "channel_states",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("paused_until", sa.BigInteger, nullable=True),
    sa.Column("set_at", sa.BigInteger, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False, default=0),  # in a row
    sa.Column("last_error", sa.Text, nullable=True),
)

notifiers = sa.Table(
    "notifiers",
    metadata,
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("host", sa.Text, nullable=False),  # process-id space
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("born", sa.Text, nullable=False),  # start of the process: tells reused pids apart
    sa.Column("beat", sa.BigInteger, nullable=False),  # a counter, not a time: clocks may jump
    sa.Column("seen_at", sa.BigInteger, nullable=False),
)

silences = sa.Table(
    "silences",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("matchers", sa.Text, nullable=False),  # JSON object: label to list of values
    sa.Column("starts_at", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("expired_at", sa.BigInteger, nullable=True),  # ended by hand
)

acknowledgements = sa.Table(
    "acknowledgements",
    metadata,
    sa.Column("alert_id", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),  # the newest at that time
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("via", sa.Text, nullable=False),  # command | link
    sa.Column("note", sa.Text, nullable=True),
    sa.Column("created_at", sa.BigInteger, nullable=False),
)


def to_ms(moment: datetime) -> int:
    """An aware time as milliseconds since the epoch."""
    return round(moment.timestamp() * 1000)


def from_ms(value: int) -> datetime:
    """Milliseconds since the epoch as an aware time in UTC."""
    return datetime.fromtimestamp(value / 1000, UTC)
