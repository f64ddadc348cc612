"""parts of orders"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: Written in the transaction that writes or holds the row they name, which is never deleted; `backend/invariants.py`
#: looks for what the keys would refuse.
_PARTS = {
    "order_line": "order_id",
    "shipment": "order_id",
    "shipment_line": "shipment_id",
    "sla_clock": "shipment_id",
    "routing_decision": "order_id",
}


def upgrade() -> None:
    # Seven checks an order: together as much work for the database as four of the rows they check.
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, column in _PARTS.items():
        name = f"{table}_{column}_fkey" if on_postgresql else f"fk_{table}_{column}"
        with op.batch_alter_table(table, naming_convention={"fk": "fk_%(table_name)s_%(column_0_name)s"}) as batch_op:
            batch_op.drop_constraint(name, type_="foreignkey")


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup that was taken before the upgrade.")
