"""What a manager has put on a location for a time, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Running:
    """Something that is in force: what, why and by whom, until when. `key` is what takes it back."""

    key: str
    icon: str
    text: str
    why: str
    until: str
