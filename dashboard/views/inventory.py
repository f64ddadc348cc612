"""What the Inventory page shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.common import Choice, Column, Pager


@dataclass(frozen=True)
class StockLine:
    """A product, a location, or one of them at the other; numbers are units in words. `mark` is a word such as
    Blocked, `low` says that little or nothing is available."""

    key: str
    name: str
    code: str
    more: str
    mark: str
    on_hand: str
    available: str
    allocated: str
    pending: str
    kept: str
    unsellable: str
    arrival: str
    arrival_title: str
    low: bool
    href: str
    chosen: bool


@dataclass(frozen=True)
class Figure:
    """A number of units with its name, and what it means for those who hover."""

    label: str
    value: str
    hint: str = ""


@dataclass(frozen=True)
class LotLine:
    """A lot in the order in which lots are taken."""

    key: str
    name: str
    about: str
    on_hand: str
    allocated: str
    sellable: bool
    lot: str
    expires_on: str
    condition: str


@dataclass(frozen=True)
class ShareLine:
    """What a segment keeps: `used_share` is the percent of its quota that is promised."""

    code: str
    name: str
    text: str
    used_share: int


@dataclass(frozen=True)
class ArrivalLine:
    """Units that are still to come."""

    reference: str
    units: str
    text: str
    when: str
    title: str


@dataclass(frozen=True)
class MovementLine:
    """A row of the ledger in words."""

    key: str
    text: str
    when: str
    title: str
    by: str


@dataclass(frozen=True)
class StockPanel:
    """One location and product, whole."""

    at: str = ""
    of: str = ""
    title: str = ""
    place: str = ""
    zone: str = ""
    version: int = 0
    safety_stock: str = ""
    floor: str = ""
    figures: list[Figure] = field(default_factory=list)
    block: str = ""
    lots: list[LotLine] = field(default_factory=list)
    shares: list[ShareLine] = field(default_factory=list)
    arrivals: list[ArrivalLine] = field(default_factory=list)
    movements: list[MovementLine] = field(default_factory=list)
    may_write: bool = False
    close: str = ""


@dataclass(frozen=True)
class SegmentCard:
    """A ring-fence: whose orders it is for, and what it keeps where."""

    code: str
    name: str
    orders: str
    state: str
    active: bool
    quotas: list[str]


@dataclass(frozen=True)
class InventoryScreen:
    """Everything on the Inventory page. `title` names what the list is narrowed to, `up` leads out of it,
    `may_fence` says whether the reader may change segments."""

    title: str
    code: str
    up: str
    sides: list[Choice]
    lows: list[Choice]
    columns: list[Column]
    rows: list[StockLine]
    pager: Pager
    csv: str
    panel: StockPanel
    segments: list[SegmentCard]
    may_fence: bool
