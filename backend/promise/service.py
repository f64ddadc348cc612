"""Dates for orders that were just decided on, many at a time. The rule is `rules.py`; nothing here writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.persistence.uow import Uow
from backend.promise import queries
from backend.promise.queries import Network
from backend.promise.rules import Consignment, Promise, PromiseFacts, Reckoner
from backend.routing.facts import Assignment, Decision, Leftover, OrderFacts, Place, Supply
from backend.routing.geometry import arc_km, direction
from models.enums import Method

#: The word of `Leftover.action` whose units nobody waits for.
_CANCEL = "cancel"
#: An order's attribute: minutes after it was placed in which it may still be changed, and no work begins.
PAUSE_ATTRIBUTE = "pause_minutes"
_LONGEST_PAUSE = 43_200


@dataclass(frozen=True, slots=True)
class Expected:
    """Units of a backordered line that arrive at a location, and go on from there."""

    location_id: int
    arrives_at: datetime
    units: int


#: What backordered lines wait for, by line id.
Arrivals = Mapping[int, Sequence[Expected]]
_NONE: Arrivals = {}


def promise_for(uow: Uow, decided: Sequence[tuple[OrderFacts, Decision]], arrivals: Arrivals = _NONE) -> list[Promise]:
    """Return the date of each order, in order, from where its decision sends it; at most two statements in all.

    For whoever routes orders: `promise.date` goes into `customer_order.promised_at` (None: not known yet, for example
    while units have no location), `promise.document()` beside the decision's trace as `promise`. It does not touch
    `due_at`, which is what the customer was told and what SLAs run up to. For a suggestion, the same call. Work ahead
    of an order is `assignment.place.load.open_shipments`; nothing is locked and nothing is written. Backordered lines
    all of whose units are among `arrivals` have a date, too.
    """
    if not arrivals and not any(decision.assignments for _, decision in decided):
        return [Promise(None) for _ in decided]
    network, reckoner = queries.network(uow), Reckoner(uow.now)
    given = [given for _, decision in decided for given in decision.assignments]
    targets = {one.place.location_id for one in given if one.supply}
    lanes = queries.lanes(uow, targets) if targets else {}
    return [
        reckoner.promise(
            PromiseFacts(
                method=order.method,
                service_level=order.service_level,
                consignments=[
                    *(_consignment(order, given, network, lanes) for given in decision.assignments),
                    *_awaited(order, decision, arrivals, network),
                ],
                carriers=network.carriers,
                pause_minutes=_pause(order),
                state=_text(order.ship_to, "state", "region"),
                postal_code=_text(order.ship_to, "postal_code", "zip", "postcode"),
                whole=all(_settled(left, arrivals) for left in decision.leftovers),
            )
        )
        for order, decision in decided
    ]


def _settled(left: Leftover, arrivals: Arrivals) -> bool:
    """Return whether nobody waits for these units, or all of them are known to arrive."""
    return left.action == _CANCEL or sum(item.units for item in arrivals.get(left.line_id, ())) >= left.units


def _awaited(order: OrderFacts, decision: Decision, arrivals: Arrivals, network: Network) -> Iterator[Consignment]:
    """Yield what backordered lines wait for, one for each location at its last arrival."""
    last: dict[int, datetime] = {}
    for left in decision.leftovers:
        for item in arrivals.get(left.line_id, ()):
            last[item.location_id] = max(item.arrives_at, last.get(item.location_id, item.arrives_at))
    here = direction(order.latitude, order.longitude)
    for location_id, arrives_at in sorted(last.items()):
        place = network.places[location_id]
        yield Consignment(
            location=place.code,
            hours=place.hours,
            processing_minutes=place.processing(order.method),
            goods_at=arrives_at,
            distance_km=arc_km(here, place.direction) if here and place.direction else None,
        )


def _consignment(
    order: OrderFacts, given: Assignment, network: Network, lanes: Mapping[tuple[int, int], int]
) -> Consignment:
    """Return what a location does for an order; what it does is done when goods come that another one sends first."""
    place = network.places[given.place.location_id]
    return Consignment(
        location=place.code,
        hours=place.hours,
        processing_minutes=place.processing(order.method),
        ahead=0 if given.supply else given.place.load.open_shipments,
        per_hour=place.per_hour,
        distance_km=given.distance_km,
        supply=_supply(given.supply, given.place, network, lanes) if given.supply else None,
    )


def _supply(supply: Supply, to: Place, network: Network, lanes: Mapping[tuple[int, int], int]) -> Consignment:
    place = network.places[supply.source.location_id]
    return Consignment(
        location=place.code,
        hours=place.hours,
        processing_minutes=place.processing(Method.TRANSFER),
        ahead=supply.source.load.open_shipments,
        per_hour=place.per_hour,
        transfer_minutes=lanes.get((place.location_id, to.location_id)),
    )


def _pause(order: OrderFacts) -> int:
    minutes = order.attributes.get(PAUSE_ATTRIBUTE)
    if not isinstance(minutes, int) or isinstance(minutes, bool):
        return 0
    return min(max(0, minutes), _LONGEST_PAUSE)


def _text(document: Mapping[str, object], *names: str) -> str:
    """Return the first text there is under one of the names that people give the field."""
    return next((value for name in names if isinstance(value := document.get(name), str)), "")
