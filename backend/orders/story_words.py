"""The words of an order's story: locations, instants, reasons and lines as people say them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

_REASONS = {
    "ranked_first": None,
    "split": None,
    "given_location": "asked for by the order",
    "given_location_unknown": "the location asked for is not there",
    "given_location_closed": "the location asked for is closed",
    "given_location_paused_method": "the location asked for takes no new work of this kind for now",
    "given_location_lacks_method": "the location asked for does not do it this way",
    "given_location_lacks_stock": "the location asked for lacks the stock",
    "given_location_left_out": "the location asked for is ruled out",
    "no_route_matches": "no route of the strategy is for it",
    "too_many_attempts": "too many locations gave it back",
    "no_location_has_stock": "no location has it",
    "every_location_with_stock_left_out": "every location that has it is ruled out",
    "not_enough_stock": "there is not enough stock",
    "split_limit": "it would take too many parcels",
}
#: Where events write a product, or the one that goes instead of it.
_SKUS = ("sku", "by")
SORTS = {
    "distance": "nearest",
    "cost": "cheapest",
    "stock": "best stocked",
    "load": "least busy",
    "rank": "first in rank",
    "code": "first by code",
}


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """What a location is called, and the zone its people live in."""

    name: str
    time_zone: str


Places = Mapping[str, PlaceWords]


class Kind(StrEnum):
    """What an entry is about; a page draws a sign for each."""

    PLACED = "placed"
    ROUTED = "routed"
    WAITING = "waiting"
    STEP = "step"
    TROUBLE = "trouble"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    DONE = "done"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Told:
    """What an event says: words, what it is about, and more when asked."""

    words: str
    kind: Kind
    detail: str | None = None


Teller = Callable[[Mapping[str, Any], Places], "Told | None"]


def place_of(code: Any, places: Places) -> PlaceWords | None:
    """Return a location that the reader may see."""
    return places.get(code) if isinstance(code, str) else None


def name_of(code: Any, places: Places) -> str:
    """Return what people call a location; one that the reader may not see stays unnamed."""
    place = place_of(code, places)
    return place.name if place is not None else "another location"


def clock(instant: str, place: PlaceWords | None) -> str:
    """Return an instant in the location's own time, and say so."""
    try:
        moment = datetime.fromisoformat(instant)
    except ValueError:
        return instant
    zone = place.time_zone if place else "UTC"
    return f"{moment.astimezone(ZoneInfo(zone)):%a %d %b %H:%M} ({zone.rsplit('/', 1)[-1].replace('_', ' ')})"


def reason_of(data: Mapping[str, Any]) -> str | None:
    """Return why, in words."""
    reason = data.get("reason")
    if not isinstance(reason, str) or not reason:
        return None
    return _REASONS.get(reason, reason if " " in reason else reason.replace("_", " "))


def because(data: Mapping[str, Any]) -> str:
    """Return a reason as the end of a sentence."""
    why = reason_of(data)
    return f": {why}" if why else ""


def lines_of(data: Mapping[str, Any]) -> str | None:
    """Return lines as `2 × tea`."""
    lines = [line for line in data.get("lines") or () if isinstance(line, Mapping)]
    return ", ".join(f"{line.get('quantity', '?')} × {line.get('sku', '?')}" for line in lines) or None


def skus_in(said: Any) -> set[str]:
    """Return the SKUs anywhere in what an event says."""
    if isinstance(said, Mapping):
        own = {said[name] for name in _SKUS if isinstance(said.get(name), str)}
        return own.union(*map(skus_in, said.values()))
    return set().union(*map(skus_in, said)) if isinstance(said, list) else set()


def with_goods(said: Any, goods: Mapping[str, str]) -> Any:
    """Return what an event says, with products as people call them instead of their SKUs."""
    if isinstance(said, Mapping):
        return {
            name: goods.get(value, value) if name in _SKUS and isinstance(value, str) else with_goods(value, goods)
            for name, value in said.items()
        }
    return [with_goods(one, goods) for one in said] if isinstance(said, list) else said


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def far(distance: Any) -> str:
    """Return a distance as the end of a name."""
    return f", {distance:.0f} km" if isinstance(distance, int | float) else ""


def is_line(line: Any) -> bool:
    """Return whether it can be told as a line."""
    return isinstance(line, Mapping) and {"sku", "quantity"} <= set(line)
