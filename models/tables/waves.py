"""Pick waves, the shipments in them, and the rules that plan them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.floor import WaveShare, WaveStatus
from models.tables.base import document, instant, key, one_of, ref
from models.types import BigId


class PickWave(SQLModel, table=True):
    """Shipments of one location that are picked together.

    `plan` is `{why, pace, stops: [{bin, zone, items: [{sku, quantity, shipments: [{id, slot, quantity}]}]}]}`, the
    stops in walking order. `latest_safe_start_at` is when picking must begin for all of it to be in time. `parent_id`
    is the wave whose short picks this one recovers.
    """

    __tablename__ = "pick_wave"
    __table_args__ = (
        one_of("status", WaveStatus, "ck_pick_wave_status"),
        sa.UniqueConstraint("location_id", "number", name="uq_pick_wave_number"),
        sa.Index("ix_pick_wave_status", "location_id", "status", "latest_safe_start_at"),
        sa.Index(  # the board of all locations, and how many waves there are
            "ix_pick_wave_open",
            "status",
            postgresql_where=sa.text("closed_at IS NULL"),
            sqlite_where=sa.text("closed_at IS NULL"),
        ),
    )

    id: int | None = key()
    location_id: int = ref("location.id", index=False)
    number: int  # counts up per location: what people call it
    status: str = Field(max_length=16)
    rule_code: str | None = Field(default=None, max_length=64)
    parent_id: int | None = Field(default=None, sa_type=BigId, index=True)
    shipments: int
    units: int
    lines: int
    stops: int
    picked: int = Field(default=0)
    plan: dict[str, Any] = document()
    limits: dict[str, Any] = document()
    due_at: datetime | None = instant(nullable=True)
    cutoff_at: datetime | None = instant(nullable=True)
    latest_safe_start_at: datetime | None = instant(nullable=True)
    predicted_finish_at: datetime | None = instant(nullable=True)
    created_by: str = Field(max_length=120)
    created_at: datetime = instant()
    released_at: datetime | None = instant(nullable=True)
    started_at: datetime | None = instant(nullable=True)
    closed_at: datetime | None = instant(nullable=True)
    version: int = Field(default=1)
    updated_at: datetime = instant()


class WaveShipment(SQLModel, table=True):
    """A shipment in a wave; `slot` is its place in the put wall, null when it needs none."""

    __tablename__ = "wave_shipment"
    __table_args__ = (one_of("share", WaveShare, "ck_wave_shipment_share"),)

    wave_id: int = Field(sa_column_args=[sa.ForeignKey("pick_wave.id")], sa_type=BigId, primary_key=True)
    shipment_id: int = Field(sa_column_args=[sa.ForeignKey("shipment.id")], sa_type=BigId, primary_key=True, index=True)
    place: int  # its order in the wave, most urgent first
    slot: int | None = Field(default=None)
    share: str = Field(max_length=16)


class WaveRule(SQLModel, table=True):
    """How waves of a location are planned: limits and grouping as a document; `next_run_at` null: only by hand."""

    __tablename__ = "wave_rule"
    __table_args__ = (
        sa.UniqueConstraint("location_id", "code", name="uq_wave_rule"),
        sa.Index(
            "ix_wave_rule_next_run_at",
            "next_run_at",
            postgresql_where=sa.text("next_run_at IS NOT NULL"),
            sqlite_where=sa.text("next_run_at IS NOT NULL"),
        ),
    )

    id: int | None = key()
    location_id: int = ref("location.id", index=False)
    code: str = Field(max_length=64)
    name: str = Field(max_length=200)
    document: dict[str, Any] = document()
    active: bool = Field(default=True)
    next_run_at: datetime | None = instant(nullable=True)
    last_run_at: datetime | None = instant(nullable=True)
    version: int = Field(default=1)
    updated_at: datetime = instant()
