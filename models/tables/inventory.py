"""Stock per location and product, and the ledger that explains it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.tables.base import instant, key, ref
from models.types import BigId


class StockBalance(SQLModel, table=True):
    """What is there and what is promised. Available = on_hand - allocated, never below zero."""

    __tablename__ = "stock_balance"
    __table_args__ = (
        sa.CheckConstraint("on_hand >= 0", name="ck_stock_on_hand"),
        sa.CheckConstraint("allocated >= 0 AND allocated <= on_hand", name="ck_stock_allocated"),
        sa.Index("ix_stock_balance_product", "product_id"),
    )

    location_id: int = Field(sa_column_args=[sa.ForeignKey("location.id")], sa_type=BigId, primary_key=True)
    product_id: int = Field(sa_column_args=[sa.ForeignKey("product.id")], sa_type=BigId, primary_key=True)
    on_hand: int = Field(default=0)
    allocated: int = Field(default=0)
    version: int = Field(default=1)
    updated_at: datetime = instant()


class StockMovement(SQLModel, table=True):
    """One ledger row per change; `on_hand` and `allocated` are signed deltas."""

    __tablename__ = "stock_movement"
    __table_args__ = (sa.Index("ix_stock_movement_balance", "location_id", "product_id"),)

    id: int | None = key()
    location_id: int = ref("location.id", index=False)
    product_id: int = ref("product.id", index=False)
    on_hand: int = Field(default=0)
    allocated: int = Field(default=0)
    reason: str = Field(max_length=64)
    shipment_id: int | None = Field(default=None, sa_type=BigId, index=True)
    actor: str = Field(max_length=120)
    at: datetime = instant()
