"""Tables of incidents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _incidents()
    _alerts()
    _rules()


def downgrade() -> None:
    """Drop the tables."""
    for name in ("rule_memory", "rule_hits", "alert_revisions", "alerts", "incident_reports", "incidents"):
        op.drop_table(name)


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("type", sa.String(60), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_index("ix_incidents_country_last_at", "incidents", ["country", "last_at"])
    op.create_index("ix_incidents_place_last_at", "incidents", ["place", "last_at"])
    op.create_table(
        "incident_reports",
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("incident", sa.String(40), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_incident_reports"),
    )
    op.create_index("ix_incident_reports_incident", "incident_reports", ["incident"])
    op.create_index("ix_incident_reports_document", "incident_reports", ["document"])


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("incident", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("severity", sa.String(20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("raised", sa.Boolean(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("backfill", sa.String(80), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_incident", "alerts", ["incident"])
    op.create_index("ix_alerts_updated_at", "alerts", ["updated_at"])
    op.create_table(
        "alert_revisions",
        sa.Column("alert_id", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "revision", name="pk_alert_revisions"),
    )
    op.create_index("ix_alert_revisions_published", "alert_revisions", ["published", "created_at"])


def _rules() -> None:
    op.create_table(
        "rule_hits",
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("hit_group", sa.String(300), nullable=False),
        sa.Column("ident", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("rule", "hit_group", "ident", name="pk_rule_hits"),
    )
    op.create_index("ix_rule_hits_rule_at", "rule_hits", ["rule", "hit_group", "at"])
    op.create_table(
        "rule_memory",
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "key", name="pk_rule_memory"),
    )
