"""Dates for orders that were just decided on, many at a time. The rule is `rules.py`; nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.persistence.uow import Uow
from backend.promise import queries
from backend.promise.queries import Network, Workplace
from backend.promise.rules import COLLECTED_BY_CUSTOMER, Consignment, Promise, PromiseFacts, Reckoner
from backend.routing.facts import Assignment, Decision, OrderFacts

#: The word of `Leftover.action` whose units nobody waits for.
_CANCEL = "cancel"
#: An order's attribute: minutes after it was placed in which it may still be changed, and no work begins.
PAUSE_ATTRIBUTE = "pause_minutes"
_LONGEST_PAUSE = 43_200


def promise_for(uow: Uow, decided: Sequence[tuple[OrderFacts, Decision]]) -> list[Promise]:
    """Return the date of each order, in order, from where its decision sends it; at most two statements in all.

    For whoever routes orders: `promise.date` goes into `customer_order.promised_at` (None: not known yet, for example
    while units have no location), `promise.document()` beside the decision's trace as `promise`. It does not touch
    `due_at`, which is what the customer was told and what SLAs run up to. For a suggestion, the same call. Work ahead
    of an order is `assignment.place.load.open_shipments`; nothing is locked and nothing is written.
    """
    if not any(decision.assignments for _, decision in decided):
        return [Promise(None) for _ in decided]
    network, reckoner = queries.network(uow), Reckoner(uow.now)
    elsewhere = {
        _customers_place(order, given, network) for order, decision in decided for given in decision.assignments
    }
    targets = {place.location_id for place in elsewhere if place is not None}
    lanes = queries.lanes(uow, targets) if targets else {}
    return [
        reckoner.promise(
            PromiseFacts(
                method=order.method,
                service_level=order.service_level,
                consignments=[_consignment(order, given, network, lanes) for given in decision.assignments],
                carriers=network.carriers,
                pause_minutes=_pause(order),
                state=_text(order.ship_to, "state", "region"),
                postal_code=_text(order.ship_to, "postal_code", "zip", "postcode"),
                whole=all(left.action == _CANCEL for left in decision.leftovers),
            )
        )
        for order, decision in decided
    ]


def _customers_place(order: OrderFacts, given: Assignment, network: Network) -> Workplace | None:
    """Return where the customer collects what another location sends there; None when nothing is sent."""
    if order.method not in COLLECTED_BY_CUSTOMER or order.given is None or order.given == given.place.code:
        return None
    return network.by_code.get(order.given)


def _consignment(
    order: OrderFacts, given: Assignment, network: Network, lanes: Mapping[tuple[int, int], int]
) -> Consignment:
    place = network.places[given.place.location_id]
    target = _customers_place(order, given, network)
    return Consignment(
        location=place.code,
        hours=place.hours,
        processing_minutes=place.processing(order.method),
        ahead=given.place.load.open_shipments,
        per_hour=place.per_hour,
        transfer_minutes=lanes.get((place.location_id, target.location_id), 0) if target else 0,
        handed_over_at=target.hours if target else None,
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
