"""What the Drills page shows. Instants are RFC 3339: the browser shows them at the viewer's clock."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.common import Choice, Column, Pager


@dataclass(frozen=True)
class DrillRow:
    """A drill in the list."""

    key: str
    title: str
    about: str
    href: str
    state: str
    state_word: str
    began_at: str
    began: str
    taken: str
    result: str
    chosen: bool


@dataclass(frozen=True)
class DrillStep:
    """One step of how a drill goes: how long after its beginning, and how it stands (`state` draws it)."""

    key: str
    at: str
    text: str
    state: str
    word: str


@dataclass(frozen=True)
class DrillDetail:
    """An opened drill. `filing`: it is over and its report is to come; `filed`: it is there, with its `findings`;
    `waits`: a message is on its way, whose arrival is no event."""

    id: int = 0
    version: int = 0
    heading: str = ""
    title: str = ""
    state: str = ""
    state_word: str = ""
    who: str = ""
    ends: str = ""
    began_at: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    steps: list[DrillStep] = field(default_factory=list)
    filing: bool = False
    filed: bool = False
    waits: bool = False
    verdict: str = ""
    findings: list[str] = field(default_factory=list)
    text: str = ""
    paper: str = ""
    alert: str = ""
    may_acknowledge: bool = False
    may_give_back: bool = False
    may_end: bool = False
    close: str = ""


@dataclass(frozen=True)
class DrillsScreen:
    """Everything on the Drills page."""

    states: list[Choice]
    columns: list[Column]
    rows: list[DrillRow]
    pager: Pager
    csv: str
    detail: DrillDetail
    may_begin: bool
    form_close: str
