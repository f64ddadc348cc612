"""How a location looks on the map: shape, colour and word of each status (docs/design.md), and which one it gets.
Drawing them is `assets/netmap/symbols.js`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

from models.enums import Compliance


class Shape(StrEnum):
    """Outlines that differ at a glance, without colour."""

    DISC = "disc"
    TRIANGLE = "triangle"
    SQUARE = "square"


class Fill(StrEnum):
    """How the outline is filled."""

    SOLID = "solid"
    OUTLINE = "outline"
    DASHED = "dashed"


@dataclass(frozen=True, slots=True)
class Symbol:
    """One mark: `token` names its colour in `dashboard/theme.py`; a higher `rank` is drawn on top."""

    shape: Shape
    fill: Fill
    token: str
    word: str
    rank: int


STALE = "stale"

_SHAPES = {
    Compliance.COMPLIANT: (Shape.DISC, "compliant", "Compliant"),
    Compliance.AT_RISK: (Shape.TRIANGLE, "at-risk", "At Risk"),
    Compliance.NON_COMPLIANT: (Shape.SQUARE, "non-compliant", "Non-Compliant"),
}


def outline_of(status: Compliance) -> str:
    """Return the key of the outlined symbol of `status`: a closed or idle place."""
    return f"{status.value}_outline"


def _table() -> dict[str, Symbol]:
    table = {STALE: Symbol(Shape.DISC, Fill.DASHED, "unknown", "No fresh data", rank=3)}
    for status, (shape, token, word) in _SHAPES.items():
        # Solid At Risk and Non-Compliant lie above grey, grey above green, outlines at the bottom.
        solid = {Compliance.COMPLIANT: 2, Compliance.AT_RISK: 4, Compliance.NON_COMPLIANT: 5}[status]
        table[status.value] = Symbol(shape, Fill.SOLID, token, word, rank=solid)
        hollow = 0 if status is Compliance.COMPLIANT else 1
        table[outline_of(status)] = Symbol(shape, Fill.OUTLINE, token, word, rank=hollow)
    return table


#: Every mark the map knows, by key.
SYMBOLS: dict[str, Symbol] = _table()


@dataclass(frozen=True, slots=True)
class Sight:
    """What decides the symbol of a location; `open` counts its running shipments."""

    grade: Compliance
    open: int
    closed: bool
    stale: bool


def symbol_for(sight: Sight) -> str:
    """Return the key of the symbol: stale data is grey whatever it says, closed or idle an outline, else the status."""
    if sight.stale:
        return STALE
    if sight.closed or sight.open == 0:
        return outline_of(sight.grade)
    return sight.grade.value


def as_json() -> dict[str, dict[str, object]]:
    """Return the table as the map document's configuration carries it."""
    return {key: asdict(symbol) for key, symbol in SYMBOLS.items()}
