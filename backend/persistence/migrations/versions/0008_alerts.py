"""alerts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from models.types import BigId, Json, UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KINDS = (
    "'subscription', 'webhook', 'pagerduty', 'opsgenie', 'jsm', 'alertmanager', 'grafana', 'slack', 'teams', "
    "'servicenow_event', 'servicenow_incident', 'email'"
)


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", BigId, nullable=False),
        sa.Column("policy_code", sa.String(length=64), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("group_key", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.String(length=2000), nullable=False),
        sa.Column("labels", Json, nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("problems", sa.Integer(), nullable=False),
        sa.Column("location_id", BigId, nullable=True),
        sa.Column("group_code", sa.String(length=64), nullable=True),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("muted", sa.String(length=16), nullable=True),
        sa.Column("silence_id", BigId, nullable=True),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=True),
        sa.Column("notified_at", UTCDateTime(), nullable=True),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.Column("told", Json, nullable=False),
        sa.Column("clear_since", UTCDateTime(), nullable=True),
        sa.Column("check_at", UTCDateTime(), nullable=True),
        sa.Column("acknowledged_at", UTCDateTime(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=120), nullable=True),
        sa.Column("resolved_at", UTCDateTime(), nullable=True),
        sa.Column("resolved_by", sa.String(length=120), nullable=True),
        sa.Column("resolved_why", sa.String(length=300), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("level IN ('network', 'group', 'location', 'shipment')", name="ck_alert_level"),
        sa.CheckConstraint(
            "muted IS NULL OR muted IN ('silenced', 'inhibited', 'storm', 'born', 'quiet')", name="ck_alert_muted"
        ),
        sa.CheckConstraint("severity IN ('info', 'warning', 'error', 'critical')", name="ck_alert_severity"),
        sa.CheckConstraint("status IN ('pending', 'firing', 'acknowledged', 'resolved')", name="ck_alert_status"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(
            "ix_alert_check",
            ["check_at"],
            unique=False,
            postgresql_where=sa.text("status <> 'resolved'"),
            sqlite_where=sa.text("status <> 'resolved'"),
        )
        batch_op.create_index("ix_alert_location", ["location_id", "id"], unique=False)
        batch_op.create_index("ix_alert_parent", ["parent_id"], unique=False)
        batch_op.create_index("ix_alert_resolved", ["resolved_at"], unique=False)
        batch_op.create_index("ix_alert_status", ["status", "id"], unique=False)
        batch_op.create_index(
            "uq_alert_open",
            ["policy_code", "group_key"],
            unique=True,
            postgresql_where=sa.text("status <> 'resolved'"),
            sqlite_where=sa.text("status <> 'resolved'"),
        )

    op.create_table(
        "alert_policy",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("from_seq", BigId, nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("status IN ('draft', 'active', 'retired')", name="ck_alert_policy_status"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code", "version", name="uq_alert_policy_version"),
    )
    with op.batch_alter_table("alert_policy", schema=None) as batch_op:
        batch_op.create_index(
            "uq_alert_policy_active",
            ["code"],
            unique=True,
            postgresql_where=sa.text("status = 'active'"),
            sqlite_where=sa.text("status = 'active'"),
        )

    op.create_table(
        "alert_problem",
        sa.Column("id", BigId, nullable=False),
        sa.Column("policy_code", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("group_key", sa.String(length=200), nullable=False),
        sa.Column("location_id", BigId, nullable=True),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("born", sa.Boolean(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.CheckConstraint("severity IN ('info', 'warning', 'error', 'critical')", name="ck_alert_problem_severity"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("policy_code", "subject", name="uq_alert_problem"),
    )
    with op.batch_alter_table("alert_problem", schema=None) as batch_op:
        batch_op.create_index("ix_alert_problem_group", ["policy_code", "group_key"], unique=False)
        batch_op.create_index("ix_alert_problem_until", ["until"], unique=False)

    op.create_table(
        "feed_cursor",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "silence",
        sa.Column("id", BigId, nullable=False),
        sa.Column("matchers", Json, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("owner_scope", Json, nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("silence", schema=None) as batch_op:
        batch_op.create_index("ix_silence_ends", ["ends_at"], unique=False)

    op.create_table(
        "alert_link_use",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("alert_id", BigId, nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token"),
    )
    with op.batch_alter_table("alert_link_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_link_use_alert_id"), ["alert_id"], unique=False)

    op.create_table(
        "alert_step",
        sa.Column("id", BigId, nullable=False),
        sa.Column("alert_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("planned_at", UTCDateTime(), nullable=False),
        sa.Column("channels", Json, nullable=False),
        sa.Column("quiet", Json, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("why", sa.String(length=200), nullable=True),
        sa.CheckConstraint("state IN ('due', 'sent', 'spared', 'stopped')", name="ck_alert_step_state"),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("alert_id", "number", name="uq_alert_step"),
    )
    with op.batch_alter_table("alert_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_step_alert_id"), ["alert_id"], unique=False)
        batch_op.create_index(
            "ix_alert_step_due",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("state = 'due'"),
            sqlite_where=sa.text("state = 'due'"),
        )

    with op.batch_alter_table("location_health", schema=None) as batch_op:
        batch_op.add_column(sa.Column("moved_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("stalled_since", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("stale_since", UTCDateTime(), nullable=True))

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("receipt", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("alert_id", BigId, nullable=True))
        batch_op.drop_constraint("ck_delivery_status", type_="check")
        batch_op.create_check_constraint(
            "ck_delivery_status", "status IN ('pending', 'sending', 'delivered', 'dead', 'superseded')"
        )
        batch_op.create_index(
            "ix_delivery_receipt",
            ["subscription_id", "subject"],
            unique=False,
            postgresql_where=sa.text("receipt IS NOT NULL"),
            sqlite_where=sa.text("receipt IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_delivery_alert",
            ["alert_id", "id"],
            unique=False,
            postgresql_where=sa.text("alert_id IS NOT NULL"),
            sqlite_where=sa.text("alert_id IS NOT NULL"),
        )

    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=24), server_default="subscription", nullable=False))
        batch_op.add_column(sa.Column("title", sa.String(length=200), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("config", Json, server_default=sa.text("'{}'"), nullable=False))
        batch_op.add_column(
            sa.Column("content_mode", sa.String(length=16), server_default="structured", nullable=False)
        )
        batch_op.add_column(sa.Column("filters", Json, server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column("previous_secret", sa.String(length=2000), nullable=True))
        batch_op.add_column(sa.Column("previous_until", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("inbound_secret", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("broken_until", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("paced_until", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("unhealthy_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("resent_at", UTCDateTime(), nullable=True))
        batch_op.alter_column(
            "secret", existing_type=sa.VARCHAR(length=200), type_=sa.String(length=2000), existing_nullable=False
        )
        batch_op.create_check_constraint("ck_subscription_kind", f"kind IN ({_KINDS})")
        batch_op.create_check_constraint("ck_subscription_content_mode", "content_mode IN ('structured', 'binary')")


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup that was taken before the upgrade.")
