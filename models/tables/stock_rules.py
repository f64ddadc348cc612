"""Who may take stock: segments that ring-fence it, blocks that stop it, and stock that is still to come."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.tables.base import instant, key, ref
from models.types import BigId


class StockSegment(SQLModel, table=True):
    """A share of stock kept for some orders: those whose channel, customer segment and method match (null: any)."""

    __tablename__ = "stock_segment"

    id: int | None = key()
    code: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=200)
    channel: str | None = Field(default=None, max_length=64)
    customer_segment: str | None = Field(default=None, max_length=64)
    method: str | None = Field(default=None, max_length=16)
    rank: int = Field(default=0)  # an order that matches several belongs to the one with the smallest rank, then code
    active: bool = Field(default=True)
    version: int = Field(default=1)
    updated_at: datetime = instant()


class StockSegmentQuota(SQLModel, table=True):
    """How much a segment keeps, in percent of the sellable units or in units; the most specific row counts:
    location and product, then product, location, group, everywhere."""

    __tablename__ = "stock_segment_quota"
    __table_args__ = (
        sa.CheckConstraint("(percent IS NULL) <> (units IS NULL)", name="ck_segment_quota_one"),
        sa.CheckConstraint("percent IS NULL OR (percent >= 0 AND percent <= 100)", name="ck_segment_quota_percent"),
        sa.CheckConstraint("units IS NULL OR units >= 0", name="ck_segment_quota_units"),
        sa.CheckConstraint("location_id IS NULL OR group_code IS NULL", name="ck_segment_quota_place"),
    )

    id: int | None = key()
    segment_id: int = ref("stock_segment.id", ondelete="CASCADE")
    location_id: int | None = ref("location.id", index=False, nullable=True)
    group_code: str | None = Field(default=None, max_length=64)
    product_id: int | None = ref("product.id", index=False, nullable=True)
    percent: int | None = Field(default=None)
    units: int | None = Field(default=None)


class SegmentUsage(SQLModel, table=True):
    """Units promised to orders of a segment that count against its quota, per balance."""

    __tablename__ = "segment_usage"
    __table_args__ = (sa.CheckConstraint("promised >= 0", name="ck_segment_usage_promised"),)

    location_id: int = Field(sa_column_args=[sa.ForeignKey("location.id")], sa_type=BigId, primary_key=True)
    product_id: int = Field(sa_column_args=[sa.ForeignKey("product.id")], sa_type=BigId, primary_key=True)
    segment_id: int = Field(
        sa_column_args=[sa.ForeignKey("stock_segment.id", ondelete="CASCADE")], sa_type=BigId, primary_key=True
    )
    promised: int = Field(default=0)


class StockBlock(SQLModel, table=True):
    """A product that a location must not be given: until an instant, until its next count, or until lifted by hand."""

    __tablename__ = "stock_block"
    __table_args__ = (
        sa.Index(
            "uq_stock_block_active",
            "location_id",
            "product_id",
            unique=True,
            postgresql_where=sa.text("lifted_at IS NULL"),
            sqlite_where=sa.text("lifted_at IS NULL"),
        ),
    )

    id: int | None = key()
    location_id: int = ref("location.id", index=False)
    product_id: int = ref("product.id")
    until: datetime | None = instant(nullable=True)
    until_count: bool = Field(default=False)
    reason: str = Field(max_length=200)
    actor: str = Field(max_length=120)
    at: datetime = instant()
    lifted_at: datetime | None = instant(nullable=True)
    lifted_by: str | None = Field(default=None, max_length=120)


class FutureStock(SQLModel, table=True):
    """Units on their way to a location; `allocated` of them are promised to backordered lines."""

    __tablename__ = "future_stock"
    __table_args__ = (
        sa.UniqueConstraint("location_id", "product_id", "reference", name="uq_future_stock_reference"),
        sa.CheckConstraint("quantity > 0 AND allocated >= 0 AND allocated <= quantity", name="ck_future_stock_units"),
        sa.Index("ix_future_stock_product", "product_id", "arrives_at"),
    )

    id: int | None = key()
    location_id: int = ref("location.id", index=False)
    product_id: int = ref("product.id", index=False)
    reference: str = Field(max_length=100)
    quantity: int
    allocated: int = Field(default=0)
    arrives_at: datetime = instant()
    received_at: datetime | None = instant(nullable=True)
    version: int = Field(default=1)
    updated_at: datetime = instant()


class FutureAllocation(SQLModel, table=True):
    """Units of a backordered order line that wait for an arrival."""

    __tablename__ = "future_allocation"
    __table_args__ = (sa.CheckConstraint("quantity > 0", name="ck_future_allocation_quantity"),)

    order_line_id: int = Field(sa_column_args=[sa.ForeignKey("order_line.id")], sa_type=BigId, primary_key=True)
    future_id: int = Field(sa_column_args=[sa.ForeignKey("future_stock.id")], sa_type=BigId, primary_key=True)
    quantity: int
