"""What the Returns page shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.common import Choice, Column, Pager


@dataclass(frozen=True)
class ReturnRow:
    """A return in the list."""

    key: str
    number: str
    order: str
    what: str
    state: str
    word: str
    location: str
    when: str
    title: str
    href: str
    chosen: bool


@dataclass(frozen=True)
class ReturnPart:
    """One line of a return: how many, and what became of them."""

    key: str
    name: str
    about: str
    units: str


@dataclass(frozen=True)
class ReturnDetail:
    """An opened return; `actions` are what may be done next, as (action, word)."""

    id: int = 0
    version: int = 0
    number: str = ""
    order: str = ""
    order_href: str = ""
    state: str = ""
    word: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    parts: list[ReturnPart] = field(default_factory=list)
    actions: list[tuple[str, str]] = field(default_factory=list)
    close: str = ""


@dataclass(frozen=True)
class ReturnsScreen:
    """Everything on the Returns page; `asked` is the order of which something is to be sent back."""

    statuses: list[Choice]
    columns: list[Column]
    rows: list[ReturnRow]
    pager: Pager
    csv: str
    detail: ReturnDetail
    asked: str
    asked_close: str
