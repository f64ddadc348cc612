"""the floor"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from models.types import BigId, Json, UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workflow",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("group_code", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("activated_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "method IN ('ship', 'pickup', 'curbside', 'delivery', 'transfer')", name="ck_workflow_method"
        ),
        sa.CheckConstraint("status IN ('draft', 'active', 'retired')", name="ck_workflow_status"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code", "version", name="uq_workflow_version"),
    )
    with op.batch_alter_table("workflow") as batch_op:
        batch_op.create_index(
            "uq_workflow_active",
            ["method", "group_code"],
            unique=True,
            postgresql_where=sa.text("status = 'active'"),
            sqlite_where=sa.text("status = 'active'"),
        )

    op.create_table(
        "location_control",
        sa.Column("id", BigId, nullable=False),
        sa.Column("location_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=120), nullable=True),
        sa.CheckConstraint("kind IN ('cap', 'pause_method')", name="ck_location_control_kind"),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("location_control") as batch_op:
        batch_op.create_index(
            "ix_location_control_until",
            ["until"],
            unique=False,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "uq_location_control_active",
            ["location_id", "kind", "subject"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "pick_wave",
        sa.Column("id", BigId, nullable=False),
        sa.Column("location_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("rule_code", sa.String(length=64), nullable=True),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("shipments", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("stops", sa.Integer(), nullable=False),
        sa.Column("picked", sa.Integer(), nullable=False),
        sa.Column("plan", Json, nullable=False),
        sa.Column("limits", Json, nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("cutoff_at", UTCDateTime(), nullable=True),
        sa.Column("latest_safe_start_at", UTCDateTime(), nullable=True),
        sa.Column("predicted_finish_at", UTCDateTime(), nullable=True),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("released_at", UTCDateTime(), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "status IN ('planned', 'released', 'picking', 'closed', 'cancelled')", name="ck_pick_wave_status"
        ),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("location_id", "number", name="uq_pick_wave_number"),
    )
    with op.batch_alter_table("pick_wave") as batch_op:
        batch_op.create_index(batch_op.f("ix_pick_wave_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index("ix_pick_wave_status", ["location_id", "status", "latest_safe_start_at"], unique=False)
        batch_op.create_index(
            "ix_pick_wave_open",
            ["status"],
            unique=False,
            postgresql_where=sa.text("closed_at IS NULL"),
            sqlite_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "return_order",
        sa.Column("id", BigId, nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("location_id", BigId, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("resolution", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("refund_minor", BigId, nullable=False),
        sa.Column("replacement_order_id", BigId, nullable=True),
        sa.Column("authorised_at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=True),
        sa.Column("inspected_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("resolution IN ('refund', 'replace')", name="ck_return_order_resolution"),
        sa.CheckConstraint(
            "status IN ('authorised', 'received', 'inspected', 'closed', 'cancelled')", name="ck_return_order_status"
        ),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["customer_order.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    with op.batch_alter_table("return_order") as batch_op:
        batch_op.create_index("ix_return_order_location", ["location_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_return_order_order_id"), ["order_id"], unique=False)
        batch_op.create_index("ix_return_order_status", ["status", "id"], unique=False)

    op.create_table(
        "stock_bin",
        sa.Column("location_id", BigId, nullable=False),
        sa.Column("product_id", BigId, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("units IS NULL OR units >= 0", name="ck_stock_bin_units"),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
        ),
        sa.PrimaryKeyConstraint("location_id", "product_id", "code"),
    )
    with op.batch_alter_table("stock_bin") as batch_op:
        batch_op.create_index("ix_stock_bin_code", ["location_id", "code"], unique=False)

    op.create_table(
        "wave_rule",
        sa.Column("id", BigId, nullable=False),
        sa.Column("location_id", BigId, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("next_run_at", UTCDateTime(), nullable=True),
        sa.Column("last_run_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("location_id", "code", name="uq_wave_rule"),
    )
    with op.batch_alter_table("wave_rule") as batch_op:
        batch_op.create_index(
            "ix_wave_rule_next_run_at",
            ["next_run_at"],
            unique=False,
            postgresql_where=sa.text("next_run_at IS NOT NULL"),
            sqlite_where=sa.text("next_run_at IS NOT NULL"),
        )

    op.create_table(
        "parcel",
        sa.Column("id", BigId, nullable=False),
        sa.Column("shipment_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("box", sa.String(length=64), nullable=True),
        sa.Column("weight_g", sa.Integer(), nullable=True),
        sa.Column("carrier", sa.String(length=64), nullable=True),
        sa.Column("tracking_number", sa.String(length=100), nullable=True),
        sa.Column("contents", Json, nullable=False),
        sa.CheckConstraint("weight_g IS NULL OR weight_g > 0", name="ck_parcel_weight"),
        sa.ForeignKeyConstraint(
            ["shipment_id"],
            ["shipment.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("shipment_id", "number", name="uq_parcel"),
    )
    op.create_table(
        "return_line",
        sa.Column("id", BigId, nullable=False),
        sa.Column("return_id", BigId, nullable=False),
        sa.Column("order_line_id", BigId, nullable=False),
        sa.Column("product_id", BigId, nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("restocked", sa.Integer(), nullable=False),
        sa.Column("written_off", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("condition", sa.String(length=50), nullable=False),
        sa.Column("segment_id", BigId, nullable=True),
        sa.CheckConstraint("quantity > 0", name="ck_return_line_quantity"),
        sa.CheckConstraint("received >= 0 AND received <= quantity", name="ck_return_line_received"),
        sa.CheckConstraint(
            "restocked >= 0 AND written_off >= 0 AND restocked + written_off <= received",
            name="ck_return_line_inspected",
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["order_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
        ),
        sa.ForeignKeyConstraint(
            ["return_id"],
            ["return_order.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("return_line") as batch_op:
        batch_op.create_index(batch_op.f("ix_return_line_order_line_id"), ["order_line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_return_line_return_id"), ["return_id"], unique=False)

    op.create_table(
        "scan",
        sa.Column("id", BigId, nullable=False),
        sa.Column("scan_id", sa.String(length=64), nullable=False),
        sa.Column("shipment_id", BigId, nullable=True),
        sa.Column("shipment_line_id", BigId, nullable=True),
        sa.Column("wave_id", BigId, nullable=True),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("undoes", sa.String(length=64), nullable=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "result IN ('picked', 'undone', 'wrong_item', 'extra_item', 'unknown_barcode', 'closed')",
            name="ck_scan_result",
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"],
            ["shipment.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("scan_id", name="uq_scan"),
    )
    with op.batch_alter_table("scan") as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_shipment_id"), ["shipment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scan_undoes"), ["undoes"], unique=False)

    op.create_table(
        "shipment_step",
        sa.Column("id", BigId, nullable=False),
        sa.Column("shipment_id", BigId, nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("from_step", sa.String(length=64), nullable=True),
        sa.Column("from_status", sa.String(length=16), nullable=False),
        sa.Column("to_status", sa.String(length=16), nullable=False),
        sa.Column("inputs", Json, nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=120), nullable=True),
        sa.CheckConstraint(
            "from_status IN ('open', 'accepted', 'picked', 'packed', 'ready', 'shipped', 'handed_over', 'cancelled')",
            name="ck_shipment_step_from",
        ),
        sa.CheckConstraint(
            "to_status IN ('open', 'accepted', 'picked', 'packed', 'ready', 'shipped', 'handed_over', 'cancelled')",
            name="ck_shipment_step_to",
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"],
            ["shipment.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("shipment_step") as batch_op:
        batch_op.create_index(batch_op.f("ix_shipment_step_shipment_id"), ["shipment_id"], unique=False)

    op.create_table(
        "reject_reason",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("effect", sa.String(length=20), nullable=False),
        sa.Column("collateral", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "effect IN ('none', 'block_until_count', 'keep_blocked', 'set_to_zero')", name="ck_reject_reason_effect"
        ),
        sa.PrimaryKeyConstraint("code"),
    )

    op.create_table(
        "wave_shipment",
        sa.Column("wave_id", BigId, nullable=False),
        sa.Column("shipment_id", BigId, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=True),
        sa.Column("share", sa.String(length=16), nullable=False),
        sa.CheckConstraint("share IN ('to_pick', 'picked', 'short', 'removed')", name="ck_wave_shipment_share"),
        sa.ForeignKeyConstraint(
            ["shipment_id"],
            ["shipment.id"],
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"],
            ["pick_wave.id"],
        ),
        sa.PrimaryKeyConstraint("wave_id", "shipment_id"),
    )
    with op.batch_alter_table("wave_shipment") as batch_op:
        batch_op.create_index(batch_op.f("ix_wave_shipment_shipment_id"), ["shipment_id"], unique=False)

    with op.batch_alter_table("shipment") as batch_op:
        batch_op.add_column(sa.Column("workflow_id", BigId, nullable=True))
        batch_op.add_column(sa.Column("step", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("waiting_for", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("wave_id", BigId, nullable=True))
        batch_op.add_column(sa.Column("parent_id", BigId, nullable=True))
        batch_op.add_column(sa.Column("for_shipment_id", BigId, nullable=True))
        batch_op.add_column(sa.Column("to_location_id", BigId, nullable=True))
        batch_op.add_column(sa.Column("claimed_by", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("claimed_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("pickup_code", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("collect_by_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("remind_at", UTCDateTime(), nullable=True))
        batch_op.create_check_constraint(
            "ck_shipment_waiting_for", "waiting_for IS NULL OR waiting_for IN ('transfer')"
        )
    for name in ("wave_id", "parent_id", "for_shipment_id", "collect_by_at", "remind_at"):
        there = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_shipment_{name}", "shipment", [name], postgresql_where=there, sqlite_where=there)

    with op.batch_alter_table("shipment_line") as batch_op:
        batch_op.add_column(sa.Column("awaited", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("ordered_sku", sa.String(length=64), nullable=True))
        batch_op.create_check_constraint("ck_shipment_line_picked", "picked >= 0 AND picked <= quantity")
        batch_op.create_check_constraint("ck_shipment_line_awaited", "awaited >= 0 AND awaited <= quantity")
    op.create_index("ix_product_barcodes", "product", ["barcodes"], postgresql_using="gin")
    # A transfer was over when it was sent; now it is received at its end.
    op.execute(
        "UPDATE shipment SET status = 'handed_over', handed_over_at = shipped_at"
        " WHERE method = 'transfer' AND status = 'shipped'"
    )
    # Nobody counted picked units before: what is picked or further had all of them.
    op.execute(
        "UPDATE shipment_line SET picked = quantity WHERE shipment_id IN"
        " (SELECT id FROM shipment WHERE status IN ('picked', 'packed', 'ready', 'shipped', 'handed_over'))"
    )


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup that was taken before the upgrade.")
