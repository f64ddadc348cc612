"""Workflows as data, and what was done by them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.enums import DefinitionStatus, Method, ShipmentStatus
from models.tables.base import document, instant, key, one_of, ref


class Workflow(SQLModel, table=True):
    """One version of how shipments of a method are worked on: everywhere, or (a fork) where a group's locations are.

    A document once active is never changed: a new version is made, and shipments under way keep theirs.
    """

    __tablename__ = "workflow"
    __table_args__ = (
        sa.UniqueConstraint("code", "version", name="uq_workflow_version"),
        one_of("status", DefinitionStatus, "ck_workflow_status"),
        one_of("method", Method, "ck_workflow_method"),
        sa.Index(
            "uq_workflow_active",
            "method",
            "group_code",
            unique=True,
            postgresql_where=sa.text("status = 'active'"),
            sqlite_where=sa.text("status = 'active'"),
        ),
    )

    id: int | None = key()
    code: str = Field(max_length=64)
    version: int
    method: str = Field(max_length=16)
    group_code: str = Field(default="", max_length=64)  # "": everywhere; NULLs would never collide
    status: str = Field(max_length=16)
    document: dict[str, Any] = document()
    note: str = Field(default="", max_length=200)
    created_by: str = Field(max_length=120)
    created_at: datetime = instant()
    activated_at: datetime | None = instant(nullable=True)


class ShipmentStep(SQLModel, table=True):
    """A step that was done: the journal by which a step is undone. `before` holds the columns it changed."""

    __tablename__ = "shipment_step"
    __table_args__ = (
        one_of("from_status", ShipmentStatus, "ck_shipment_step_from"),
        one_of("to_status", ShipmentStatus, "ck_shipment_step_to"),
    )

    id: int | None = key()
    shipment_id: int = ref("shipment.id")
    step: str = Field(max_length=64)
    from_step: str | None = Field(default=None, max_length=64)
    from_status: str = Field(max_length=16)
    to_status: str = Field(max_length=16)
    inputs: dict[str, Any] = document()
    before: dict[str, Any] = document()
    actor: str = Field(max_length=120)
    at: datetime = instant()
    undone_at: datetime | None = instant(nullable=True)
    undone_by: str | None = Field(default=None, max_length=120)
