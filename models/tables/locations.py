"""Stores, warehouses and the groups they belong to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.enums import LocationKind
from models.tables.base import document, instant, key, one_of
from models.types import BigId


class Location(SQLModel, table=True):
    """A place that fulfils.

    `hours` is `{"weekly": {"mon": [["09:00","21:00"]], ...}, "exceptions": [{"date": "2026-11-26",
    "closed": true, "label": "Thanksgiving"} | {"date": ..., "intervals": [["10:00","16:00"]]}],
    "cutoffs": {"ship": "17:00"}}` in the location's own zone; an empty document means always open.
    `daily_limit` is `{"orders"|"items"|"money": n, "per": "hour"|"day"|"week"}` (per day when not stated) or empty.
    `processing` holds open minutes of work by method, `capacity`
    `{"shipments_per_hour": 40}` of open hours; empty: not known, and no promise waits for them.
    """

    __tablename__ = "location"
    __table_args__ = (one_of("kind", LocationKind, "ck_location_kind"),)

    id: int | None = key()
    code: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=200)
    kind: str = Field(max_length=16)
    latitude: float | None = Field(default=None)
    longitude: float | None = Field(default=None)
    time_zone: str = Field(max_length=64)
    methods: list[str] = document(list)
    hours: dict[str, Any] = document()
    daily_limit: dict[str, Any] = document()
    processing: dict[str, Any] = document(server_default="{}")
    capacity: dict[str, Any] = document(server_default="{}")
    groups: list[str] = document(list)  # as stated by the owner, in order; mirrored in location_group_member
    attributes: dict[str, Any] = document()
    closed_reason: str | None = Field(default=None, max_length=200)  # set: closed until reopened by hand
    data_seen_at: datetime | None = instant(nullable=True)  # last sign of life; stale when too old
    version: int = Field(default=1)
    created_at: datetime = instant()
    updated_at: datetime = instant()


class LocationGroupMember(SQLModel, table=True):
    """Which groups a location belongs to (region, chain, state …), for scope and filters."""

    __tablename__ = "location_group_member"
    __table_args__ = (sa.Index("ix_location_group_member_group", "group_code", "location_id"),)

    location_id: int = Field(
        sa_column_args=[sa.ForeignKey("location.id", ondelete="CASCADE")],
        sa_type=BigId,
        primary_key=True,
    )
    group_code: str = Field(max_length=64, primary_key=True)


__all__ = ["Location", "LocationGroupMember"]
