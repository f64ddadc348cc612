"""Routing: versions of strategies, every decision with its trace, what a location was given, and shadow runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.enums import LoadWindow, RoutingOutcome, StrategyStatus, WorkStatus
from models.tables.base import document, instant, key, one_of, packed_trace, part_of
from models.types import BigId


class RoutingStrategy(SQLModel, table=True):
    """One version of a strategy: a JSON document as `backend/routing/document.py` reads it."""

    __tablename__ = "routing_strategy"
    __table_args__ = (
        sa.UniqueConstraint("name", "version", name="uq_routing_strategy_version"),
        one_of("status", StrategyStatus, "ck_routing_strategy_status"),
        sa.Index(
            "uq_routing_strategy_active",
            "status",
            unique=True,
            postgresql_where=sa.text("status = 'active'"),
            sqlite_where=sa.text("status = 'active'"),
        ),
    )

    id: int | None = key()
    name: str = Field(max_length=64)
    version: int
    status: str = Field(max_length=16)
    document: dict[str, Any] = document()
    note: str = Field(default="", max_length=500)
    created_by: str = Field(max_length=120)
    created_at: datetime = instant()
    activated_at: datetime | None = instant(nullable=True)


class RoutingDecision(SQLModel, table=True):
    """What was decided for an order, once, and why: `backend/routing/trace.py` describes `trace`.

    `order_id` is no foreign key: whoever decides holds the order's row, and orders are never deleted.
    """

    __tablename__ = "routing_decision"
    __table_args__ = (
        one_of("outcome", RoutingOutcome, "ck_routing_decision_outcome"),
        sa.Index(  # empty suggestions, newest first
            "ix_routing_decision_empty",
            "at",
            postgresql_where=sa.text("outcome IN ('none', 'partial')"),
            sqlite_where=sa.text("outcome IN ('none', 'partial')"),
        ),
    )

    id: int | None = key()
    order_id: int = part_of()
    attempt: int = Field(default=1)
    strategy_id: int | None = Field(default=None, sa_type=BigId)
    outcome: str = Field(max_length=16)
    reason: str | None = Field(default=None, max_length=64)  # why the first units that were left over have no place
    trace: dict[str, Any] = packed_trace()
    at: datetime = instant()


class RoutingExclusion(SQLModel, table=True):
    """A location that gave an order back; it is not asked again for this order."""

    __tablename__ = "routing_exclusion"

    order_id: int = Field(sa_column_args=[sa.ForeignKey("customer_order.id")], sa_type=BigId, primary_key=True)
    location_id: int = Field(sa_column_args=[sa.ForeignKey("location.id")], sa_type=BigId, primary_key=True)
    reason: str = Field(default="", max_length=200)
    at: datetime = instant()


class LocationLoad(SQLModel, table=True):
    """What a location with a limit was given since `starts_at`; a later window resets it (compare-and-set)."""

    __tablename__ = "location_load"
    __table_args__ = (
        one_of("span", LoadWindow, "ck_location_load_span"),
        sa.CheckConstraint("orders >= 0 AND items >= 0 AND money_minor >= 0", name="ck_location_load_counts"),
    )

    location_id: int = Field(sa_column_args=[sa.ForeignKey("location.id")], sa_type=BigId, primary_key=True)
    span: str = Field(max_length=8)
    starts_at: datetime = instant()
    orders: int = Field(default=0)
    items: int = Field(default=0)
    money_minor: int = Field(default=0, sa_type=BigId)


class ShadowRun(SQLModel, table=True):
    """A strategy tried on the last orders, beside the active one; nothing is reserved."""

    __tablename__ = "shadow_run"
    __table_args__ = (one_of("status", WorkStatus, "ck_shadow_run_status"),)

    id: int | None = key()
    strategy_name: str = Field(max_length=64)
    strategy_version: int | None = Field(default=None)
    strategy: dict[str, Any] = document()
    orders: int
    done: int = Field(default=0)
    status: str = Field(max_length=16)
    result: dict[str, Any] = document()
    created_by: str = Field(max_length=120)
    created_at: datetime = instant()
    finished_at: datetime | None = instant(nullable=True)
