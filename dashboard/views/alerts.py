"""What the Alerts page shows, and the bell that every page has."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.views.common import Choice, Column, Pager


@dataclass(frozen=True)
class AlertRow:
    """An alert in the list."""

    key: str
    id: int
    version: int
    title: str
    href: str
    severity: str
    severity_word: str
    where: str
    since: str
    since_title: str
    state: str
    state_word: str
    who: str
    clears: str
    drill: bool
    may_acknowledge: bool


@dataclass(frozen=True)
class AlertsScreen:
    """Everything on the Alerts page; `on_page` of the rows are the page, the others were on screen before. `looked` is
    the instant at which it was read."""

    kinds: list[Choice]
    reasons: list[Choice]
    severities: list[tuple[str, str]]
    policies: list[tuple[str, str]]
    columns: list[Column]
    rows: list[AlertRow]
    on_page: int
    pager: Pager
    csv: str
    nothing: str
    nothing_text: str
    looked: str


@dataclass(frozen=True)
class Ringing:
    """What the bell says: how many alerts nobody has taken on (empty: none), in words, and how bad the worst is."""

    count: str = ""
    words: str = "Nothing waits for somebody"
    severity: str = ""


@dataclass(frozen=True)
class OpenHere:
    """An open alert about what a page shows: `more` is who has it, and since when."""

    key: str
    title: str
    href: str
    severity: str
    severity_word: str
    more: str
