"""What a delivery date is made of beside opening hours: carriers, and lanes between locations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.tables.base import document, instant
from models.types import BigId


class Carrier(SQLModel, table=True):
    """A carrier's services: `document` holds transit per service level and its calendar (`promise/rules.py`)."""

    __tablename__ = "carrier"

    code: str = Field(max_length=64, primary_key=True)
    name: str = Field(max_length=200)
    document: dict[str, Any] = document()
    active: bool = Field(default=True)
    version: int = Field(default=1)
    updated_at: datetime = instant()


class TransferLane(SQLModel, table=True):
    """How long goods take from one location to another."""

    __tablename__ = "transfer_lane"
    __table_args__ = (sa.CheckConstraint("minutes >= 0", name="ck_transfer_lane_minutes"),)

    from_location_id: int = Field(sa_column_args=[sa.ForeignKey("location.id")], sa_type=BigId, primary_key=True)
    to_location_id: int = Field(sa_column_args=[sa.ForeignKey("location.id")], sa_type=BigId, primary_key=True)
    minutes: int
