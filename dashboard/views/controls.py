"""What a manager has put on a location for a time, what waits for him there, and how the last thing he did is undone,
as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Running:
    """Something that is in force: what, why and by whom, until when. `key` is what takes it back."""

    key: str
    icon: str
    text: str
    why: str
    until: str


@dataclass(frozen=True)
class PlannedWave:
    """A planned wave that can be let go; `late` when picking should have begun."""

    key: int
    version: int
    number: int
    text: str
    start: str
    href: str
    late: bool


@dataclass(frozen=True)
class HandedWork:
    """Work that went from a location to others: its orders, where it was to go (None: wherever routing finds best)."""

    orders: tuple[int, ...]
    to: str | None
    since: datetime


@dataclass(frozen=True)
class ReleasedWave:
    """A wave that was let go, as it was just then."""

    id: int
    version: int


@dataclass(frozen=True)
class Done:
    """What was done, in words, and what takes it back; None: nothing does."""

    words: str
    undo: HandedWork | ReleasedWave | None = None
