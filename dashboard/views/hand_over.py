"""What the Hand-over page shows. Instants are RFC 3339: the browser shows them at the viewer's clock."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.common import Choice


@dataclass(frozen=True)
class HandedAlert:
    """An alert that the next shift should know of, and what was written down about it."""

    key: str
    title: str
    href: str
    severity: str
    severity_word: str
    where: str
    how: str
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class HandedSilence:
    """A silence that goes on into the next shift."""

    key: str
    what: str
    reason: str
    owner: str
    ends_at: str
    left: str
    href: str


@dataclass(frozen=True)
class HandOverScreen:
    """Everything on the Hand-over page; `answer` is the one sentence that has to be read, `text` the
    address of the same as a text to send to somebody."""

    shifts: list[Choice]
    answer: str
    begun_at: str
    read_at: str
    waiting: list[HandedAlert]
    taken: list[HandedAlert]
    over: list[HandedAlert]
    over_more: str
    silences: list[HandedSilence]
    text: str
