"""light orders and shipments"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: Checked by whoever writes the row, and looked for by `backend/invariants.py`: table, then column and what it names.
_KNOWN_ALREADY = {
    "order_line": ["product_id"],
    "shipment": ["location_id"],
    "shipment_line": ["order_line_id", "product_id"],
    "sla_clock": ["location_id", "definition_id"],
    "sla_transition": ["clock_id"],
}


def upgrade() -> None:
    _drop_keys()
    with op.batch_alter_table("sla_transition") as batch_op:
        batch_op.drop_index("ix_sla_transition_clock_id")  # nobody asked by it
    _index_named_customers()


def _drop_keys() -> None:
    # Each check costs as much as half a row, and locks a row of a product or location that all orders share.
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, columns in _KNOWN_ALREADY.items():
        with op.batch_alter_table(table, naming_convention={"fk": "fk_%(table_name)s_%(column_0_name)s"}) as batch_op:
            for column in columns:
                name = f"{table}_{column}_fkey" if on_postgresql else f"fk_{table}_{column}"
                batch_op.drop_constraint(name, type_="foreignkey")


def _index_named_customers() -> None:
    with op.batch_alter_table("customer_order") as batch_op:
        batch_op.drop_index("ix_customer_order_customer_id")
        for column in ("customer_email", "customer_name"):
            batch_op.drop_index(f"ix_order_{column}")
        for column, operators in (
            ("customer_id", {}),
            ("customer_email", {"customer_email": "varchar_pattern_ops"}),
            ("customer_name", {"customer_name": "varchar_pattern_ops"}),
        ):
            batch_op.create_index(
                f"ix_order_{column}",
                [column],
                postgresql_ops=operators,
                postgresql_where=sa.text(f"{column} IS NOT NULL"),
                sqlite_where=sa.text(f"{column} IS NOT NULL"),
            )


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup that was taken before the upgrade.")
