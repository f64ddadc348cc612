"""What managers do to a location for a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.floor import ControlKind
from models.tables.base import document, instant, key, one_of, ref


class LocationControl(SQLModel, table=True):
    """A cap or a paused method, with its reason and its end. At most one of a kind and `subject` (the method paused,
    "" for a cap) runs per location; `ended_at` is set when somebody takes it back, or when it ran out."""

    __tablename__ = "location_control"
    __table_args__ = (
        one_of("kind", ControlKind, "ck_location_control_kind"),
        sa.Index(
            "uq_location_control_active",
            "location_id",
            "kind",
            "subject",
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index(
            "ix_location_control_until",
            "until",
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: int | None = key()
    location_id: int = ref("location.id", index=False)
    kind: str = Field(max_length=16)
    subject: str = Field(default="", max_length=16)
    value: dict[str, Any] = document()
    reason: str = Field(max_length=200)
    actor: str = Field(max_length=120)
    at: datetime = instant()
    until: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)
    ended_by: str | None = Field(default=None, max_length=120)
