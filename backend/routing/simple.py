"""The simplest way to route, until the engine decides: the given place, or the nearest that has all of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.routing.facts import Assignment, Decision, Leftover, Network, OrderFacts, Place
from backend.routing.geometry import arc_km, direction
from models.enums import Remainder


def route_all(orders: Sequence[OrderFacts], network: Network, _strategy: Any) -> list[Decision]:
    """Route orders one after the other, each on what the ones before it left."""
    return [route(order, network) for order in orders]


def route(order: OrderFacts, network: Network) -> Decision:
    """Return where an order goes and take its units; ties go to the smaller code."""
    here = direction(order.latitude, order.longitude)
    places = [network.by_code[order.given]] if order.given else list(network.places.values())
    able = [p for p in places if not p.closed and order.method in p.methods and p.location_id not in order.refused_by]

    def far(place: Place) -> tuple[float, str]:
        known = here is not None and place.direction is not None
        return (arc_km(here, place.direction) if known else 1e9), place.code  # type: ignore[arg-type]

    full = [place for place in able if _has(order, place, network)]
    if not full:
        word = "no_location_has_all_stock" if able else "no_open_location_offers_method"
        if order.given:
            word = "given_location_lacks_stock" if able else "given_location_closed"
        leftovers = tuple(Leftover(line.line_id, line.quantity, Remainder.UNASSIGNED.value) for line in order.lines)
        return Decision((), leftovers, {"reason": word})
    best = min(full, key=far)
    if order.stock_matters:
        for line in order.lines:
            network.stock.take(best.location_id, line.product_id, line.quantity, order)
    km = far(best)[0]
    units = tuple((line.line_id, line.quantity) for line in order.lines)
    reason = "given_location" if order.given else "nearest_with_stock"
    return Decision((Assignment(best, units, round(km, 1) if km < 1e9 else None),), (), {"reason": reason})


def _has(order: OrderFacts, place: Place, network: Network) -> bool:
    if not order.stock_matters:
        return True
    needs: dict[int, int] = {}
    for line in order.lines:
        if (place.location_id, line.product_id) in network.blocked:
            return False
        needs[line.product_id] = needs.get(line.product_id, 0) + line.quantity
    return all(network.stock.holders(p, order).get(place.location_id, 0) >= units for p, units in needs.items())
