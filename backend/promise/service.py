"""Dates for orders that were just decided on, many at a time. The rule is `rules.py`; nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.persistence.uow import Uow
from backend.promise import queries
from backend.promise.queries import Workplace
from backend.promise.rules import COLLECTED_BY_CUSTOMER, Consignment, Promise, PromiseFacts, promise
from backend.routing.facts import Assignment, Decision, OrderFacts

#: The word of `Leftover.action` whose units nobody waits for.
_CANCEL = "cancel"
#: An order's attribute: minutes after it was placed in which it may still be changed, and no work begins.
PAUSE_ATTRIBUTE = "pause_minutes"
_LONGEST_PAUSE = 43_200


@dataclass(frozen=True, slots=True)
class _Network:
    """What the locations of a batch have in common, read once."""

    places: Mapping[int, Workplace]
    customers_places: Mapping[str, Workplace]
    lanes: Mapping[tuple[int, int], int]


def promise_for(uow: Uow, decided: Sequence[tuple[OrderFacts, Decision]]) -> list[Promise]:
    """Return the date of each order, in order, from where its decision sends it; at most three statements in all.

    For whoever routes orders: `promise.date` goes into `customer_order.promised_at` (None: not known yet, for example
    while units have no location), `promise.document()` beside the decision's trace as `promise`. It does not touch
    `due_at`, which is what the customer was told and what SLAs run up to. For a suggestion, the same call. Work ahead
    of an order is `assignment.place.load.open_shipments`; nothing is locked and nothing is written.
    """
    network = _load(uow, decided)
    carriers = queries.schedules(uow) if any(decision.assignments for _, decision in decided) else ()
    return [
        promise(
            PromiseFacts(
                method=order.method,
                service_level=order.service_level,
                consignments=[_consignment(order, given, network) for given in decision.assignments],
                carriers=carriers,
                pause_minutes=_pause(order),
                state=_text(order.ship_to, "state", "region"),
                postal_code=_text(order.ship_to, "postal_code", "zip", "postcode"),
                whole=all(left.action == _CANCEL for left in decision.leftovers),
            ),
            uow.now,
        )
        for order, decision in decided
    ]


def _load(uow: Uow, decided: Sequence[tuple[OrderFacts, Decision]]) -> _Network:
    ids = {given.place.location_id for _, decision in decided for given in decision.assignments}
    places = queries.workplaces(uow, ids)
    elsewhere = {
        order.given
        for order, decision in decided
        if order.given and any(given.place.code != order.given for given in decision.assignments)
    }
    customers_places = queries.workplaces_by_code(uow, elsewhere) if elsewhere else {}
    lanes = queries.lanes(uow, [place.location_id for place in customers_places.values()]) if elsewhere else {}
    return _Network(places, customers_places, lanes)


def _consignment(order: OrderFacts, given: Assignment, network: _Network) -> Consignment:
    place = network.places[given.place.location_id]
    target = network.customers_places.get(order.given or "") if place.code != order.given else None
    collected = order.method in COLLECTED_BY_CUSTOMER
    lane = network.lanes.get((place.location_id, target.location_id), 0) if target and collected else 0
    return Consignment(
        location=place.code,
        hours=place.hours,
        processing_minutes=place.processing(order.method),
        ahead=given.place.load.open_shipments,
        per_hour=place.per_hour,
        transfer_minutes=lane,
        handed_over_at=target.hours if target and collected else None,
        distance_km=given.distance_km,
    )


def _pause(order: OrderFacts) -> int:
    minutes = order.attributes.get(PAUSE_ATTRIBUTE)
    if not isinstance(minutes, int) or isinstance(minutes, bool):
        return 0
    return min(max(0, minutes), _LONGEST_PAUSE)


def _text(document: Mapping[str, object], *names: str) -> str:
    """Return the first text there is under one of the names that people give the field."""
    return next((value for name in names if isinstance(value := document.get(name), str)), "")
