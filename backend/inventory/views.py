"""What pages and programs see of stock: balances with codes and names, lots, shares of segments, blocks, arrivals,
movements. Shapes only; `queries.py` fills them. Quantities are units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class StockSort(StrEnum):
    """What a list of balances is ordered by; ties by location, then SKU."""

    LOCATION = "location"
    SKU = "sku"
    AVAILABLE = "available"
    ON_HAND = "on_hand"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class StockRow:
    """One balance. `blocked`: its location must not be given this product now. `arriving`: announced, not promised."""

    location: str
    location_name: str
    sku: str
    product_name: str
    on_hand: int = 0
    unsellable: int = 0
    allocated: int = 0
    pending: int = 0
    safety_stock: int = 0
    floor: int = 0
    available: int = 0
    has_lots: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict)
    blocked: bool = False
    arriving: int = 0
    next_arrival: datetime | None = None
    version: int = 0  # 0: nothing was ever there
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LotView:
    """Units that share lot code, serial number, condition and expiry; "" and null are not recorded."""

    lot: str
    serial: str
    condition: str
    expires_on: date | None
    sellable: bool
    on_hand: int
    allocated: int


@dataclass(frozen=True, slots=True)
class SegmentShare:
    """What a segment keeps of a balance: `used` of its `quota` are promised, `left` are kept for it now."""

    code: str
    name: str
    quota: int
    used: int
    left: int


@dataclass(frozen=True, slots=True)
class BlockView:
    """A product that a location must not be given: until an instant, until the next count, or (neither) by hand."""

    location: str
    sku: str
    until: datetime | None
    until_count: bool
    reason: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FutureView:
    """Units that are still to come; `allocated` of them are promised to backordered lines."""

    location: str
    sku: str
    reference: str
    quantity: int
    allocated: int
    arrives_at: datetime
    received_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class MovementView:
    """One row of the ledger, in signed units; `promised` counts allocated and pending together."""

    id: int
    at: datetime
    reason: str
    on_hand: int
    unsellable: int
    promised: int
    shipment_id: int | None
    segment: str | None
    lot: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class StockDetail:
    """A balance with all that explains it; `open_units` are those kept for no segment."""

    row: StockRow
    open_units: int
    lots: tuple[LotView, ...] = ()
    segments: tuple[SegmentShare, ...] = ()
    block: BlockView | None = None
    future: tuple[FutureView, ...] = ()
    movements: tuple[MovementView, ...] = ()  # the newest first, at most 20


@dataclass(frozen=True, slots=True)
class QuotaView:
    """How much a segment keeps, in percent or in units, and where it counts (None: everywhere, every product)."""

    location: str | None = None
    group: str | None = None
    sku: str | None = None
    percent: int | None = None
    units: int | None = None


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A ring-fence: whose orders it is for (None: any), and how much it keeps."""

    code: str
    name: str
    channel: str | None
    customer_segment: str | None
    method: str | None
    rank: int
    active: bool
    version: int
    updated_at: datetime
    quotas: tuple[QuotaView, ...] = ()
