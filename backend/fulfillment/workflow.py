"""Which status may follow which, per method, as data. Pure. A newcomer reads here what a shipment can do next."""

from __future__ import annotations

from collections.abc import Mapping

from models.enums import Method, ShipmentStatus, Step
from models.events import EventType

_S = ShipmentStatus

_CARRIER = (_S.OPEN, _S.ACCEPTED, _S.PICKED, _S.PACKED, _S.SHIPPED)
_COUNTER = (_S.OPEN, _S.ACCEPTED, _S.PICKED, _S.PACKED, _S.READY, _S.HANDED_OVER)
_OWN_VAN = (_S.OPEN, _S.ACCEPTED, _S.PICKED, _S.PACKED, _S.SHIPPED, _S.HANDED_OVER)

#: The way of each method, first to last. Steps may be skipped forward, never backward.
WAY: Mapping[Method, tuple[ShipmentStatus, ...]] = {
    Method.SHIP: _CARRIER,
    Method.TRANSFER: _CARRIER,
    Method.PICKUP: _COUNTER,
    Method.CURBSIDE: _COUNTER,
    Method.DELIVERY: _OWN_VAN,
}

#: Nothing is handed to a customer that was not set out for him first: this step cannot be skipped.
NEVER_SKIPPED = frozenset({_S.READY, _S.SHIPPED})

#: Where the goods leave the building, and stock on hand drops.
LEAVES: Mapping[Method, ShipmentStatus] = {
    Method.SHIP: _S.SHIPPED,
    Method.TRANSFER: _S.SHIPPED,
    Method.PICKUP: _S.HANDED_OVER,
    Method.CURBSIDE: _S.HANDED_OVER,
    Method.DELIVERY: _S.SHIPPED,
}

EVENTS: Mapping[ShipmentStatus, EventType] = {
    _S.ACCEPTED: EventType.SHIPMENT_ACCEPTED,
    _S.PICKED: EventType.SHIPMENT_PICKED,
    _S.PACKED: EventType.SHIPMENT_PACKED,
    _S.READY: EventType.SHIPMENT_READY,
    _S.SHIPPED: EventType.SHIPMENT_SHIPPED,
    _S.HANDED_OVER: EventType.SHIPMENT_HANDED_OVER,
}


def is_done(method: Method, status: ShipmentStatus) -> bool:
    """Return whether nothing is left to do."""
    return status is _S.CANCELLED or status is WAY[method][-1]


def has_left(method: Method, status: ShipmentStatus) -> bool:
    """Return whether the goods are out of the building, so that neither place nor stock can change any more."""
    way = WAY[method]
    return status is not _S.CANCELLED and way.index(status) >= way.index(LEAVES[method])


def next_statuses(method: Method, status: ShipmentStatus) -> tuple[ShipmentStatus, ...]:
    """Return the statuses that may follow, nearest first."""
    if is_done(method, status):
        return ()
    way = WAY[method]
    following: list[ShipmentStatus] = []
    for candidate in way[way.index(status) + 1 :]:
        following.append(candidate)
        if candidate in NEVER_SKIPPED:
            break
    return tuple(following)


def steps_passed(method: Method, status: ShipmentStatus, to: ShipmentStatus) -> tuple[Step, ...]:
    """Return the steps reached on the way from one status to another; a skipped step counts as passed."""
    way = WAY[method]
    return tuple(Step(passed.value) for passed in way[way.index(status) + 1 : way.index(to) + 1])
