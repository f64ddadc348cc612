"""What the Orders page shows."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.views.common import Choice, Column, Pager


@dataclass(frozen=True)
class OrderRow:
    """An order in the list. `sla` is a status key, empty when no shipment of it is being worked on."""

    key: str
    number: str
    channel: str
    customer: str
    placed: str
    placed_title: str
    promised: str
    promised_title: str
    method: str
    place: str
    units: str
    total: str
    state: str
    state_word: str
    sla: str
    sla_word: str
    due: str
    due_title: str
    href: str


@dataclass(frozen=True)
class OrdersScreen:
    """Everything on the Orders page. The first `on_page` rows are the list as it stands now."""

    on_page: int
    statuses: list[Choice]
    methods: list[tuple[str, str]]
    channels: list[tuple[str, str]]
    columns: list[Column]
    rows: list[OrderRow]
    pager: Pager
    csv: str
