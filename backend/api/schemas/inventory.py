"""Stock over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from pydantic import Field, Strict, StringConstraints

from backend.api.schemas.common import MAX_ITEMS, Body, Code, Document, ShownInstant, Word
from backend.inventory.fefo import LotName
from backend.inventory.rules import MAX_UNITS
from backend.inventory.views import StockDetail, StockRow

_PLAIN = r"^[^\x00-\x1f\x7f]*$"


class LotIn(Body):
    """The lot, if any: an item that names none of these speaks of the whole balance."""

    lot: Annotated[str, StringConstraints(strip_whitespace=True, max_length=50, pattern=_PLAIN)] = ""
    serial: Annotated[str, StringConstraints(strip_whitespace=True, max_length=30, pattern=_PLAIN)] = ""
    condition: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50, pattern=_PLAIN)] = (
        Field(
            default="new", description="Only `new` is sold; other words (damaged, returned, …) are kept but not sold."
        )
    )
    expires_on: Annotated[date | None, Field(description="Its last day, at the location.")] = None

    def lot_name(self) -> LotName:
        """Return what the service takes."""
        return LotName(self.lot, self.serial, self.condition, self.expires_on)


class AdjustmentIn(LotIn):
    """A signed movement of units on hand."""

    location: Code
    sku: Code
    delta: Annotated[int, Strict(), Field(ge=-MAX_UNITS, le=MAX_UNITS)]
    reason: Word = "adjustment"


class AdjustmentsIn(Body):
    """At most 1,000 movements, all or none."""

    items: Annotated[list[AdjustmentIn], Field(min_length=1, max_length=MAX_ITEMS)]


class CountIn(LotIn):
    """What was counted: the units on hand become this."""

    location: Code
    sku: Code
    on_hand: Annotated[int, Strict(), Field(ge=0, le=MAX_UNITS)]
    reason: Word = "count"


class CountsIn(Body):
    """At most 1,000 counts, all or none."""

    items: Annotated[list[CountIn], Field(min_length=1, max_length=MAX_ITEMS)]


class SettingsIn(Body):
    """Units that stay back and are never promised; `attributes` of your own, as they are when none are stated."""

    safety_stock: Annotated[int, Strict(), Field(ge=0, le=MAX_UNITS)] = 0
    floor: Annotated[int, Strict(), Field(ge=0, le=MAX_UNITS)] = 0
    attributes: Document | None = None


class StockOut(Body):
    """A balance; available = max(0, on_hand - unsellable - allocated - pending - safety_stock - floor).

    `blocked`: the location must not be given the product now. `arriving` are units announced and not promised.
    """

    location: str
    location_name: str
    sku: str
    product_name: str
    on_hand: int
    unsellable: int
    allocated: int
    pending: int
    safety_stock: int
    floor: int
    available: int
    has_lots: bool
    attributes: dict[str, Any]
    blocked: bool
    arriving: int
    next_arrival: ShownInstant | None
    version: int
    updated_at: ShownInstant | None


class LotOut(Body):
    """Units that share lot code, serial number, condition and expiry."""

    lot: str
    serial: str
    condition: str
    expires_on: date | None
    sellable: bool
    on_hand: int
    allocated: int


class ShareOut(Body):
    """What a segment keeps of a balance: `used` of its `quota` are promised, `left` are kept for it now."""

    code: str
    name: str
    quota: int
    used: int
    left: int


class BlockOut(Body):
    """A product that a location must not be given: until an instant, the next count, or (neither) by hand."""

    location: str
    sku: str
    until: ShownInstant | None
    until_count: bool
    reason: str
    actor: str
    at: ShownInstant


class FutureOut(Body):
    """Units that are still to come; `allocated` of them are promised to backordered lines."""

    location: str
    sku: str
    reference: str
    quantity: int
    allocated: int
    arrives_at: ShownInstant
    received_at: ShownInstant | None
    version: int


class MovementOut(Body):
    """One row of the ledger, in signed units; `promised` counts allocated and pending together."""

    id: int
    at: ShownInstant
    reason: str
    on_hand: int
    unsellable: int
    promised: int
    shipment_id: int | None
    segment: str | None
    lot: str | None
    actor: str


class StockDetailOut(StockOut):
    """A balance with all that explains it; `open_units` are those kept for no segment."""

    open_units: int
    lots: list[LotOut]
    segments: list[ShareOut]
    block: BlockOut | None
    future: list[FutureOut]
    movements: list[MovementOut]


def show(row: StockRow) -> StockOut:
    """Return a balance as the API shows it."""
    return StockOut(**asdict(row))


def show_detail(view: StockDetail) -> StockDetailOut:
    """Return a balance with all that explains it, as the API shows it."""
    parts = asdict(view)
    return StockDetailOut(**parts.pop("row"), **parts)
