"""Tables of the alerter: incidents, the reports joined to them, alerts and what rules remember.

Structures are stored as JSON with the columns that queries need beside them. Times are aware, in UTC. The
input offsets are in ``streams.tables.stage_offset``, in the same transactions.
"""

from __future__ import annotations

import sqlalchemy as sa

from streams.state import UtcDateTime, metadata

incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("country", sa.String(2), nullable=False),  # "": unknown
    sa.Column("place", sa.String(200), nullable=False),  # name, folded; "": unknown
    sa.Column("type", sa.String(60), nullable=False),
    sa.Column("first_at", UtcDateTime, nullable=False),  # event time of the earliest article
    sa.Column("last_at", UtcDateTime, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),  # alerts.incidents.Incident
    sa.Index("ix_incidents_country_last_at", "country", "last_at"),
    sa.Index("ix_incidents_place_last_at", "place", "last_at"),
)

incident_reports = sa.Table(
    "incident_reports",
    metadata,
    sa.Column("key", sa.String(40), primary_key=True),  # alerts.reports.Report.key
    sa.Column("incident", sa.String(40), nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("effective_at", UtcDateTime, nullable=False),
    sa.Index("ix_incident_reports_incident", "incident"),
    sa.Index("ix_incident_reports_document", "document"),
)

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("rule", sa.String(80), nullable=False),
    sa.Column("incident", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("severity", sa.String(20), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("headline", sa.Text, nullable=False),
    sa.Column("raised", sa.Boolean, nullable=False),  # false: waits for corroboration, or came too late
    sa.Column("sent", sa.Boolean, nullable=False),  # it was handed to delivery
    sa.Column("backfill", sa.String(80), nullable=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),  # alerts.stores.AlertState
    sa.Index("ix_alerts_incident", "incident"),
    sa.Index("ix_alerts_updated_at", "updated_at"),
)

alert_revisions = sa.Table(
    "alert_revisions",
    metadata,
    sa.Column("alert_id", sa.String(40), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("published", sa.Boolean, nullable=False),  # it is in the topic ``alerts``
    sa.Column("body", sa.LargeBinary, nullable=False),  # alerts.messages.Alert
    sa.Column("claimed_by", sa.String(40), nullable=True),  # the alerter that is publishing it
    sa.Column("claimed_at", UtcDateTime, nullable=True),
    sa.Index("ix_alert_revisions_published", "published", "created_at"),
)

rule_hits = sa.Table(
    "rule_hits",
    metadata,
    sa.Column("rule", sa.String(80), primary_key=True),
    sa.Column("hit_group", sa.String(300), primary_key=True),
    sa.Column("ident", sa.String(80), primary_key=True),  # incident or document
    sa.Column("at", UtcDateTime, nullable=False),  # event time
    sa.Index("ix_rule_hits_rule_at", "rule", "hit_group", "at"),
)

rule_memory = sa.Table(
    "rule_memory",
    metadata,
    sa.Column("rule", sa.String(80), primary_key=True),
    sa.Column("key", sa.String(300), primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)
