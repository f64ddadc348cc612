"""What did not go as planned with a shipment, in plain words. Pure; the rest of the story is `story.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.orders.story_words import Kind, Places, Teller, Told, because, clock, lines_of, name_of, place_of
from models.events import EventType


def _shipment_cancelled(data: Mapping[str, Any], places: Places) -> Told:
    return Told(f"Called back from {name_of(data.get('location'), places)}{because(data)}", Kind.CANCELLED)


def _rejected(data: Mapping[str, Any], places: Places) -> Told:
    return Told(f"{name_of(data.get('location'), places)} gave it back{because(data)}", Kind.TROUBLE)


def _reassigned(data: Mapping[str, Any], places: Places) -> Told:
    moved = f"Moved from {name_of(data.get('from'), places)} to {name_of(data.get('to'), places)}"
    return Told(moved + because(data), Kind.ROUTED)


def _split(data: Mapping[str, Any], places: Places) -> Told:
    here = name_of(data.get("location"), places)
    if data.get("routed"):
        return Told(f"Part of it goes to another place than {here}{because(data)}", Kind.TROUBLE, lines_of(data))
    return Told(f"Split at {here}{because(data)}", Kind.STEP, lines_of(data))


def _short(data: Mapping[str, Any], places: Places) -> Told:
    where = name_of(data.get("location"), places)
    return Told(f"Something was not found at {where}{because(data)}", Kind.TROUBLE, lines_of(data))


def _substituted(data: Mapping[str, Any], places: Places) -> Told:
    where = name_of(data.get("location"), places)
    words = f"{data.get('quantity')} × {data.get('by')} instead of {data.get('sku')} from {where}"
    return Told(words, Kind.STEP)


def _waits_for(data: Mapping[str, Any], places: Places) -> Told:
    sender = name_of(data.get("from"), places)
    here = name_of(data.get("location"), places)
    return Told(f"{sender} sends {here} what it lacks{because(data)}", Kind.WAITING, lines_of(data))


def _received(data: Mapping[str, Any], places: Places) -> Told:
    sender = name_of(data.get("location"), places)
    if data.get("missing"):
        return Told(f"Not all of what {sender} sent arrived", Kind.TROUBLE, lines_of({"lines": data["missing"]}))
    return Told(f"What {sender} sent arrived", Kind.STEP, lines_of(data))


def _reminded(data: Mapping[str, Any], places: Places) -> Told:
    until = str(data.get("collect_by_at", ""))
    return Told(f"To be collected until {clock(until, place_of(data.get('location'), places))}", Kind.NOTE)


def _not_collected(data: Mapping[str, Any], places: Places) -> Told:
    return Told(f"Nobody came for it to {name_of(data.get('location'), places)}", Kind.TROUBLE)


MOVES: Mapping[str, Teller] = {
    EventType.SHIPMENT_CANCELLED: _shipment_cancelled,
    EventType.SHIPMENT_REJECTED: _rejected,
    EventType.SHIPMENT_REASSIGNED: _reassigned,
    EventType.SHIPMENT_SPLIT: _split,
    EventType.SHIPMENT_SHORT_PICKED: _short,
    EventType.SHIPMENT_SUBSTITUTED: _substituted,
    EventType.SHIPMENT_WAITING: _waits_for,
    EventType.TRANSFER_RECEIVED: _received,
    EventType.SHIPMENT_REMINDED: _reminded,
    EventType.SHIPMENT_NOT_COLLECTED: _not_collected,
}
