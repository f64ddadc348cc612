"""What customers send back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.floor import Resolution, ReturnStatus
from models.tables.base import instant, key, one_of, ref
from models.types import BigId


class Return(SQLModel, table=True):
    """Units of one order that come back to a location; money in minor units."""

    __tablename__ = "return_order"
    __table_args__ = (
        one_of("status", ReturnStatus, "ck_return_order_status"),
        one_of("resolution", Resolution, "ck_return_order_resolution"),
        sa.Index("ix_return_order_location", "location_id", "status"),
        sa.Index("ix_return_order_status", "status", "id"),
    )

    id: int | None = key()
    number: str = Field(max_length=100, unique=True)  # what stands on the label
    order_id: int = ref("customer_order.id")
    location_id: int = ref("location.id", index=False)  # where it is sent, then where it was received
    status: str = Field(max_length=16)
    resolution: str = Field(max_length=16)
    reason: str = Field(max_length=200)
    refund_minor: int = Field(default=0, sa_type=BigId)
    replacement_order_id: int | None = Field(default=None, sa_type=BigId)
    authorised_at: datetime = instant()
    received_at: datetime | None = instant(nullable=True)
    inspected_at: datetime | None = instant(nullable=True)
    closed_at: datetime | None = instant(nullable=True)
    created_by: str = Field(max_length=120)
    version: int = Field(default=1)
    updated_at: datetime = instant()


class ReturnLine(SQLModel, table=True):
    """Units of one order line: authorised, received, and of these restocked or written off."""

    __tablename__ = "return_line"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="ck_return_line_quantity"),
        sa.CheckConstraint("received >= 0 AND received <= quantity", name="ck_return_line_received"),
        sa.CheckConstraint(
            "restocked >= 0 AND written_off >= 0 AND restocked + written_off <= received",
            name="ck_return_line_inspected",
        ),
    )

    id: int | None = key()
    return_id: int = ref("return_order.id")
    order_line_id: int = ref("order_line.id")
    product_id: int = ref("product.id", index=False)
    sku: str = Field(max_length=64)
    quantity: int
    received: int = Field(default=0)
    restocked: int = Field(default=0)
    written_off: int = Field(default=0)
    reason: str = Field(default="", max_length=64)
    condition: str = Field(default="", max_length=50)
    segment_id: int | None = Field(default=None, sa_type=BigId)
