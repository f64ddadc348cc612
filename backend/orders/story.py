"""An order's life in plain words, for whoever answers a customer: one timeline from order to delivery. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from backend.orders.story_moves import MOVES
from backend.orders.story_words import (
    SORTS,
    Kind,
    Places,
    PlaceWords,
    Teller,
    Told,
    because,
    clock,
    far,
    is_line,
    lines_of,
    listed,
    name_of,
    place_of,
    reason_of,
    skus_in,
    with_goods,
)
from backend.routing.reading import candidates, decisive
from models.events import EventType

__all__ = ["Entry", "Happened", "Kind", "PlaceWords", "codes", "skus", "tell", "with_names"]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the order or of one of its shipments."""

    type: str
    subject: str
    at: datetime
    actor: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the story; `detail` says more when asked, `actor` who did it, `event` the place of what it tells."""

    at: datetime
    words: str
    kind: Kind
    actor: str
    location: str | None = None
    shipment: int | None = None
    detail: str | None = None
    event: int = field(default=0, compare=False)


def tell(events: Sequence[Happened], places: Places, traces: Sequence[Mapping[str, Any]] = ()) -> list[Entry]:
    """Return the story, oldest first; events that say nothing to a customer are left out.

    `traces` are those of the order's decisions, oldest first: they say out of how many a location was chosen.

    A shipment opened by a routing or a split is told once, by that. Types that are not known here are told by their
    name, so that nothing is lost.
    """
    told_already = {id_ for event in events if event.type == EventType.ORDER_ROUTED for id_ in _opened(event.data)}
    told_already |= {event.data.get("child") for event in events if event.type == EventType.SHIPMENT_SPLIT}
    entries: list[Entry] = []
    decided = iter([trace for trace in traces if trace.get("chosen")])
    for place, event in enumerate(events):
        if event.type == EventType.ORDER_ROUTED:
            event = replace(event, data={**event.data, "trace": next(decided, {})})
        if event.type == EventType.SHIPMENT_OPENED and event.data.get("shipment") in told_already:
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
                event=place,
            )
        )
    return entries


def codes(events: Sequence[Happened]) -> set[str]:
    """Return the codes of the locations that the story is about."""
    stated = [event.data.get(name) for event in events for name in ("location", "from", "to")]
    stated += [code for event in events for code in event.data.get("locations") or ()]
    return {code for code in stated if isinstance(code, str)}


def skus(events: Sequence[Happened]) -> set[str]:
    """Return the SKUs of the products that the story is about."""
    return set().union(*(skus_in(event.data) for event in events))


def with_names(events: Sequence[Happened], goods: Mapping[str, str]) -> list[Happened]:
    """Return the events with products as people call them: `goods` are their words by SKU."""
    return [replace(event, data=with_goods(event.data, goods)) for event in events]


def _opened(data: Mapping[str, Any]) -> list[Any]:
    return [item.get("id") if isinstance(item, Mapping) else item for item in data.get("shipments") or ()]


def _tell(event: Happened, places: Places) -> Told | None:
    teller = _TELLERS.get(event.type)
    if teller is not None:
        return teller(event.data, places)
    return Told(event.type.replace(".", " ").replace("_", " ").capitalize(), Kind.NOTE, reason_of(event.data))


def _placed(data: Mapping[str, Any], _places: Places) -> Told:
    units = sum(line.get("quantity", 0) for line in data.get("lines") or () if isinstance(line, Mapping))
    many = f"{units} unit{'s' if units != 1 else ''}"
    return Told(f"Placed on {data.get('channel', 'an unnamed channel')}, {many}", Kind.PLACED, lines_of(data))


def _routed(data: Mapping[str, Any], places: Places) -> Told:
    trace = data.get("trace") or {}
    distances = [chosen[1] for chosen in trace.get("chosen") or ()] or [data.get("distance_km")]
    codes = data.get("locations") or [data.get("location")]
    shares = [
        f"{name_of(code, places)}{far(distances[number] if number < len(distances) else None)}"
        for number, code in enumerate(codes)
    ]
    words = f"Given to {listed(shares)}"
    if len(shares) > 1:
        words = f"Split over {len(shares)} locations: {listed(shares)}"
    why = _ranked(trace) or reason_of(data)
    left = ", ".join(f"{line['quantity']} × {line['sku']}" for line in data.get("left") or () if is_line(line))
    rest = f"; without a location: {left}" if left else ""
    return Told(words + (f": {why}" if why else "") + rest, Kind.ROUTED, _promise(data, places))


def _ranked(trace: Mapping[str, Any]) -> str | None:
    """Return why one location took all of it: it was the first of those that have all of it."""
    steps = [step for step in trace.get("steps") or () if step.get("chose")]
    if len(steps) != 1 or steps[0].get("did") != "whole" or not steps[0].get("sorted_by"):
        return None
    best = SORTS.get(decisive(steps[0]))
    count = candidates(steps[0])
    if best is None:
        return None
    return f"the {best} of {count} with all of it" if count > 1 else "the only one with all of it"


def _promise(data: Mapping[str, Any], places: Places) -> str | None:
    promised = data.get("promised_at")
    if not isinstance(promised, str):
        return None
    return f"Promised by {clock(promised, place_of(data.get('location'), places))}"


def _unassigned(data: Mapping[str, Any], _places: Places) -> Told:
    why = reason_of(data)
    return Told("Found no location" + (f": {why}" if why else ""), Kind.WAITING)


def _backordered(data: Mapping[str, Any], _places: Places) -> Told:
    return Told("Waits for stock", Kind.WAITING, lines_of(data))


def _care(data: Mapping[str, Any], _places: Places) -> Told:
    why = reason_of(data)
    return Told("Waits for somebody to decide" + (f": {why}" if why else ""), Kind.WAITING, lines_of(data))


def _order_cancelled(data: Mapping[str, Any], _places: Places) -> Told:
    return Told("Cancelled" + because(data), Kind.CANCELLED)


def _partly_cancelled(data: Mapping[str, Any], _places: Places) -> Told:
    return Told("What had not left was cancelled" + because(data), Kind.CANCELLED, lines_of(data))


def _settled(data: Mapping[str, Any], _places: Places) -> Told:
    if data.get("resolution") == "replace":
        return Told("Sent anew, free of charge", Kind.DONE)
    return Told(f"Refunded {data.get('refund', '')}", Kind.DONE)


def _late(data: Mapping[str, Any], places: Places) -> Told | None:
    due = data.get("due_at")
    by = f": due by {clock(due, place_of(data.get('location'), places))}" if isinstance(due, str) else ""
    words = {"at_risk": f"May be late{by}", "non_compliant": f"Late{by}", "compliant": "In time again"}
    said = words.get(str(data.get("to")))
    if said is None:
        return None
    return Told(said, Kind.NOTE if data.get("to") == "compliant" else Kind.TROUBLE)


def _at(words: str, kind: Kind = Kind.STEP) -> Teller:
    """Return a teller of a step at a location; `{}` in the words is its name."""

    def teller(data: Mapping[str, Any], places: Places) -> Told:
        number = data.get("tracking_number")
        detail = f"Tracking {number}" if number else None
        return Told(words.format(name_of(data.get("location"), places)), kind, detail)

    return teller


def _simple(words: str, kind: Kind) -> Teller:
    return lambda data, _places: Told(words + because(data), kind)


_TELLERS: Mapping[str, Teller] = {
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
    **MOVES,
    EventType.SLA_SHIPMENT_CHANGED: _late,
    EventType.RETURN_AUTHORISED: _simple("May be sent back", Kind.NOTE),
    EventType.RETURN_RECEIVED: _at("Came back to {}"),
    EventType.RETURN_INSPECTED: _at("What came back was looked at in {}"),
    EventType.RETURN_CLOSED: _settled,
    EventType.RETURN_CANCELLED: _simple("Is not sent back after all", Kind.NOTE),
}
