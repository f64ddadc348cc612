"""Views that several pages share: statuses, filters, heads of lists, figures, what happened."""

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
class Entry:
    """Something that happened, in plain words."""

    key: str
    text: str
    when: str
    title: str
    status: str = ""


@dataclass(frozen=True)
class Hit:
    """Something the search found."""

    name: str
    place: str
    status: str
    word: str
    href: str


@dataclass(frozen=True)
class Paper:
    """Something to print, and where it is."""

    label: str
    href: str
