"""What a page offers to do with a shipment that does not go as planned."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class MoveChoice:
    """Something that may be done to a shipment; `move` is its key."""

    move: str
    word: str


@dataclass(frozen=True)
class Moves:
    """What may be done to a shipment as it is at this version; no choices: nothing, or nothing by this person."""

    shipment: int = 0
    version: int = 0
    choices: list[MoveChoice] = field(default_factory=list)
