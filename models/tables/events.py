"""The event log: audit trail, outbox, pull feed and the pulse of every open screen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.tables.base import document, instant, key
from models.types import BigId


class Event(SQLModel, table=True):
    """Something that happened, written in the same transaction as the change it tells of.

    `id` is taken before commit, so two writers may commit out of its order; readers therefore follow
    `seq`, which the sequencer gives to committed rows only (`backend/events/sequencer.py`).
    `uid` is the CloudEvents id and the webhook-id. `at` is the true (business) moment.
    """

    __tablename__ = "event"
    __table_args__ = (
        sa.Index(
            "ix_event_unsequenced",
            "id",
            postgresql_where=sa.text("seq IS NULL"),
            sqlite_where=sa.text("seq IS NULL"),
        ),
        # Partial: a row enters them when it gets its place in the feed, not twice.
        *(
            sa.Index(
                f"ix_event_{name}",
                column,
                "seq",
                postgresql_where=sa.text("seq IS NOT NULL"),
                sqlite_where=sa.text("seq IS NOT NULL"),
            )
            for name, column in (("type", "type"), ("location", "location_id"))
        ),
        sa.Index("ix_event_subject", "subject"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = key()
    seq: int | None = Field(default=None, sa_type=BigId, unique=True)
    uid: str = Field(max_length=40)  # 128 random bits: no index has to see to it that it is the only one
    type: str = Field(max_length=64)
    subject: str = Field(max_length=200)
    location_id: int | None = Field(default=None, sa_type=BigId)
    actor: str = Field(max_length=120)
    data: dict[str, Any] = document()
    at: datetime = instant()
    recorded_at: datetime = instant()


class EventSequence(SQLModel, table=True):
    """One row: the last `seq` given. Its row lock makes sequencing single-file on every database."""

    __tablename__ = "event_sequence"

    id: int = Field(default=1, primary_key=True)
    last: int = Field(default=0, sa_type=BigId)
