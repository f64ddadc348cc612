"""The part of an order that one location fulfils."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.enums import Compliance, Method, ShipmentStatus
from models.tables.base import document, instant, key, one_of, ref
from models.types import BigId


class Shipment(SQLModel, table=True):
    """One location's share of an order.

    `sla_status` is the worst running clock, null while no clock runs; it is written only by `backend/sla`.
    `sla_due_at` is the earliest due instant among its running clocks (queue order).
    The `*_at` step columns are the true moments the steps were reached, null until then.
    `location_id` is no foreign key: locations are never deleted, and each check would lock a row that all share.
    """

    __tablename__ = "shipment"
    __table_args__ = (
        one_of("status", ShipmentStatus, "ck_shipment_status"),
        one_of("method", Method, "ck_shipment_method"),
        sa.CheckConstraint(
            "sla_status IS NULL OR sla_status IN ({})".format(", ".join(f"'{c.value}'" for c in Compliance)),
            name="ck_shipment_sla_status",
        ),
        sa.Index("ix_shipment_queue", "location_id", "sla_due_at"),
        sa.Index("ix_shipment_location_status", "location_id", "status"),
        sa.Index(
            "ix_shipment_tracking_number",
            "tracking_number",
            postgresql_where=sa.text("tracking_number IS NOT NULL"),
            sqlite_where=sa.text("tracking_number IS NOT NULL"),
        ),
        sa.Index(  # the oldest running shipment of the network, in one step
            "ix_shipment_running",
            "placed_at",
            postgresql_where=sa.text("sla_due_at IS NOT NULL"),
            sqlite_where=sa.text("sla_due_at IS NOT NULL"),
        ),
    )

    id: int | None = key()
    order_id: int = ref("customer_order.id")
    location_id: int = Field(sa_type=BigId)
    method: str = Field(max_length=16)
    service_level: str = Field(default="standard", max_length=64)
    channel: str = Field(default="", max_length=64)
    customer_tier: str | None = Field(default=None, max_length=64)
    status: str = Field(max_length=16)
    held: bool = Field(default=False)
    hold_reason: str | None = Field(default=None, max_length=200)
    sla_status: str | None = Field(default=None, max_length=16)
    sla_due_at: datetime | None = instant(nullable=True)
    order_due_at: datetime | None = instant(nullable=True)
    units: int = Field(default=0)
    tracking: dict[str, Any] = document()
    tracking_number: str | None = Field(default=None, max_length=100)
    placed_at: datetime = instant()
    assigned_at: datetime = instant()
    accepted_at: datetime | None = instant(nullable=True)
    picked_at: datetime | None = instant(nullable=True)
    packed_at: datetime | None = instant(nullable=True)
    ready_at: datetime | None = instant(nullable=True)
    shipped_at: datetime | None = instant(nullable=True)
    handed_over_at: datetime | None = instant(nullable=True)
    cancelled_at: datetime | None = instant(nullable=True)
    version: int = Field(default=1)
    updated_at: datetime = instant()


class ShipmentLine(SQLModel, table=True):
    """One product in a shipment.

    `order_line_id` and `product_id` are no foreign keys: both come from the order, whose row is locked when a shipment
    is opened, and neither is deleted before it.
    """

    __tablename__ = "shipment_line"
    __table_args__ = (sa.CheckConstraint("quantity > 0", name="ck_shipment_line_quantity"),)

    id: int | None = key()
    shipment_id: int = ref("shipment.id")
    order_line_id: int = Field(sa_type=BigId)
    product_id: int = Field(sa_type=BigId)
    sku: str = Field(max_length=64)
    quantity: int
    picked: int = Field(default=0)
