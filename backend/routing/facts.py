"""What routing decides on: an order, the network, its stock. Facts, no rule; made by `backend/routing/snapshot.py`.

Orders and items carry their documents as they came in, so that a strategy can filter on any attribute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from backend.routing.geometry import Vector, direction
from models.enums import LoadWindow, Method


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line that needs a location: `quantity` is what is left to assign, in units; money in minor units."""

    line_id: int  # order_line.id; for an order that is only tried, its place in the order
    product_id: int
    sku: str
    quantity: int
    unit_price_minor: int = 0
    weight_g: int = 0
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order, or what is left of it. `given` is the location that must fulfil it; `refused_by` gave it back."""

    external_id: str
    channel: str
    method: Method
    lines: tuple[LineFacts, ...]
    order_id: int = 0
    service_level: str = "standard"
    customer: Mapping[str, Any] = field(default_factory=dict)
    ship_to: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    latitude: float | None = None
    longitude: float | None = None
    placed_at: datetime | None = None
    due_at: datetime | None = None
    total_minor: int = 0
    given: str | None = None
    refused_by: frozenset[int] = frozenset()
    attempt: int = 1
    splits: int = 0  # shipments the order has already
    stock_matters: bool = True  # false: a history in which stock was not recorded


@dataclass(frozen=True, slots=True)
class Limit:
    """How much a location may be given per window; None is without limit. Money in minor units."""

    window: LoadWindow = LoadWindow.DAY
    orders: int | None = None
    items: int | None = None
    money_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What a location has: given to it in the running window of its limit, and shipments open there."""

    orders: int = 0
    items: int = 0
    money_minor: int = 0
    open_shipments: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A location as routing sees it now; degrees are WGS 84, `direction` follows from them.

    `work_minutes_left` is the open time before it closes today, per method also before the carrier's cut-off, less its
    processing time: below zero it cannot finish today. None: always open, without cut-off. Where the cut-off is told
    apart, it stands in `cutoff_minutes_left`, counted in the same way. `processing_minutes` is only told in the trace.
    """

    location_id: int
    code: str
    methods: frozenset[Method]
    name: str = ""
    kind: str = "store"
    groups: frozenset[str] = frozenset()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    closed: bool = False  # by hand
    paused: frozenset[Method] = frozenset()  # methods that get no new work, by hand
    latitude: float | None = None
    longitude: float | None = None
    limit: Limit | None = None
    load: Load = Load()
    work_minutes_left: Mapping[Method, float | None] = field(default_factory=dict)
    cutoff_minutes_left: Mapping[Method, float | None] = field(default_factory=dict)
    processing_minutes: Mapping[Method, float] = field(default_factory=dict)
    direction: Vector | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work the trigonometry out once per place, not once per order."""
        object.__setattr__(self, "direction", direction(self.latitude, self.longitude))


class Stock(Protocol):
    """Units that may still be promised. Decisions take from it, so that the next one of a batch sees what is left."""

    def holders(self, product_id: int, order: OrderFacts) -> Mapping[int, int]:
        """Return units available to this order (its segment's and the open ones) by location id, zeros left out."""
        ...

    def take(self, location_id: int, product_id: int, units: int, order: OrderFacts) -> None:
        """Count these units as promised."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """A balance as filters may ask about it, in units as `models.tables.StockBalance` has them."""

    on_hand: int = 0
    unsellable: int = 0
    allocated: int = 0
    pending: int = 0
    safety_stock: int = 0
    floor: int = 0
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Network:
    """Everything an order could go to; `blocked` holds (location id, product id), `held` the balances by the same,
    where the strategy asks for them, `lanes` the minutes of transfers by (from, to), as far as any is thought of.

    One snapshot is one object: what a strategy makes of its places is remembered for it, so a change of places, of
    their loads or of blocks needs a new Network. Stock may change within it (`Stock.take`).
    """

    places: Mapping[int, Place]
    by_code: Mapping[str, Place]
    stock: Stock
    blocked: frozenset[tuple[int, int]] = frozenset()
    held: Mapping[tuple[int, int], Held] = field(default_factory=dict)
    lanes: Mapping[tuple[int, int], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Supply:
    """What another location sends by transfer: (line id, units), units above zero."""

    source: Place
    units: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one location takes: (line id, units), units above zero. Of these, `supply` must come to it first."""

    place: Place
    units: tuple[tuple[int, int], ...]
    distance_km: float | None = None
    cost_minor: int | None = None
    supply: Supply | None = None

    def given(self) -> list[tuple[Place, tuple[tuple[int, int], ...]]]:
        """Return who has a shipment to do: the location itself, and who sends something to it."""
        return [(self.place, self.units), *([(self.supply.source, self.supply.units)] if self.supply else [])]

    def needs(self) -> list[tuple[Place, int, int]]:
        """Return where what units of which line are taken from the shelf: (place, line id, units)."""
        awaited = dict(self.supply.units) if self.supply else {}
        here = [(self.place, line_id, units - awaited.get(line_id, 0)) for line_id, units in self.units]
        there = [(self.supply.source, line_id, units) for line_id, units in self.supply.units] if self.supply else []
        return [need for need in (*here, *there) if need[2]]


@dataclass(frozen=True, slots=True)
class Leftover:
    """Units of a line that no location takes; `action` is a word of `models.enums.Remainder`, or `cancel`.

    `reason` is a word of `backend.routing.words.Why`.
    """

    line_id: int
    units: int
    action: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Where an order goes, what is left over, and the trace (`backend/routing/trace.py` describes the document)."""

    assignments: tuple[Assignment, ...]
    leftovers: tuple[Leftover, ...]
    trace: Mapping[str, Any]
