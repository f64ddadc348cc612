"""What customers asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.enums import Method, OrderStatus, Remainder
from models.tables.base import by_bytes, document, instant, key, one_of, part_of
from models.types import BigId

#: The lane of an order that no lane of the strategy matches.
LAST_LANE = 9

#: Which lines have units that wait for stock, or for a location that may give it.
WAITS_FOR_STOCK = "remainder IN ('backordered', 'unassigned')"


class Order(SQLModel, table=True):
    """An order as it came in. `customer` and `ship_to` keep the caller's documents.

    `customer_email` and `customer_name` are folded to lower case, for search. `lane` is its priority lane (0 routes
    first). `routing_due_at` is when routing must look at it (later than now: what keeps it
    from a location ends then), null when it need not; `routing_attempts` counts the times
    it was looked at. `promised_at` is the delivery or pickup date promised when it was routed.
    """

    __tablename__ = "customer_order"
    __table_args__ = (
        # Indexes for what people type: PostgreSQL finds beginnings only in an index by byte order.
        sa.Index("uq_order_external", "external_id", "channel", unique=True, postgresql_ops=by_bytes("external_id")),
        one_of("status", OrderStatus, "ck_order_status"),
        one_of("method", Method, "ck_order_method"),
        sa.Index("ix_order_status", "status", "id"),
        sa.Index(  # what the routing worker takes next: the most urgent lane first
            "ix_order_routing_due",
            "lane",
            "routing_due_at",
            "id",
            postgresql_where=sa.text("routing_due_at IS NOT NULL"),
            sqlite_where=sa.text("routing_due_at IS NOT NULL"),
        ),
        *(  # an order that does not name its customer enters none of these
            sa.Index(
                f"ix_order_{column}",
                column,
                postgresql_ops=by_bytes(column) if folded else {},
                postgresql_where=sa.text(f"{column} IS NOT NULL"),
                sqlite_where=sa.text(f"{column} IS NOT NULL"),
            )
            for column, folded in (("customer_id", False), ("customer_email", True), ("customer_name", True))
        ),
        sa.Index("ix_order_placed_at", "placed_at"),
    )

    id: int | None = key()
    external_id: str = Field(max_length=100)
    channel: str = Field(max_length=64)
    customer_id: str | None = Field(default=None, max_length=100)
    customer: dict[str, Any] = document()
    method: str = Field(max_length=16)
    service_level: str = Field(default="standard", max_length=64)
    ship_to: dict[str, Any] = document()
    pickup_location: str | None = Field(default=None, max_length=64)
    status: str = Field(max_length=16)
    placed_at: datetime = instant()
    due_at: datetime | None = instant(nullable=True)
    attributes: dict[str, Any] = document()
    customer_email: str | None = Field(default=None, max_length=254)
    customer_name: str | None = Field(default=None, max_length=200)
    total_minor: int = Field(default=0, sa_type=BigId, sa_column_kwargs={"server_default": sa.text("0")})
    lane: int = Field(default=LAST_LANE, sa_column_kwargs={"server_default": sa.text("9")})
    routing_due_at: datetime | None = instant(nullable=True)
    routing_attempts: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    promised_at: datetime | None = instant(nullable=True)
    version: int = Field(default=1)
    created_at: datetime = instant()
    updated_at: datetime = instant()


class OrderLine(SQLModel, table=True):
    """One product in an order; money in minor units.

    What has no location yet is `quantity - cancelled -` the units in shipments that were not cancelled; `remainder`
    says what those units wait for (null: for routing, or there are none). `product_id` is no foreign key: it was looked
    up by its SKU in the same transaction, products are never deleted, and the check would have all orders of a product
    lock its row; nor is `order_id`, whose row is written together with this one. `backend/invariants.py` looks for what
    the keys would refuse, here and in the other tables like this.
    """

    __tablename__ = "order_line"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="ck_order_line_quantity"),
        sa.CheckConstraint("cancelled >= 0 AND cancelled <= quantity", name="ck_order_line_cancelled"),
        sa.CheckConstraint(
            "remainder IS NULL OR remainder IN ({})".format(", ".join(f"'{word.value}'" for word in Remainder)),
            name="ck_order_line_remainder",
        ),
        sa.Index("ix_order_line_product", "product_id", "order_id"),
        sa.Index(  # who waits for this product: asked whenever there is more of it
            "ix_order_line_waiting",
            "product_id",
            postgresql_where=sa.text(WAITS_FOR_STOCK),
            sqlite_where=sa.text(WAITS_FOR_STOCK),
        ),
    )

    id: int | None = key()
    order_id: int = part_of()
    line_number: int
    product_id: int = Field(sa_type=BigId)
    sku: str = Field(max_length=64)
    quantity: int
    unit_price_minor: int = Field(default=0)
    cancelled: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    remainder: str | None = Field(default=None, max_length=16)
