"""What the pages show: frozen, JSON-ready, already in words. How they are made is `dashboard/present`."""

from __future__ import annotations

from dataclasses import dataclass
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
class NetworkRow:
    """A location in the list. `left` is the percent of time left of its most urgent shipment, 0 when late."""

    code: str
    name: str
    place: str
    status: str
    word: str
    open: str
    at_risk: str
    late: str
    due: str = ""
    due_title: str = ""
    left: int = 0
    due_status: str = ""
    since: str = ""
    select_href: str = ""
    chosen: bool = False
