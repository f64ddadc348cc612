"""What screens and the API are shown of SLA health: frozen, plain, already within the actor's scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.sla.grading import Counts
from models.enums import Compliance, Method


class Shown(StrEnum):
    """How a location is drawn and filtered: its grade, or stale when its data is too old to say."""

    COMPLIANT = "compliant"
    AT_RISK = "at_risk"
    NON_COMPLIANT = "non_compliant"
    STALE = "stale"


class LocationSort(StrEnum):
    """Columns a location list can be ordered by; `WORST` is severity, then late, then at risk, then code."""

    WORST = "worst"
    CODE = "code"
    NAME = "name"
    OPEN = "open"
    AT_RISK = "at_risk"
    NON_COMPLIANT = "non_compliant"
    MET = "met"
    MISSED = "missed"
    SINCE = "since"


class Direction(StrEnum):
    """Which way a list is ordered."""

    ASCENDING = "asc"
    DESCENDING = "desc"


@dataclass(frozen=True, slots=True)
class LocationFilter:
    """Which locations; empty matches all. `search` looks in code and name. The same for map, list and export.

    `after_code` is for callers that page by code.
    """

    status: Sequence[Shown] = ()
    method: str = ""
    group: str = ""
    kind: str = ""
    search: str = ""
    after_code: str = ""
    codes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """Flap control at work: better since then, the grade stays `until`, and `becomes` that if nothing changes."""

    since: datetime
    until: datetime
    becomes: Compliance


@dataclass(frozen=True, slots=True)
class LocationView:
    """One location's health. `grade` is its colour with flap control; `counts` are its running shipments by band."""

    id: int
    code: str
    name: str
    kind: str
    latitude: float | None
    longitude: float | None
    time_zone: str
    groups: tuple[str, ...]
    methods: tuple[str, ...]
    grade: Compliance
    counts: Counts
    met: int
    missed: int
    since: datetime | None  # since when it has this grade; None: nothing ever happened here
    rule_version: int
    stale: bool
    closed: bool  # closed by hand, or outside its open hours now
    closed_reason: str | None
    data_seen_at: datetime | None
    changed_at: datetime | None
    held: Held | None = None

    @property
    def open(self) -> int:
        """Return the number of running shipments."""
        return self.counts.open

    @property
    def idle(self) -> bool:
        """Return whether there is no open work."""
        return self.counts.open == 0

    @property
    def shown(self) -> Shown:
        """Return how to draw it: stale is grey, never green."""
        return Shown.STALE if self.stale else Shown(self.grade.value)


@dataclass(frozen=True, slots=True)
class LocationPage:
    """One page of locations, how many match in all, and when it was true. `next` is the offset to go on at."""

    items: tuple[LocationView, ...]
    total: int
    next: int | None
    as_of: datetime


@dataclass(frozen=True, slots=True)
class SummaryView:
    """The network in one row, within the actor's scope."""

    locations: int
    shown: dict[Shown, int]  # number of locations by how they are drawn
    idle: int
    counts: Counts  # running shipments by band
    met: int
    missed: int
    oldest_placed_at: datetime | None  # of the running shipments
    orders_per_second: float  # over the last minute of business time; 0 for a limited scope
    as_of: datetime

    @property
    def open(self) -> int:
        """Return the number of running shipments."""
        return self.counts.open


@dataclass(frozen=True, slots=True)
class ClockView:
    """One open clock of a queued shipment."""

    definition: str
    name: str
    state: str
    status: Compliance
    started_at: datetime
    at_risk_at: datetime
    due_at: datetime
    paused_at: datetime | None
    pause_reason: str | None


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which open shipments of a location; None matches all."""

    method: Method | None = None
    status: Compliance | None = None


@dataclass(frozen=True, slots=True)
class QueueItem:
    """An open shipment of a location; `due_at` is the earliest among its running clocks, None when all stand still."""

    shipment_id: int
    order_id: int
    external_id: str
    method: str
    service_level: str
    status: str
    held: bool
    sla_status: Compliance | None
    due_at: datetime | None
    placed_at: datetime
    units: int
    clocks: tuple[ClockView, ...]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """Health at an instant, of a location or of the network (then `orders` is the number placed so far)."""

    at: datetime
    counts: Counts
    met: int
    missed: int
    orders: int


@dataclass(frozen=True, slots=True)
class TransitionView:
    """One audited change of one clock: the true moment, and when it was noticed."""

    shipment_id: int
    location_code: str
    definition: str
    definition_version: int
    from_word: str | None
    to_word: str
    at: datetime
    detected_at: datetime
    reason: str
    actor: str


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """A location on the map. Locations without coordinates are not here; `LocationView` lists them."""

    id: int
    code: str
    name: str
    kind: str
    latitude: float
    longitude: float
    grade: Compliance
    counts: Counts
    stale: bool
    closed: bool
    since: datetime | None = None  # since when it has this grade

    @property
    def shown(self) -> Shown:
        """Return how to draw it: stale is grey, never green."""
        return Shown.STALE if self.stale else Shown(self.grade.value)
