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
    """A webhook endpoint. `secret` never leaves the server but in the answer that created or rotated it.

    `owner_scope` is `{"location_codes": [], "group_codes": [], "hidden_types": []}`: what its creator may see.
    `failing_since` is set by the first failure after a success and cleared by the next success.
    """

    __tablename__ = "subscription"

    id: int | None = key()
    code: str = Field(max_length=64, unique=True)
    url: str = Field(max_length=2000)
    types: list[str] = document(list)  # exact event types, or a prefix ending in ".*"; empty means all
    location_codes: list[str] = document(list)
    group_codes: list[str] = document(list)
    owner_scope: dict[str, Any] = document()
    secret: str = Field(max_length=200)
    enabled: bool = Field(default=True)
    disabled_reason: str | None = Field(default=None, max_length=300)
    failing_since: datetime | None = instant(nullable=True)
    from_seq: int = Field(default=0, sa_type=BigId)  # events after this place in the feed are owed
    version: int = Field(default=1)
    created_by: str = Field(max_length=120)
    created_at: datetime = instant()
    updated_at: datetime = instant()


class Delivery(SQLModel, table=True):
    """One event owed to one subscription; owed means `pending` or `sending`.

    Messages of one subject reach a subscription in the order of the feed: only the first that is owed has a
    `next_attempt_at`, the ones behind it wait with null until it is delivered or dead (`alerts/delivery/queue.py`).
    `claimed_by` names the worker that is sending; it is free again once that worker's lease has run out.
    `schedule_from` is the number of attempts before the last replay: the retry schedule starts over there.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        sa.UniqueConstraint("subscription_id", "event_id", name="uq_delivery_once"),
        one_of("status", DeliveryStatus, "ck_delivery_status"),
        sa.Index(
            "ix_delivery_due",
            "subscription_id",
            "next_attempt_at",
            postgresql_where=sa.text("status = 'pending'"),
            sqlite_where=sa.text("status = 'pending'"),
        ),
        sa.Index(
            "ix_delivery_owed",
            "subscription_id",
            "subject",
            "event_seq",
            postgresql_where=sa.text("status IN ('pending', 'sending')"),
            sqlite_where=sa.text("status IN ('pending', 'sending')"),
        ),
        sa.Index(
            "ix_delivery_sending",
            "claimed_by",
            postgresql_where=sa.text("status = 'sending'"),
            sqlite_where=sa.text("status = 'sending'"),
        ),
        sa.Index("ix_delivery_location", "location_id", "id"),
        sa.Index("ix_delivery_status", "status", "id"),
    )

    id: int | None = key()
    subscription_id: int = ref("subscription.id", index=False, ondelete="CASCADE")
    event_id: int = Field(sa_column_args=[sa.ForeignKey("event.id")], sa_type=BigId, index=True)
    event_seq: int = Field(sa_type=BigId)
    event_type: str = Field(max_length=64)
    subject: str = Field(max_length=200)
    location_id: int | None = Field(default=None, sa_type=BigId)
    status: str = Field(max_length=16)
    attempts: int = Field(default=0)
    schedule_from: int = Field(default=0)
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
