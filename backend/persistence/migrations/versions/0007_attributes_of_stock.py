"""attributes of stock"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.types import Json

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stock_balance", sa.Column("attributes", Json, server_default=sa.text("'{}'"), nullable=False))


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup that was taken before the upgrade.")
