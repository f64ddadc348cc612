"""Who is told: subscriptions and channels, each message owed to them, and each attempt to send it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.alerting import ContentMode, ReceiverKind
from models.enums import DeliveryStatus
from models.tables.base import document, instant, key, one_of, ref
from models.types import BigId

_OF_OLD_ROWS = {
    "kind": {"server_default": ReceiverKind.SUBSCRIPTION.value},
    "mode": {"server_default": ContentMode.STRUCTURED.value},
}


class Subscription(SQLModel, table=True):
    """A receiver: an integrator's subscription to events (`kind` says so), or a channel, which is told of alerts.
    `secret` never leaves the server but in the answer that created or rotated it.

    Of a channel, `secret` is what its tool knows it by (a key, a token, an address that is a secret), `config` is the
    rest, by kind (`alerts/connectors`), `types` is empty, `url` is where it is; `inbound_secret` proves who calls back.
    A `paused` receiver is owed what happens and sent nothing. While `previous_secret` is good, messages are signed with
    both. `paced_until` and `broken_until` hold messages back: the receiver's rate (`alerts/delivery/pace.py`), and its
    circuit breaker after `failures` in a row. `unhealthy_at` is when others were told that it takes nothing,
    `resent_at` when all that fires was last sent again to a tool that forgets. A subscription without `url` is pulled,
    from `from_seq` on.

    `owner_scope` is `{"location_codes": [], "group_codes": [], "hidden_types": []}`: what its creator may see.
    `failing_since` is set by the first failure after a success and cleared by the next success.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        one_of("kind", ReceiverKind, "ck_subscription_kind"),
        one_of("content_mode", ContentMode, "ck_subscription_content_mode"),
    )

    id: int | None = key()
    code: str = Field(max_length=64, unique=True)
    kind: str = Field(
        default=ReceiverKind.SUBSCRIPTION.value, max_length=24, sa_column_kwargs={"server_default": "subscription"}
    )
    title: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": sa.text("''")})
    url: str = Field(max_length=2000)
    config: dict[str, Any] = document(server_default="{}")
    content_mode: str = Field(
        default=ContentMode.STRUCTURED.value, max_length=16, sa_column_kwargs={"server_default": "structured"}
    )
    filters: list[Any] = document(list, server_default="[]")  # conditions on an event's fields, all of which must hold
    types: list[str] = document(list)  # exact event types, or a prefix ending in ".*"; empty means all
    location_codes: list[str] = document(list)
    group_codes: list[str] = document(list)
    owner_scope: dict[str, Any] = document()
    secret: str = Field(max_length=2000)
    previous_secret: str | None = Field(default=None, max_length=2000)
    previous_until: datetime | None = instant(nullable=True)
    inbound_secret: str | None = Field(default=None, max_length=200)
    enabled: bool = Field(default=True)
    disabled_reason: str | None = Field(default=None, max_length=300)
    paused: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    failing_since: datetime | None = instant(nullable=True)
    failures: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    broken_until: datetime | None = instant(nullable=True)
    paced_until: datetime | None = instant(nullable=True)
    unhealthy_at: datetime | None = instant(nullable=True)
    resent_at: datetime | None = instant(nullable=True)
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
    `receipt` is what the tool calls what it made of the message (a ticket's id), for the next message of that subject.
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
        sa.Index(
            "ix_delivery_receipt",
            "subscription_id",
            "subject",
            postgresql_where=sa.text("receipt IS NOT NULL"),
            sqlite_where=sa.text("receipt IS NOT NULL"),
        ),
        sa.Index(
            "ix_delivery_alert",
            "alert_id",
            "id",
            postgresql_where=sa.text("alert_id IS NOT NULL"),
            sqlite_where=sa.text("alert_id IS NOT NULL"),
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
    alert_id: int | None = Field(default=None, sa_type=BigId)  # of a notice, whoever gets it
    status: str = Field(max_length=16)
    attempts: int = Field(default=0)
    schedule_from: int = Field(default=0)
    next_attempt_at: datetime | None = instant(nullable=True)
    claimed_by: str | None = Field(default=None, max_length=80)
    last_error: str | None = Field(default=None, max_length=500)
    last_status_code: int | None = Field(default=None)
    receipt: str | None = Field(default=None, max_length=300)
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
