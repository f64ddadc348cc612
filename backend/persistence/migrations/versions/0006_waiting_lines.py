"""waiting lines"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WAITS = "remainder IN ('backordered', 'unassigned')"


def upgrade() -> None:
    with op.batch_alter_table("order_line") as batch_op:
        batch_op.drop_index("ix_order_line_backordered")
        batch_op.create_index(
            "ix_order_line_waiting",
            ["product_id"],
            postgresql_where=sa.text(_WAITS),
            sqlite_where=sa.text(_WAITS),
        )


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup that was taken before the upgrade.")
