"""What the pages show: frozen, JSON-ready, already in words. How they are made is `dashboard/present`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class StatusKey(StrEnum):
    """The looks a status can have (design.md): colour and shape."""

    NON_COMPLIANT = "non_compliant"
    AT_RISK = "at_risk"
    COMPLIANT = "compliant"
    STALE = "stale"
    IDLE = "idle"
    CLOSED = "closed"


STATUS_WORDS: dict[StatusKey, str] = {
    StatusKey.NON_COMPLIANT: "Non-Compliant",
    StatusKey.AT_RISK: "At Risk",
    StatusKey.COMPLIANT: "Compliant",
    StatusKey.STALE: "No fresh data",
    StatusKey.IDLE: "Idle",
    StatusKey.CLOSED: "Closed",
}


@dataclass(frozen=True)
class Choice:
    """One value of a filter, with the address that chooses it."""

    value: str
    label: str
    href: str
    active: bool
    count: str = ""


@dataclass(frozen=True)
class Column:
    """A table column's head: `href` sorts by it; `sort` is "ascending", "descending" or "none"."""

    key: str
    label: str
    href: str = ""
    sort: str = "none"
    numeric: bool = False


@dataclass(frozen=True)
class Pager:
    """Where one is in a list; an empty address means there is no such page."""

    text: str = ""
    previous: str = ""
    next: str = ""


@dataclass(frozen=True)
class Kpi:
    """One figure of the strip: `tone` is a status key or empty."""

    label: str
    value: str
    hint: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Trend:
    """A figure over time; `line` and `area` are SVG paths in a box of 120 by 32."""

    value: str = ""
    hint: str = ""
    line: str = ""
    area: str = ""


@dataclass(frozen=True)
class NetworkRow:
    """A location in the list. `late_share` and `risk_share` are percents of its open shipments, for the bar;
    `recovering` says until when it keeps a colour that its counts no longer have."""

    code: str
    name: str
    place: str
    status: str
    word: str
    recovering: str
    open: str
    at_risk: str
    late: str
    late_share: int
    risk_share: int
    since: str
    since_title: str
    href: str
    page: str
    chosen: bool


@dataclass(frozen=True)
class Card:
    """The chosen location beside the list. `why` says what decided its colour."""

    code: str = ""
    name: str = ""
    place: str = ""
    status: str = ""
    word: str = ""
    since: str = ""
    why: str = ""
    local_time: str = ""
    counts: list[Kpi] = field(default_factory=list)
    page: str = ""
    close: str = ""


@dataclass(frozen=True)
class NetworkScreen:
    """Everything on the Network page but the map. The first `on_page` rows are the list as it stands now; `spoken` is
    what a screen reader is told when it changes."""

    on_page: int
    spoken: str
    kpis: list[Kpi]
    compliance: Trend
    statuses: list[Choice]
    methods: list[Choice]
    groups: list[tuple[str, str]]
    columns: list[Column]
    rows: list[NetworkRow]
    pager: Pager
    csv: str
    card: Card
    rule: str


@dataclass(frozen=True)
class Hit:
    """Something the search found."""

    name: str
    place: str
    status: str
    word: str
    href: str


@dataclass(frozen=True)
class QueueRow:
    """An open shipment of a location. `left` is the percent of its allowed time that is left, 0 when late."""

    key: str
    order: str
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
    """Everything on a location's page but its charts. `told` is None for those who may not see deliveries."""

    head: LocationHead
    kpis: list[Kpi]
    methods: list[Choice]
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


@dataclass(frozen=True)
class DeliveryRow:
    """A webhook message in the list."""

    key: str
    event: str
    about: str
    subscription: str
    state: str
    word: str
    more: str
    attempts: str
    when: str
    title: str
    href: str
    chosen: bool


@dataclass(frozen=True)
class Attempt:
    """One try to send a message, and what came back."""

    number: str
    answer: str
    good: bool
    took: str
    when: str
    error: str
    response: str


@dataclass(frozen=True)
class DeliveryDetail:
    """An opened webhook message."""

    id: int = 0
    event: str = ""
    event_id: str = ""
    about: str = ""
    subscription: str = ""
    state: str = ""
    word: str = ""
    more: str = ""
    created: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    may_replay: bool = False
    close: str = ""


@dataclass(frozen=True)
class DeliveriesScreen:
    """Everything on the Deliveries page."""

    statuses: list[Choice]
    subscriptions: list[tuple[str, str]]
    columns: list[Column]
    rows: list[DeliveryRow]
    pager: Pager
    csv: str
    detail: DeliveryDetail


@dataclass(frozen=True)
class Entry:
    """Something that happened, in plain words."""

    key: str
    text: str
    when: str
    title: str
    status: str = ""
