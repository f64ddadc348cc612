"""The part of an order that one location fulfils."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.enums import Compliance, Method, ShipmentStatus
from models.floor import Waiting
from models.tables.base import document, instant, key, one_of, part_of
from models.types import BigId


class Shipment(SQLModel, table=True):
    """One location's share of an order.

    `sla_status` is the worst running clock, null while no clock runs; it is written only by `backend/sla`.
    `sla_due_at` is the earliest due instant among its running clocks (queue order).
    The `*_at` step columns are the true moments the steps were reached, null until then. `step` is the last step done
    of its workflow (null: none; `workflow_id` null: the built-in way of its method), `claimed_by` the person who works
    on it. `parent_id` is the shipment it was split from. A transfer goes `to_location_id`, for `for_shipment_id`.
    `collect_by_at` is until when a customer may come for it; `remind_at` when he is reminded next.
    `location_id` is no foreign key: locations are never deleted, and each check would lock a row that all share; nor is
    `order_id`, whose row whoever opens a shipment holds.
    """

    __tablename__ = "shipment"
    __table_args__ = (
        one_of("status", ShipmentStatus, "ck_shipment_status"),
        one_of("method", Method, "ck_shipment_method"),
        sa.CheckConstraint(
            "sla_status IS NULL OR sla_status IN ({})".format(", ".join(f"'{c.value}'" for c in Compliance)),
            name="ck_shipment_sla_status",
        ),
        sa.CheckConstraint(
            "waiting_for IS NULL OR waiting_for IN ({})".format(", ".join(f"'{w.value}'" for w in Waiting)),
            name="ck_shipment_waiting_for",
        ),
        sa.Index("ix_shipment_queue", "location_id", "sla_due_at"),
        *(
            sa.Index(
                f"ix_shipment_{name}",
                name,
                postgresql_where=sa.text(f"{name} IS NOT NULL"),
                sqlite_where=sa.text(f"{name} IS NOT NULL"),
            )
            for name in ("wave_id", "parent_id", "for_shipment_id", "collect_by_at", "remind_at")
        ),
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
    order_id: int = part_of()
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
    workflow_id: int | None = Field(default=None, sa_type=BigId)
    step: str | None = Field(default=None, max_length=64)
    waiting_for: str | None = Field(default=None, max_length=16)
    wave_id: int | None = Field(default=None, sa_type=BigId)
    parent_id: int | None = Field(default=None, sa_type=BigId)
    for_shipment_id: int | None = Field(default=None, sa_type=BigId)
    to_location_id: int | None = Field(default=None, sa_type=BigId)
    claimed_by: str | None = Field(default=None, max_length=120)
    claimed_at: datetime | None = instant(nullable=True)
    pickup_code: str | None = Field(default=None, max_length=16)
    collect_by_at: datetime | None = instant(nullable=True)
    remind_at: datetime | None = instant(nullable=True)
    version: int = Field(default=1)
    updated_at: datetime = instant()


class ShipmentLine(SQLModel, table=True):
    """One product in a shipment.

    `picked` of its units are in the fulfiller's hands, `awaited` come by a transfer and are not promised here yet. A
    line whose units all went elsewhere is deleted. `ordered_sku` is what the customer asked for, when another product
    goes in its place.
    `shipment_id`, `order_line_id` and `product_id` are no foreign keys: a shipment is written with them, or locked;
    the others come from the order, whose row is locked when one is opened; none is deleted before it.
    """

    __tablename__ = "shipment_line"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="ck_shipment_line_quantity"),
        sa.CheckConstraint("picked >= 0 AND picked <= quantity", name="ck_shipment_line_picked"),
        sa.CheckConstraint("awaited >= 0 AND awaited <= quantity", name="ck_shipment_line_awaited"),
    )

    id: int | None = key()
    shipment_id: int = part_of()
    order_line_id: int = Field(sa_type=BigId)
    product_id: int = Field(sa_type=BigId)
    sku: str = Field(max_length=64)
    quantity: int
    picked: int = Field(default=0)
    awaited: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    ordered_sku: str | None = Field(default=None, max_length=64)
