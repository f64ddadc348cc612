"""What customers asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.enums import Method, OrderStatus
from models.tables.base import document, instant, key, one_of, ref


class Order(SQLModel, table=True):
    """An order as it came in. `customer` and `ship_to` keep the caller's documents."""

    __tablename__ = "customer_order"
    __table_args__ = (
        sa.UniqueConstraint("channel", "external_id", name="uq_order_external"),
        one_of("status", OrderStatus, "ck_order_status"),
        one_of("method", Method, "ck_order_method"),
        sa.Index("ix_order_status", "status", "id"),
        sa.Index("ix_order_external", "external_id"),
        sa.Index("ix_order_placed_at", "placed_at"),
    )

    id: int | None = key()
    external_id: str = Field(max_length=100)
    channel: str = Field(max_length=64)
    customer_id: str | None = Field(default=None, max_length=100, index=True)
    customer: dict[str, Any] = document()
    method: str = Field(max_length=16)
    service_level: str = Field(default="standard", max_length=64)
    ship_to: dict[str, Any] = document()
    pickup_location: str | None = Field(default=None, max_length=64)
    status: str = Field(max_length=16)
    placed_at: datetime = instant()
    due_at: datetime | None = instant(nullable=True)
    attributes: dict[str, Any] = document()
    version: int = Field(default=1)
    created_at: datetime = instant()
    updated_at: datetime = instant()


class OrderLine(SQLModel, table=True):
    """One product in an order; money in minor units."""

    __tablename__ = "order_line"
    __table_args__ = (sa.CheckConstraint("quantity > 0", name="ck_order_line_quantity"),)

    id: int | None = key()
    order_id: int = ref("customer_order.id")
    line_number: int
    product_id: int = ref("product.id", index=False)
    sku: str = Field(max_length=64)
    quantity: int
    unit_price_minor: int = Field(default=0)
