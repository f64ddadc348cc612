"""What the Silences page shows. Instants are RFC 3339: the browser shows them at the viewer's clock."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.common import Choice, Column, Pager


@dataclass(frozen=True)
class SilenceRow:
    """A silence in the list."""

    key: str
    what: str
    reason: str
    owner: str
    state: str
    word: str
    quiet: str
    starts_at: str
    ends_at: str
    left: str
    href: str
    chosen: bool


@dataclass(frozen=True)
class Quieted:
    """An alert that a silence keeps quiet, or would."""

    key: str
    title: str
    more: str
    href: str


@dataclass(frozen=True)
class SilenceDetail:
    """An opened silence."""

    id: int = 0
    version: int = 0
    state: str = ""
    word: str = ""
    matchers: list[str] = field(default_factory=list)
    reason: str = ""
    owner: str = ""
    made_at: str = ""
    starts_at: str = ""
    ends_at: str = ""
    ended_early: bool = False
    alerts: list[Quieted] = field(default_factory=list)
    alerts_word: str = ""
    may_change: bool = False
    close: str = ""


@dataclass(frozen=True)
class SilencesScreen:
    """Everything on the Silences page."""

    states: list[Choice]
    columns: list[Column]
    rows: list[SilenceRow]
    pager: Pager
    csv: str
    detail: SilenceDetail
    may_make: bool
    form_close: str


@dataclass(frozen=True)
class Previewed:
    """What a silence would keep quiet right now, in words and by name."""

    words: str = ""
    alerts: list[Quieted] = field(default_factory=list)
