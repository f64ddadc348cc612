"""What a location's page shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.alerts import OpenHere
from dashboard.views.common import Choice, Column, Entry, Kpi, Pager
from dashboard.views.controls import PlannedWave, Running


@dataclass(frozen=True)
class QueueRow:
    """An open shipment of a location. `left` is the percent of its allowed time that is left, 0 when late."""

    key: str
    order: str
    href: str  # to the order; empty for those who may not see orders
    what: str
    step: str
    held: str
    status: str
    word: str
    due: str
    due_title: str
    left: int


@dataclass(frozen=True)
class HoursRow:
    """Open hours of a weekday, or of a date that differs from its weekday."""

    day: str
    text: str
    note: str = ""
    today: bool = False


@dataclass(frozen=True)
class Told:
    """A webhook message about a location: who was told what, and whether it arrived."""

    key: str
    text: str
    when: str
    state: str
    href: str


@dataclass(frozen=True)
class LocationHead:
    """What stands on top of a location's page."""

    code: str = ""
    name: str = ""
    place: str = ""
    status: str = ""
    word: str = ""
    since: str = ""
    why: str = ""
    runbook: str = ""
    hours_today: str = ""
    local_time: str = ""
    groups: list[Choice] = field(default_factory=list)


@dataclass(frozen=True)
class LocationScreen:
    """Everything on a location's page but its charts. `told` is None for those who may not see deliveries. `running` is
    what managers put on it for a time; `offered` its methods; `waves` those that he who reads may let go."""

    head: LocationHead
    kpis: list[Kpi]
    methods: list[tuple[str, str]]
    bands: list[Choice]
    columns: list[Column]
    queue: list[QueueRow]
    pager: Pager
    csv: str
    week: list[HoursRow]
    exceptions: list[HoursRow]
    entries: list[Entry]
    told: list[Told] | None
    rule: str
    running: list[Running]
    may_control: bool
    may_hand: bool
    waves: list[PlannedWave]
    offered: list[str]
    alerts: list[OpenHere] = field(default_factory=list)
