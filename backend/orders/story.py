"""An order's life in plain words, for whoever answers a customer: one timeline from order to delivery. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from models.events import EventType


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
class Happened:
    """An event of the order or of one of its shipments."""

    type: str
    subject: str
    at: datetime
    actor: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """What a location is called, and the zone its people live in."""

    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the story; `detail` says more when asked, `actor` who did it."""

    at: datetime
    words: str
    kind: Kind
    actor: str
    location: str | None = None
    shipment: int | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    words: str
    kind: Kind
    detail: str | None = None


Places = Mapping[str, PlaceWords]
_Teller = Callable[[Mapping[str, Any], Places], "_Told | None"]

_REASONS = {
    "given_location": "asked for by the order",
    "nearest_with_stock": "the nearest with all of it",
    "given_location_closed": "the location asked for is closed",
    "given_location_lacks_method": "the location asked for does not do it this way",
    "given_location_lacks_stock": "the location asked for lacks the stock",
    "no_open_location_offers_method": "no open location does it this way",
    "no_location_has_all_stock": "no location has all of it",
}


def tell(events: Sequence[Happened], places: Places) -> list[Entry]:
    """Return the story, oldest first; events that say nothing to a customer are left out.

    A shipment opened by a routing of the same moment is told once, by the routing. Types that are not known here are
    told by their name, so that nothing is lost.
    """
    routed = {shipment for event in events if event.type == EventType.ORDER_ROUTED for shipment in _opened(event.data)}
    entries: list[Entry] = []
    for event in events:
        if event.type == EventType.SHIPMENT_OPENED and event.data.get("shipment") in routed:
            continue
        told = _tell(event, places)
        if told is None:
            continue
        shipment = event.data.get("shipment")
        location = event.data.get("location")
        entries.append(
            Entry(
                at=event.at,
                words=told.words,
                kind=told.kind,
                actor=event.actor,
                location=location if isinstance(location, str) and location in places else None,
                shipment=shipment if isinstance(shipment, int) else None,
                detail=told.detail,
            )
        )
    return entries


def codes(events: Sequence[Happened]) -> set[str]:
    """Return the codes of the locations that the story is about."""
    stated = [event.data.get(name) for event in events for name in ("location", "from", "to")]
    parts = (item for event in events for item in event.data.get("assignments") or ())
    stated += [item.get("location") for item in parts if isinstance(item, Mapping)]
    return {code for code in stated if isinstance(code, str)}


def _opened(data: Mapping[str, Any]) -> list[Any]:
    return [item.get("id") if isinstance(item, Mapping) else item for item in data.get("shipments") or ()]


def _tell(event: Happened, places: Places) -> _Told | None:
    teller = _TELLERS.get(event.type)
    if teller is not None:
        return teller(event.data, places)
    return _Told(event.type.replace(".", " ").replace("_", " ").capitalize(), Kind.NOTE, _reason(event.data))


def _placed(data: Mapping[str, Any], _places: Places) -> _Told:
    units = sum(line.get("quantity", 0) for line in data.get("lines") or () if isinstance(line, Mapping))
    many = f"{units} unit{'s' if units != 1 else ''}"
    return _Told(f"Placed on {data.get('channel', 'an unnamed channel')}, {many}", Kind.PLACED, _lines(data))


def _routed(data: Mapping[str, Any], places: Places) -> _Told:
    parts = [item for item in data.get("assignments") or () if isinstance(item, Mapping)]
    if not parts:
        parts = [{"location": data.get("location"), "distance_km": data.get("distance_km")}]
    shares = [_share(part, places) for part in parts]
    words = f"Given to {_listed(shares)}"
    if len(parts) > 1:
        words = f"Split over {len(parts)} locations: {_listed(shares)}"
    why = _reason(data)
    if why:
        words += f": {why}"
    considered = data.get("considered")
    if isinstance(considered, int) and considered > 1:
        words += f" (of {considered})"
    return _Told(words, Kind.ROUTED, _promise(data, places))


def _share(part: Mapping[str, Any], places: Places) -> str:
    distance = part.get("distance_km")
    far = f", {distance:.0f} km" if isinstance(distance, int | float) else ""
    return f"{_name(part.get('location'), places)}{far}"


def _promise(data: Mapping[str, Any], places: Places) -> str | None:
    promised = data.get("promised_at")
    if not isinstance(promised, str):
        return None
    return f"Promised by {_clock(promised, _place(data.get('location'), places))}"


def _unassigned(data: Mapping[str, Any], _places: Places) -> _Told:
    why = _reason(data)
    return _Told("Found no location" + (f": {why}" if why else ""), Kind.WAITING)


def _backordered(data: Mapping[str, Any], _places: Places) -> _Told:
    return _Told("Waits for stock", Kind.WAITING, _lines(data))


def _care(data: Mapping[str, Any], _places: Places) -> _Told:
    why = _reason(data)
    return _Told("Waits for somebody to decide" + (f": {why}" if why else ""), Kind.WAITING, _lines(data))


def _order_cancelled(data: Mapping[str, Any], _places: Places) -> _Told:
    return _Told("Cancelled" + _because(data), Kind.CANCELLED)


def _partly_cancelled(data: Mapping[str, Any], _places: Places) -> _Told:
    return _Told("What had not left was cancelled" + _because(data), Kind.CANCELLED, _lines(data))


def _shipment_cancelled(data: Mapping[str, Any], places: Places) -> _Told:
    return _Told(f"Called back from {_name(data.get('location'), places)}{_because(data)}", Kind.CANCELLED)


def _rejected(data: Mapping[str, Any], places: Places) -> _Told:
    return _Told(f"{_name(data.get('location'), places)} gave it back{_because(data)}", Kind.TROUBLE)


def _reassigned(data: Mapping[str, Any], places: Places) -> _Told:
    moved = f"Moved from {_name(data.get('from'), places)} to {_name(data.get('to'), places)}"
    return _Told(moved + _because(data), Kind.ROUTED)


def _late(data: Mapping[str, Any], places: Places) -> _Told | None:
    due = data.get("due_at")
    by = f": due by {_clock(due, _place(data.get('location'), places))}" if isinstance(due, str) else ""
    words = {"at_risk": f"May be late{by}", "non_compliant": f"Late{by}", "compliant": "In time again"}
    said = words.get(str(data.get("to")))
    if said is None:
        return None
    return _Told(said, Kind.NOTE if data.get("to") == "compliant" else Kind.TROUBLE)


def _at(words: str, kind: Kind = Kind.STEP) -> _Teller:
    """Return a teller of a step at a location; `{}` in the words is its name."""

    def teller(data: Mapping[str, Any], places: Places) -> _Told:
        number = data.get("tracking_number")
        detail = f"Tracking {number}" if number else None
        return _Told(words.format(_name(data.get("location"), places)), kind, detail)

    return teller


def _simple(words: str, kind: Kind) -> _Teller:
    return lambda data, _places: _Told(words + _because(data), kind)


def _place(code: Any, places: Places) -> PlaceWords | None:
    return places.get(code) if isinstance(code, str) else None


def _name(code: Any, places: Places) -> str:
    """Return what people call a location; one that the reader may not see stays unnamed."""
    place = _place(code, places)
    return place.name if place is not None else "another location"


def _clock(instant: str, place: PlaceWords | None) -> str:
    """Return an instant in the location's own time, and say so."""
    try:
        moment = datetime.fromisoformat(instant)
    except ValueError:
        return instant
    zone = place.time_zone if place else "UTC"
    return f"{moment.astimezone(ZoneInfo(zone)):%a %d %b %H:%M} ({zone.rsplit('/', 1)[-1].replace('_', ' ')})"


def _reason(data: Mapping[str, Any]) -> str | None:
    reason = data.get("reason")
    if not isinstance(reason, str) or not reason:
        return None
    return _REASONS.get(reason, reason.replace("_", " ") if " " not in reason else reason)


def _because(data: Mapping[str, Any]) -> str:
    why = _reason(data)
    return f": {why}" if why else ""


def _lines(data: Mapping[str, Any]) -> str | None:
    lines = [line for line in data.get("lines") or () if isinstance(line, Mapping)]
    return ", ".join(f"{line.get('quantity', '?')} × {line.get('sku', '?')}" for line in lines) or None


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


_TELLERS: Mapping[str, _Teller] = {
    EventType.ORDER_PLACED: _placed,
    EventType.ORDER_ROUTED: _routed,
    EventType.ORDER_UNASSIGNED: _unassigned,
    EventType.ORDER_BACKORDERED: _backordered,
    EventType.ORDER_SENT_TO_CARE: _care,
    EventType.ORDER_HELD: _simple("Put on hold", Kind.STOPPED),
    EventType.ORDER_RELEASED: _simple("Goes on", Kind.NOTE),
    EventType.ORDER_PARTLY_CANCELLED: _partly_cancelled,
    EventType.ORDER_CANCELLED: _order_cancelled,
    EventType.ORDER_FULFILLED: _simple("Everything is done", Kind.DONE),
    EventType.SHIPMENT_OPENED: _at("Given to {}", Kind.ROUTED),
    EventType.SHIPMENT_ACCEPTED: _at("{} took it on"),
    EventType.SHIPMENT_PICKED: _at("Picked at {}"),
    EventType.SHIPMENT_PACKED: _at("Packed at {}"),
    EventType.SHIPMENT_READY: _at("Ready to be picked up at {}"),
    EventType.SHIPMENT_SHIPPED: _at("Left {}"),
    EventType.SHIPMENT_HANDED_OVER: _at("Handed over by {}", Kind.DONE),
    EventType.SHIPMENT_HELD: _simple("Work on it stopped", Kind.STOPPED),
    EventType.SHIPMENT_RELEASED: _simple("Work on it goes on", Kind.NOTE),
    EventType.SHIPMENT_REASSIGNED: _reassigned,
    EventType.SHIPMENT_REJECTED: _rejected,
    EventType.SHIPMENT_CANCELLED: _shipment_cancelled,
    EventType.SLA_SHIPMENT_CHANGED: _late,
}
