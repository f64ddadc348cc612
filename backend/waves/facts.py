"""What a plan of waves is made from, and what it is: facts, no rule. Units are pieces, `_at` are instants with a zone.

A **stop** is a place that a picker walks to (a bin, or a whole aisle), by name. An **item** is a product, by its id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from models.enums import LeftOutReason, Method, WaveKey, WaveLines

#: stop → item → units that can be taken there
Supply = Mapping[str, Mapping[int, int]]

#: The stop of what has no place of its own, so that stores without bins can have waves too.
NOWHERE = ""


@dataclass(frozen=True, slots=True)
class PickLine:
    """One line to pick. `stop` is where its stock was set aside; without one, it comes from the supply's stops."""

    item: int
    units: int
    stop: str | None = None
    zone: str = ""


@dataclass(frozen=True, slots=True)
class PickTask:
    """One open shipment: `due_at` is its promise, `cut_off_at` when its carrier leaves.

    Its `units` are pieces, its `line_count` what there is to pick: the same item from the same stop twice is one line.
    """

    task_id: int
    lines: tuple[PickLine, ...]
    due_at: datetime | None = None
    cut_off_at: datetime | None = None
    placed_at: datetime | None = None
    carrier: str = ""
    service_level: str = "standard"
    method: Method = Method.SHIP
    on_hold: bool = False
    units: int = field(init=False)
    line_count: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", sum(line.units for line in self.lines))
        object.__setattr__(self, "line_count", len({(line.item, line.stop) for line in self.lines}))

    @property
    def deadline_at(self) -> datetime | None:
        """Return the instant by which it has to be picked: promise or carrier, whichever is first."""
        return min((at for at in (self.due_at, self.cut_off_at) if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a wave takes: for the set-up, per stop walked to, per unit picked, per shipment packed or put."""

    set_up_seconds: float = 120.0
    stop_seconds: float = 20.0
    unit_seconds: float = 6.0

    def duration(self, units: int, stops: int) -> timedelta:
        """Return how long so many units at so many stops take one picker."""
        return timedelta(seconds=self.set_up_seconds + stops * self.stop_seconds + units * self.unit_seconds)


@dataclass(frozen=True, slots=True)
class WaveLimits:
    """What a wave may hold, how waves are kept apart, and how fast they are picked; None is without limit.

    A put wall has `slots_per_cart` slots on each of `carts` carts, one shipment each; waves of single lines need none.
    A wave is filled to `fill_percent` of its limits before units per stop decide whether more is worth the way.
    `min_units` holds a small wave back, but never what is about to break. `time_zone` is for the words only.
    """

    max_shipments: int = 40
    max_units: int | None = None
    max_lines: int | None = None
    carts: int = 1
    slots_per_cart: int | None = None
    min_units: int = 0
    max_waves: int | None = None
    fill_percent: int = 80
    group_by: frozenset[WaveKey] = frozenset()
    lines: WaveLines = WaveLines.ANY
    until_cut_off_at: datetime | None = None
    pickers: int = 1
    pace: Pace = field(default_factory=Pace)
    time_zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Slot:
    """A place on the put wall: both count from 1."""

    cart: int
    number: int


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A shipment of a wave with its place on the put wall, None in a wave of single lines."""

    task_id: int
    slot: Slot | None


@dataclass(frozen=True, slots=True)
class Pick:
    """So many units of an item, at a stop, for a shipment; `line` is the place of the line in its task."""

    stop: str
    item: int
    units: int
    task_id: int
    line: int
    slot: Slot | None


@dataclass(frozen=True, slots=True)
class PlannedWave:
    """One wave: shipments by urgency, picks and stops in walking order; `start_at` is when a picker is free."""

    number: int
    group: Mapping[WaveKey, str]
    tasks: tuple[PlannedTask, ...]
    picks: tuple[Pick, ...]
    stops: tuple[str, ...]
    units: int
    lines: int
    start_at: datetime
    predicted_finish_at: datetime
    deadline_at: datetime | None
    latest_safe_start_at: datetime | None
    why: str

    @property
    def late(self) -> bool:
        """Return whether it will start too late for its most urgent shipment."""
        return self.latest_safe_start_at is not None and self.start_at > self.latest_safe_start_at


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A shipment that is in no wave, and why."""

    task_id: int
    reason: LeftOutReason
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Waves in the order in which they start; every shipment asked for is in one of them or left out, never both."""

    waves: tuple[PlannedWave, ...]
    left_out: tuple[LeftOut, ...]
