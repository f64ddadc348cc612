"""Rows the program keeps for itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.tables.base import document, instant


class IdempotencyKey(SQLModel, table=True):
    """The first answer given to a key, so that a repeated POST gets it again."""

    __tablename__ = "idempotency_key"

    owner: str = Field(max_length=120, primary_key=True)  # actor and route
    key: str = Field(max_length=200, primary_key=True)
    body_hash: str = Field(max_length=64)
    locked_until: datetime | None = instant(nullable=True)  # null: answered
    status: int | None = Field(default=None)
    response: dict[str, Any] = document()
    created_at: datetime = instant(index=True)


class JobLease(SQLModel, table=True):
    """Which process runs a job, so that two workers never both do."""

    __tablename__ = "job_lease"

    job: str = Field(max_length=64, primary_key=True)
    owner: str = Field(max_length=80)
    expires_at: datetime = instant()


class SystemFact(SQLModel, table=True):
    """Small named facts about this installation: which network it holds, where a replay's clock stands."""

    __tablename__ = "system_fact"

    name: str = Field(max_length=64, primary_key=True)
    value: dict[str, Any] = document()
    updated_at: datetime = instant()
