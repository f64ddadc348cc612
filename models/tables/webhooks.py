"""Who wants which events pushed, each message owed, and each attempt to send it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.enums import DeliveryStatus
from models.tables.base import document, instant, key, one_of, ref
from models.types import BigId


class Subscription(SQLModel, table=True):
    """A webhook endpoint. `secret` never leaves the server but in the answer that created or rotated it."""

    __tablename__ = "subscription"

    id: int | None = key()
    code: str = Field(max_length=64, unique=True)
    url: str = Field(max_length=2000)
    types: list[str] = document(list)  # exact event types, or a prefix ending in ".*"; empty means all
    location_codes: list[str] = document(list)
    group_codes: list[str] = document(list)
    owner_scope: dict[str, Any] = document()  # the creator's location scope: never sees more than he may
    secret: str = Field(max_length=200)
    enabled: bool = Field(default=True)
    disabled_reason: str | None = Field(default=None, max_length=300)
    from_seq: int = Field(default=0, sa_type=BigId)
    version: int = Field(default=1)
    created_by: str = Field(max_length=120)
    created_at: datetime = instant()
    updated_at: datetime = instant()


class Delivery(SQLModel, table=True):
    """One event owed to one subscription. `next_attempt_at` is null once delivered or dead."""

    __tablename__ = "delivery"
    __table_args__ = (
        sa.UniqueConstraint("subscription_id", "event_id", name="uq_delivery_once"),
        one_of("status", DeliveryStatus, "ck_delivery_status"),
        sa.Index(
            "ix_delivery_due",
            "next_attempt_at",
            postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
            sqlite_where=sa.text("next_attempt_at IS NOT NULL"),
        ),
    )

    id: int | None = key()
    subscription_id: int = ref("subscription.id", index=False, ondelete="CASCADE")
    event_id: int = Field(sa_column_args=[sa.ForeignKey("event.id")], sa_type=BigId, index=True)
    event_type: str = Field(max_length=64)
    location_id: int | None = Field(default=None, sa_type=BigId, index=True)
    status: str = Field(max_length=16)
    attempts: int = Field(default=0)
    next_attempt_at: datetime | None = instant(nullable=True)
    claimed_by: str | None = Field(default=None, max_length=80)
    last_error: str | None = Field(default=None, max_length=500)
    last_status_code: int | None = Field(default=None)
    created_at: datetime = instant()
    finished_at: datetime | None = instant(nullable=True)


class DeliveryAttempt(SQLModel, table=True):
    """What was tried and what came back; the response is kept to 2 KB."""

    __tablename__ = "delivery_attempt"

    id: int | None = key()
    delivery_id: int = ref("delivery.id", ondelete="CASCADE")
    number: int
    started_at: datetime = instant()
    duration_ms: int = Field(default=0)
    status_code: int | None = Field(default=None)
    error: str | None = Field(default=None, max_length=500)
    response: str | None = Field(default=None, max_length=2048)
    outcome: str = Field(max_length=24)
