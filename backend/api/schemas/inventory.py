"""Stock over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

from backend.api.schemas.common import MAX_ITEMS, Body, Code, ShownInstant, Word
from backend.inventory.queries import StockView
from backend.inventory.rules import MAX_UNITS


class AdjustmentIn(Body):
    """A signed movement of units on hand; lots and expiry dates are not kept yet."""

    location: Code
    sku: Code
    delta: Annotated[int, Strict(), Field(ge=-MAX_UNITS, le=MAX_UNITS)]
    reason: Word = "adjustment"


class AdjustmentsIn(Body):
    """At most 1,000 movements, all or none."""

    items: Annotated[list[AdjustmentIn], Field(min_length=1, max_length=MAX_ITEMS)]


class CountIn(Body):
    """What was counted: the units on hand become this."""

    location: Code
    sku: Code
    on_hand: Annotated[int, Strict(), Field(ge=0, le=MAX_UNITS)]
    reason: Word = "count"


class CountsIn(Body):
    """At most 1,000 counts, all or none."""

    items: Annotated[list[CountIn], Field(min_length=1, max_length=MAX_ITEMS)]


class StockOut(Body):
    """Stock of one product at one location; available = on_hand - allocated."""

    location: str
    sku: str
    on_hand: int
    allocated: int
    available: int
    version: int
    updated_at: ShownInstant | None


def show(view: StockView) -> StockOut:
    """Return a balance as the API shows it."""
    return StockOut(
        location=view.location,
        sku=view.sku,
        on_hand=view.on_hand,
        allocated=view.allocated,
        available=view.available,
        version=view.version,
        updated_at=view.updated_at,
    )
