"""Live lists move nothing under the cursor: rows change in place, a new order waits until it is asked for. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

Row = TypeVar("Row")


def in_place(shown: Sequence[str], fresh: Mapping[str, Row]) -> list[Row]:
    """Return the fresh rows of the keys on screen, in the order on screen; what is gone for good is left out."""
    return [fresh[key] for key in shown if key in fresh]


def news(shown: Sequence[str], now: Sequence[str]) -> str:
    """Return what waits, in words: "3 new", "New order", or nothing. `now` are the keys as they would stand."""
    added = len(set(now) - set(shown))
    if added:
        return f"{added} new"
    return "New order" if list(now) != list(shown) else ""
