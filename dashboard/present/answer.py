"""The one sentence that answers "where is my order?", from how its shipments stand. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from backend.orders.whole import Arrival, OrderWhole, ShipmentPart
from dashboard import format as say
from dashboard.present.common import Reader
from dashboard.views.order import Answer
from models.enums import Compliance, Method, OrderStatus, Remainder, ShipmentStatus

_WAITS = {
    OrderStatus.PLACED: ("A location is being chosen for it", "This takes a moment; the page tells as soon as it is."),
    OrderStatus.UNASSIGNED: (
        "No location can fill it now",
        "It is tried again when stock or locations change. See below why; hold or cancel it if the customer will not "
        "wait.",
    ),
    OrderStatus.CUSTOMER_CARE: (
        "It waits for somebody to decide",
        "Routing could not place all of it. See below why; cancel it or have it routed again.",
    ),
}
#: What a shipment's promise is to have done, by method.
_UNTIL = {
    Method.SHIP: "leave {place}",
    Method.TRANSFER: "leave {place}",
    Method.PICKUP: "be ready at {place}",
    Method.CURBSIDE: "be ready at {place}",
    Method.DELIVERY: "be delivered from {place}",
}
_ARRIVES = {Method.SHIP: "arrive", Method.TRANSFER: "arrive", Method.DELIVERY: "be delivered"}
_GONE = {ShipmentStatus.SHIPPED, ShipmentStatus.HANDED_OVER}


def answer(order: OrderWhole, reasons: dict[str, str], reader: Reader) -> Answer:
    """Return the answer; `reasons` are why it was held or cancelled, as far as the story says so."""
    live = [part for part in order.shipments if part.status is not ShipmentStatus.CANCELLED]
    if order.status is OrderStatus.CANCELLED:
        return Answer(_because("Cancelled", reasons.get("cancelled")), "What was reserved for it was given back.")
    if order.status is OrderStatus.HELD:
        return Answer(_because("On hold", reasons.get("held")), "Nothing is done for it until somebody releases it.")
    if order.status is OrderStatus.BACKORDERED:
        return backorder(order, reader)
    if order.status in _WAITS:
        return Answer(*_WAITS[order.status])
    if not live:
        return Answer("It is worked on in a part of the network you do not see")
    told = shipments(order, live, reader)
    return _with_rest(told, order, reader) if order.status is OrderStatus.PARTLY_ROUTED else told


def _because(words: str, reason: str | None) -> str:
    return f"{words}: {reason}" if reason else words


def backorder(order: OrderWhole, reader: Reader) -> Answer:
    """Return what it waits for: the last arrival that fills it, or that none is announced."""
    arrivals = [arrival for line in order.lines for arrival in line.arrivals]
    if not arrivals:
        return Answer("Waits for stock: no arrival is announced yet", "It is tried again as soon as stock comes in.")
    last = max(arrivals, key=lambda arrival: arrival.arrives_at)
    return Answer(f"Waits for stock: {_arrival(last, reader)}", "It goes on by itself when the goods are there.")


def _arrival(arrival: Arrival, reader: Reader) -> str:
    day = say.date(arrival.arrives_at, arrival.where.time_zone, reader.now, reader.locale)
    return f"arrival on {day} at {arrival.where.name}"


def _with_rest(told: Answer, order: OrderWhole, reader: Reader) -> Answer:
    waiting = sum(line.open for line in order.lines)
    if not waiting:
        return told
    stock = any(line.remainder is Remainder.BACKORDERED for line in order.lines)
    rest = f"{say.plural(waiting, 'unit', reader.locale)} {'wait' if waiting > 1 else 'waits'} " + (
        "for stock" if stock else "for a location"
    )
    return Answer(told.text, f"{told.more} {rest}.".strip(), told.tone)


def shipments(order: OrderWhole, live: Sequence[ShipmentPart], reader: Reader) -> Answer:
    """Return how the shipments stand: gone, ready, or what is promised of the one that presses most."""
    open_ = [part for part in live if part.status not in _GONE]
    if not open_ or (order.method is Method.DELIVERY and all(_is_out(part) for part in open_)):
        return _gone(live, reader)
    if len(live) == 1:
        return _one(open_[0], order, reader)
    pressing = min(open_, key=_pressure)
    told = _one(pressing, order, reader)
    gone = len(live) - len(open_)
    parts = f"{len(live)} shipments, {gone} of them gone." if gone else f"{len(live)} shipments."
    return Answer(told.text, f"{parts} {told.more}".strip(), told.tone)


def _is_out(part: ShipmentPart) -> bool:
    return part.status is ShipmentStatus.SHIPPED


def _pressure(part: ShipmentPart) -> tuple[int, bool, float]:
    severity = part.sla.severity if part.sla else -1
    return -severity, part.due_at is None, part.due_at.timestamp() if part.due_at else 0.0


def _gone(live: Sequence[ShipmentPart], reader: Reader) -> Answer:
    last = max(live, key=lambda part: _left_at(part) or datetime.min.replace(tzinfo=reader.now.tzinfo))
    at = _left_at(last)
    when = f" {_when(at, last, reader)}" if at else ""
    several = f" The last of {len(live)} shipments." if len(live) > 1 else ""
    if last.method in (Method.PICKUP, Method.CURBSIDE):
        return Answer(f"Picked up at {last.where.name}{when}", several.strip())
    if last.status is ShipmentStatus.HANDED_OVER:
        return Answer(f"Delivered{when}", f"From {last.where.name}.{several}")
    if last.method is Method.DELIVERY:
        return Answer(f"On its way from {last.where.name} since{when}", several.strip(), _tone(last))
    return Answer(f"{shipped_with(last)}{when}", f"From {last.where.name}.{several}")


def _left_at(part: ShipmentPart) -> datetime | None:
    return part.steps.get(ShipmentStatus.HANDED_OVER) or part.steps.get(ShipmentStatus.SHIPPED)


def shipped_with(part: ShipmentPart) -> str:
    """Return "Shipped with UPS, tracking 1Z…", as far as it is known."""
    carrier, number = part.tracking.get("carrier"), part.tracking_number
    words = f"Shipped with {carrier}" if carrier else "Shipped"
    return f"{words}, tracking {number}," if number else words


def _one(part: ShipmentPart, order: OrderWhole, reader: Reader) -> Answer:
    if part.held:
        return Answer(_because(f"Work stopped at {part.where.name}", part.hold_reason), "Its clock stands still.")
    if part.status is ShipmentStatus.READY:
        since = part.steps.get(ShipmentStatus.READY)
        when = f" since {_at(since, part, reader)}" if since else ""
        return Answer(f"Ready at {part.where.name}{when}", _due_words(part, reader), _tone(part))
    if order.promised_at and part.method in _ARRIVES and part.sla is not Compliance.NON_COMPLIANT:
        by = _at(order.promised_at, part, reader)
        leaves = f"It is to leave {part.where.name} by {_at(part.due_at, part, reader)}. " if part.due_at else ""
        told = leaves + _due_words(part, reader)
        return Answer(f"Will {_ARRIVES[part.method]} by {by}", told or f"From {part.where.name}.", _tone(part))
    if part.due_at is None:
        return Answer(f"In work at {part.where.name}", "No promise runs for it.")
    by = _at(part.due_at, part, reader)
    if part.due_at <= reader.now:
        return Answer(f"Late: it was to {until(part)} by {by}", _due_words(part, reader), _tone(part))
    return Answer(f"Will {until(part)} by {by}", _due_words(part, reader), _tone(part))


def until(part: ShipmentPart) -> str:
    """Return what a shipment's promise is to have done: "leave Chicago Loop"."""
    return _UNTIL[part.method].format(place=part.where.name)


def _due_words(part: ShipmentPart, reader: Reader) -> str:
    if part.due_at is None:
        return ""
    zone = say.city(part.where.time_zone)
    left = say.due(part.due_at, reader.now)
    return f"{left[0].upper()}{left[1:]}, times are those of {zone}."


def _at(instant: datetime, part: ShipmentPart, reader: Reader) -> str:
    return say.wall_time(instant, part.where.time_zone, reader.now, reader.locale)


def _when(instant: datetime, part: ShipmentPart, reader: Reader) -> str:
    return f"{_at(instant, part, reader)}, {say.city(part.where.time_zone)} time"


def _tone(part: ShipmentPart) -> str:
    return part.sla.value if part.sla else ""
