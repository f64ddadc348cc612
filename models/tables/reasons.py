"""Why a location gives work back, and what that says of its stock."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.floor import StockEffect
from models.tables.base import instant, one_of


class RejectReason(SQLModel, table=True):
    """A reason as a manager set it; those built in (`backend/fulfillment/reasons.py`) have no row until somebody does.

    `collateral`: other shipments of the location give the product back too.
    """

    __tablename__ = "reject_reason"
    __table_args__ = (one_of("effect", StockEffect, "ck_reject_reason_effect"),)

    code: str = Field(max_length=64, primary_key=True)
    name: str = Field(max_length=200)
    effect: str = Field(max_length=20)
    collateral: bool = Field(default=False)
    active: bool = Field(default=True)
    version: int = Field(default=1)
    updated_at: datetime = instant()
