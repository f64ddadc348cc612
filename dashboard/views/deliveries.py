"""What the Deliveries page shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.common import Choice, Column, Pager


@dataclass(frozen=True)
class DeliveryRow:
    """A webhook message in the list."""

    key: str
    event: str
    about: str
    subscription: str
    kind: str
    state: str
    word: str
    more: str
    attempts: str
    when: str
    created_at: str
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
    receiver: str = ""
    receiver_href: str = ""
    reason: str = ""
    alert: str = ""
    alert_href: str = ""
    state: str = ""
    word: str = ""
    more: str = ""
    created: str = ""
    created_at: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    replay: str = ""
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
