"""What the Network page shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.common import Choice, Column, Kpi, Pager


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

    key: str
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
    methods: list[tuple[str, str]]
    groups: list[tuple[str, str]]
    columns: list[Column]
    rows: list[NetworkRow]
    pager: Pager
    csv: str
    card: Card
    rule: str
