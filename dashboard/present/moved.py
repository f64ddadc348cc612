"""What became of a shipment that did not go as planned, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from backend.orders.whole import OrderWhole
from dashboard import format as say
from dashboard.format import Locale
from models.enums import Remainder, ShipmentStatus

_WAITS = {
    Remainder.UNASSIGNED: "No location has {units} of them now: {they} until one does.",
    Remainder.BACKORDERED: "{units} of them {wait} for stock.",
    Remainder.CUSTOMER_CARE: "{units} of them {wait} for somebody to decide.",
    None: "Routing looks for a place for {units} of them.",
}


def sent_on(units: int, before: OrderWhole, after: OrderWhole | None, locale: Locale) -> str:
    """Return where units went that were given back to routing: "2 units go elsewhere: 2 to Store NY."; the order is
    None once nothing of it is where the reader may look."""
    what = say.plural(units, "unit", locale)
    goes = f"{what} {'goes' if units == 1 else 'go'} elsewhere"
    if after is None:
        return f"{goes}, outside your part of the network."
    went = _went(before, after)
    left = units - sum(went.values())
    told = [f"{goes}: {', '.join(f'{say.count(count, locale)} to {place}' for place, count in went.items())}."]
    if not went:
        told = [f"{what} {'is' if units == 1 else 'are'} given back."]
    return " ".join([*told, *([_left(left, after, locale)] if left > 0 else [])])


def _went(before: OrderWhole, after: OrderWhole) -> dict[str, int]:
    """Return how many units have come to each location since, by its name."""
    known = {part.id for part in before.shipments}
    went: dict[str, int] = {}
    for part in after.shipments:
        if part.id not in known and part.status is not ShipmentStatus.CANCELLED and part.units:
            went[part.where.name] = went.get(part.where.name, 0) + sum(part.units.values())
    unseen = _elsewhere(after) - _elsewhere(before)
    if unseen > 0:
        went["another location, outside your part of the network"] = unseen
    return went


def _elsewhere(order: OrderWhole) -> int:
    return sum(line.elsewhere for line in order.lines)


def _left(units: int, order: OrderWhole, locale: Locale) -> str:
    """Return what becomes of units that no location was given."""
    stays = {line.remainder for line in order.lines if line.open}
    words = _WAITS[next(iter(stays)) if len(stays) == 1 else None]
    they, wait = ("it waits", "waits") if units == 1 else ("they wait", "wait")
    return words.format(units=say.count(units, locale), they=they, wait=wait)


def parted(units: int, child: int, place: str | None, locale: Locale) -> str:
    """Return what became of units in a shipment of their own; `place` is where it is now, None: where it was."""
    where = f"{'goes' if units == 1 else 'go'} to {place}" if place else f"{'stays' if units == 1 else 'stay'} here"
    return f"{say.plural(units, 'unit', locale)} {where}, as shipment {child}. The rest goes on."


def awaited(units: int, transfer: int, place: str, locale: Locale) -> str:
    """Return who sends what."""
    what = say.plural(units, "unit", locale)
    return f"{place} sends {what}, as shipment {transfer}. Until then this one waits, and its clocks stand still."


#: Of what is done as it is said.
DONE: Mapping[str, str] = {
    "hold": "On hold: work on it stops and its clocks stand still.",
    "release": "Released: work on it goes on, its clocks run.",
    "cancel": "Cancelled. Its stock is given back.",
    "backorder": "It waits for stock: the first that comes, anywhere, has routing look again.",
}
