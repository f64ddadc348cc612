"""orders stock and routing"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from models.types import BigId, Json, PackedJson, UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "carrier",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "import_job",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", BigId, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=True),
        sa.Column("actor", Json, nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("format IN ('csv', 'ndjson')", name="ck_import_job_format"),
        sa.CheckConstraint("kind IN ('locations', 'products', 'stock', 'orders')", name="ck_import_job_kind"),
        sa.CheckConstraint(
            "status IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="ck_import_job_status"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("import_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_job_sha256"), ["sha256"], unique=False)
        batch_op.create_index("ix_import_job_status", ["status", "id"], unique=False)

    op.create_table(
        "routing_strategy",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("activated_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("status IN ('draft', 'active', 'archived')", name="ck_routing_strategy_status"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", "version", name="uq_routing_strategy_version"),
    )
    with op.batch_alter_table("routing_strategy", schema=None) as batch_op:
        batch_op.create_index(
            "uq_routing_strategy_active",
            ["status"],
            unique=True,
            postgresql_where=sa.text("status = 'active'"),
            sqlite_where=sa.text("status = 'active'"),
        )

    op.create_table(
        "shadow_run",
        sa.Column("id", BigId, nullable=False),
        sa.Column("strategy_name", sa.String(length=64), nullable=False),
        sa.Column("strategy_version", sa.Integer(), nullable=True),
        sa.Column("strategy", Json, nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("result", Json, nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="ck_shadow_run_status"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "stock_segment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=True),
        sa.Column("customer_segment", sa.String(length=64), nullable=True),
        sa.Column("method", sa.String(length=16), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "future_stock",
        sa.Column("id", BigId, nullable=False),
        sa.Column("location_id", BigId, nullable=False),
        sa.Column("product_id", BigId, nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("allocated", sa.Integer(), nullable=False),
        sa.Column("arrives_at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("quantity > 0 AND allocated >= 0 AND allocated <= quantity", name="ck_future_stock_units"),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("location_id", "product_id", "reference", name="uq_future_stock_reference"),
    )
    with op.batch_alter_table("future_stock", schema=None) as batch_op:
        batch_op.create_index("ix_future_stock_product", ["product_id", "arrives_at"], unique=False)

    op.create_table(
        "import_fault",
        sa.Column("id", BigId, nullable=False),
        sa.Column("job_id", BigId, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["import_job.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("import_fault", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_fault_job_id"), ["job_id"], unique=False)

    op.create_table(
        "import_piece",
        sa.Column("job_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["import_job.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "number"),
    )
    op.create_table(
        "location_load",
        sa.Column("location_id", BigId, nullable=False),
        sa.Column("span", sa.String(length=8), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("money_minor", BigId, nullable=False),
        sa.CheckConstraint("span IN ('hour', 'day', 'week')", name="ck_location_load_span"),
        sa.CheckConstraint("orders >= 0 AND items >= 0 AND money_minor >= 0", name="ck_location_load_counts"),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.PrimaryKeyConstraint("location_id"),
    )
    op.create_table(
        "routing_decision",
        sa.Column("id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("strategy_id", BigId, nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("trace", PackedJson(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("outcome IN ('assigned', 'split', 'partial', 'none')", name="ck_routing_decision_outcome"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["customer_order.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("routing_decision", schema=None) as batch_op:
        batch_op.create_index(
            "ix_routing_decision_empty",
            ["at"],
            unique=False,
            postgresql_where=sa.text("outcome IN ('none', 'partial')"),
            sqlite_where=sa.text("outcome IN ('none', 'partial')"),
        )
        batch_op.create_index(batch_op.f("ix_routing_decision_order_id"), ["order_id"], unique=False)

    op.create_table(
        "routing_exclusion",
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("location_id", BigId, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["customer_order.id"],
        ),
        sa.PrimaryKeyConstraint("order_id", "location_id"),
    )
    op.create_table(
        "segment_usage",
        sa.Column("location_id", BigId, nullable=False),
        sa.Column("product_id", BigId, nullable=False),
        sa.Column("segment_id", BigId, nullable=False),
        sa.Column("promised", sa.Integer(), nullable=False),
        sa.CheckConstraint("promised >= 0", name="ck_segment_usage_promised"),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
        ),
        sa.ForeignKeyConstraint(["segment_id"], ["stock_segment.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("location_id", "product_id", "segment_id"),
    )
    op.create_table(
        "stock_block",
        sa.Column("id", BigId, nullable=False),
        sa.Column("location_id", BigId, nullable=False),
        sa.Column("product_id", BigId, nullable=False),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.Column("until_count", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("lifted_at", UTCDateTime(), nullable=True),
        sa.Column("lifted_by", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("stock_block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_block_product_id"), ["product_id"], unique=False)
        batch_op.create_index(
            "uq_stock_block_active",
            ["location_id", "product_id"],
            unique=True,
            postgresql_where=sa.text("lifted_at IS NULL"),
            sqlite_where=sa.text("lifted_at IS NULL"),
        )

    op.create_table(
        "stock_lot",
        sa.Column("id", BigId, nullable=False),
        sa.Column("location_id", BigId, nullable=False),
        sa.Column("product_id", BigId, nullable=False),
        sa.Column("lot", sa.String(length=50), nullable=False),
        sa.Column("serial", sa.String(length=30), nullable=False),
        sa.Column("condition", sa.String(length=50), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("expires_key", sa.String(length=10), nullable=False),
        sa.Column("sellable", sa.Boolean(), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("allocated", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("serial = '' OR on_hand <= 1", name="ck_stock_lot_serial"),
        sa.CheckConstraint("on_hand >= 0 AND allocated >= 0 AND allocated <= on_hand", name="ck_stock_lot_units"),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "location_id", "product_id", "lot", "serial", "condition", "expires_key", name="uq_stock_lot"
        ),
    )
    with op.batch_alter_table("stock_lot", schema=None) as batch_op:
        batch_op.create_index(
            "ix_stock_lot_expires",
            ["expires_on"],
            unique=False,
            postgresql_where=sa.text("sellable"),
            sqlite_where=sa.text("sellable"),
        )

    op.create_table(
        "stock_segment_quota",
        sa.Column("id", BigId, nullable=False),
        sa.Column("segment_id", BigId, nullable=False),
        sa.Column("location_id", BigId, nullable=True),
        sa.Column("group_code", sa.String(length=64), nullable=True),
        sa.Column("product_id", BigId, nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.CheckConstraint("(percent IS NULL) <> (units IS NULL)", name="ck_segment_quota_one"),
        sa.CheckConstraint("location_id IS NULL OR group_code IS NULL", name="ck_segment_quota_place"),
        sa.CheckConstraint("percent IS NULL OR (percent >= 0 AND percent <= 100)", name="ck_segment_quota_percent"),
        sa.CheckConstraint("units IS NULL OR units >= 0", name="ck_segment_quota_units"),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
        ),
        sa.ForeignKeyConstraint(["segment_id"], ["stock_segment.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("stock_segment_quota", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_segment_quota_segment_id"), ["segment_id"], unique=False)

    op.create_table(
        "transfer_lane",
        sa.Column("from_location_id", BigId, nullable=False),
        sa.Column("to_location_id", BigId, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes >= 0", name="ck_transfer_lane_minutes"),
        sa.ForeignKeyConstraint(
            ["from_location_id"],
            ["location.id"],
        ),
        sa.ForeignKeyConstraint(
            ["to_location_id"],
            ["location.id"],
        ),
        sa.PrimaryKeyConstraint("from_location_id", "to_location_id"),
    )
    op.create_table(
        "future_allocation",
        sa.Column("order_line_id", BigId, nullable=False),
        sa.Column("future_id", BigId, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_future_allocation_quantity"),
        sa.ForeignKeyConstraint(
            ["future_id"],
            ["future_stock.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["order_line.id"],
        ),
        sa.PrimaryKeyConstraint("order_line_id", "future_id"),
    )
    op.create_table(
        "lot_allocation",
        sa.Column("shipment_id", BigId, nullable=False),
        sa.Column("lot_id", BigId, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_lot_allocation_quantity"),
        sa.ForeignKeyConstraint(
            ["lot_id"],
            ["stock_lot.id"],
        ),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], deferrable=True, initially="DEFERRED"),
        sa.PrimaryKeyConstraint("shipment_id", "lot_id"),
    )
    with op.batch_alter_table("customer_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("customer_email", sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column("customer_name", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("total_minor", BigId, nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("lane", sa.Integer(), nullable=False, server_default="9"))
        batch_op.add_column(sa.Column("routing_due_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("routing_attempts", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("promised_at", UTCDateTime(), nullable=True))
        batch_op.drop_index(batch_op.f("ix_order_external"))
        for name in ("customer_email", "customer_name"):
            batch_op.create_index(
                f"ix_order_{name}", [name], unique=False, postgresql_ops={name: "varchar_pattern_ops"}
            )
        batch_op.create_index(
            "ix_order_routing_due",
            ["lane", "routing_due_at", "id"],
            unique=False,
            postgresql_where=sa.text("routing_due_at IS NOT NULL"),
            sqlite_where=sa.text("routing_due_at IS NOT NULL"),
        )

    _replace_checks(
        "customer_order",
        ["ck_order_status"],
        {
            "ck_order_status": "status IN ('placed', 'routed', 'partly_routed', 'unassigned', 'backordered',"
            " 'customer_care', 'held', 'fulfilled', 'cancelled')"
        },
    )
    with op.batch_alter_table("customer_order") as batch_op:
        batch_op.drop_constraint("uq_order_external", type_="unique")
        batch_op.create_index(
            "uq_order_external",
            ["external_id", "channel"],
            unique=True,
            postgresql_ops={"external_id": "varchar_pattern_ops"},
        )

    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.add_column(sa.Column("processing", Json, nullable=False, server_default=sa.text("'{}'")))
        batch_op.add_column(sa.Column("capacity", Json, nullable=False, server_default=sa.text("'{}'")))

    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cancelled", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("remainder", sa.String(length=16), nullable=True))
        batch_op.create_index("ix_order_line_product", ["product_id", "order_id"], unique=False)
        batch_op.create_index(
            "ix_order_line_backordered",
            ["product_id"],
            unique=False,
            postgresql_where=sa.text("remainder = 'backordered'"),
            sqlite_where=sa.text("remainder = 'backordered'"),
        )

    _replace_checks(
        "order_line",
        [],
        {
            "ck_order_line_cancelled": "cancelled >= 0 AND cancelled <= quantity",
            "ck_order_line_remainder": "remainder IS NULL OR"
            " remainder IN ('unassigned', 'backordered', 'customer_care')",
        },
    )
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tracking_number", sa.String(length=100), nullable=True))
        batch_op.create_index(
            "ix_shipment_tracking_number",
            ["tracking_number"],
            unique=False,
            postgresql_where=sa.text("tracking_number IS NOT NULL"),
            sqlite_where=sa.text("tracking_number IS NOT NULL"),
        )

    with op.batch_alter_table("stock_balance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unsellable", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("pending", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("safety_stock", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("floor", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("has_lots", sa.Boolean(), nullable=False, server_default=sa.false()))

    _replace_checks(
        "stock_balance",
        ["ck_stock_allocated"],
        {
            "ck_stock_unsellable": "unsellable >= 0 AND unsellable <= on_hand",
            "ck_stock_allocated": "allocated >= 0 AND allocated + unsellable <= on_hand",
            "ck_stock_pending": "pending >= 0 AND (pending = 0 OR allocated + unsellable = on_hand)",
            "ck_stock_kept_back": "safety_stock >= 0 AND floor >= 0",
        },
    )
    with op.batch_alter_table("stock_movement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unsellable", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("segment_id", BigId, nullable=True))
        batch_op.add_column(sa.Column("lot_id", BigId, nullable=True))

    _lighten_events()
    _lighten_stock()
    _tell_old_orders()


def _tell_old_orders() -> None:
    # What this release writes with an order, for those that are there: sums, what waits, names to search by.
    op.execute(
        "UPDATE customer_order SET total_minor ="
        " COALESCE((SELECT SUM(CAST(l.quantity AS bigint) * l.unit_price_minor) FROM order_line l"
        " WHERE l.order_id = customer_order.id), 0)"
    )
    op.execute("UPDATE customer_order SET routing_due_at = updated_at WHERE status = 'placed'")
    op.execute(
        "UPDATE order_line SET remainder = 'unassigned'"
        " WHERE order_id IN (SELECT id FROM customer_order WHERE status = 'unassigned')"
    )
    _fold_customers()


def _fold_customers() -> None:
    orders = sa.table(
        "customer_order",
        sa.column("id", BigId),
        sa.column("customer", Json),
        sa.column("customer_name", sa.String),
        sa.column("customer_email", sa.String),
    )
    connection, last = op.get_bind(), 0
    piece = sa.select(orders.c.id, orders.c.customer).order_by(orders.c.id).limit(5_000)
    while rows := connection.execute(piece.where(orders.c.id > last)).all():
        last = rows[-1].id
        named = [
            {
                "at": row.id,
                "name": _folded(row.customer.get("name"), 200),
                "email": _folded(row.customer.get("email"), 254),
            }
            for row in rows
            if row.customer.get("name") or row.customer.get("email")
        ]
        if named:
            values = {"customer_name": sa.bindparam("name"), "customer_email": sa.bindparam("email")}
            connection.execute(orders.update().where(orders.c.id == sa.bindparam("at")).values(values), named)


def _folded(text: str | None, limit: int) -> str | None:
    return " ".join((text or "").split()).casefold()[:limit] or None


def _lighten_stock() -> None:
    # A ledger row is written under the lock on its balance, whose own keys lead to location and product: checking
    # them again costs as much as the row. And a balance that finds room on its page touches no index when it changes.
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    with op.batch_alter_table(
        "stock_movement", naming_convention={"fk": "fk_%(table_name)s_%(column_0_name)s"}
    ) as batch_op:
        for column in ("location_id", "product_id"):
            name = f"stock_movement_{column}_fkey" if on_postgresql else f"fk_stock_movement_{column}"
            batch_op.drop_constraint(name, type_="foreignkey")
    if on_postgresql:
        op.execute("ALTER TABLE stock_balance SET (fillfactor = 60)")


def _lighten_events() -> None:
    # An event is written, then numbered: every index costs it twice.
    uid = "event_uid_key" if op.get_bind().dialect.name == "postgresql" else "uq_event_uid"
    with op.batch_alter_table(
        "event",
        naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"},
        table_kwargs={"sqlite_autoincrement": True},
    ) as batch_op:
        batch_op.drop_constraint(uid, type_="unique")
        for name, column in (("ix_event_type", "type"), ("ix_event_location", "location_id")):
            batch_op.drop_index(name)
            batch_op.create_index(
                name,
                [column, "seq"],
                postgresql_where=sa.text("seq IS NOT NULL"),
                sqlite_where=sa.text("seq IS NOT NULL"),
            )


def _replace_checks(table: str, old: list[str], new: dict[str, str]) -> None:
    with op.batch_alter_table(table) as batch_op:
        for name in old:
            batch_op.drop_constraint(name, type_="check")
        for name, condition in new.items():
            batch_op.create_check_constraint(name, condition)


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup that was taken before the upgrade.")
