"""Where an order would go: decided and explained like a real one, on the stock as it is. Nothing is held or written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.catalog import queries as catalog
from backend.locations import queries as locations
from backend.orders.rules import NewLine, NewOrder
from backend.orders.scope import visible_order
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from backend.promise.rules import Promise
from backend.promise.service import Arrivals, promise_for
from backend.routing import backorders, snapshot, stock
from backend.routing.document import Strategy
from backend.routing.engine import route
from backend.routing.explain import Said, explain
from backend.routing.facts import Decision, LineFacts, OrderFacts, Place
from backend.routing.outcome import main_reason, outcome_of
from backend.routing.reading import only_places, places_named, skus_of, with_goods
from backend.routing.supply import targets
from models.enums import Method, RoutingOutcome
from models.errors import Fault, invalid, not_found
from models.tables import Location, Order, OrderLine, Product

_LOCATION, _PRODUCT, _LINE = table_of(Location), table_of(Product), table_of(OrderLine)

Trace = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A decision on an order that is only tried, with what it was decided on; line ids count from 1.

    `awaited` is what backordered lines would be promised of arrivals. `places` are those the actor may see; `have` is
    units by line id and location id, of what is wanted; `names` are the products' by SKU.
    """

    order: OrderFacts
    decision: Decision
    outcome: RoutingOutcome
    reason: str
    words: Said
    promise: Promise
    awaited: Arrivals
    places: Mapping[int, Place]
    have: Mapping[int, Mapping[int, int]]
    names: Mapping[str, str]


def suggest(uow: Uow, order: NewOrder, strategy: Strategy) -> Suggestion:
    """Return where an order would go; locations that the actor may not see are not there. INVALID names each fault."""
    facts = _facts(uow, order)
    products = {line.product_id for line in facts.lines}
    supplied = targets([facts], strategy)
    taken = snapshot.take(uow, products=products, given={facts.given}, supplied=supplied)
    units = stock.read(uow, products)
    have = {line.line_id: dict(units.holders(line.product_id, facts)) for line in facts.lines}
    decision = route(facts, taken.network(units, stock.held(uow, strategy, products)), strategy)
    names = {id_: f"{place.name} ({place.code})" for id_, place in taken.places.items()}
    awaited = backorders.foresee(uow, facts, decision, places=taken.places)
    return Suggestion(
        order=facts,
        decision=decision,
        outcome=outcome_of(decision),
        reason=main_reason(facts, decision),
        words=explain(with_goods(decision.trace, catalog.words_by_sku(uow, skus_of(decision.trace))), names),
        promise=promise_for(uow, [(facts, decision)], awaited)[0],
        awaited=awaited,
        places=taken.places,
        have=have,
        names=_product_names(uow, facts),
    )


def again(uow: Uow, external_id: str) -> NewOrder:
    """Return an order that came in as if it came in now; NOT_FOUND when the actor sees none of that number."""
    statement = sa.select(Order).where(col(Order.external_id) == external_id, visible_order(uow.actor.scope))
    order = uow.session.scalars(statement.order_by(col(Order.id).desc()).limit(1)).one_or_none()
    if order is None:
        raise not_found("order", external_id)
    lines = sa.select(_LINE.c.sku, _LINE.c.quantity, _LINE.c.unit_price_minor).where(_LINE.c.order_id == order.id)
    return NewOrder(
        external_id=order.external_id,
        channel=order.channel,
        method=Method(order.method),
        lines=tuple(NewLine(*row) for row in uow.session.execute(lines.order_by(_LINE.c.line_number))),
        service_level=order.service_level,
        customer=order.customer,
        ship_to=order.ship_to,
        attributes=order.attributes,
        pickup_location=order.pickup_location,
    )


def as_seen(uow: Uow, traces: Sequence[Trace]) -> list[tuple[Trace, Said]]:
    """Return stored traces, and the same in words; what they tell of locations that the actor may not see is left out,
    but for those that were chosen, which are told by number."""
    ids = {id_ for trace in traces for id_ in places_named(trace)}
    statement = sa.select(_LOCATION.c.id, _LOCATION.c.name, _LOCATION.c.code).where(snapshot.seen_by(uow.actor.scope))
    rows = fetch_in(uow.session, statement, _LOCATION.c.id, ids)
    names = {id_: f"{name} ({code})" for id_, name, code in rows}
    if not uow.actor.scope.everything:
        codes = {code for _, _, code in rows}
        traces = [_promise_only(only_places(trace, names.keys()), codes) for trace in traces]
    goods = catalog.words_by_sku(uow, {sku for trace in traces for sku in skus_of(trace)})
    return [(trace, explain(with_goods(trace, goods), names)) for trace in traces]


def _promise_only(trace: Trace, seen: Collection[str]) -> Trace:
    """Return a trace whose promise tells only of these locations; the date is the order's, and stays."""
    promise = trace.get("promise")
    if promise is None:
        return trace
    shipments = [shipment for shipment in promise["shipments"] if shipment["location"] in seen]
    decided_by = promise["decided_by"] if promise["decided_by"] in seen else None
    return {**trace, "promise": {**promise, "decided_by": decided_by, "shipments": shipments}}


def _product_names(uow: Uow, facts: OrderFacts) -> dict[str, str]:
    columns = sa.select(_PRODUCT.c.sku, _PRODUCT.c.name)
    return dict(fetch_in(uow.session, columns, _PRODUCT.c.sku, {line.sku for line in facts.lines}))


def _facts(uow: Uow, order: NewOrder) -> OrderFacts:
    columns = sa.select(_PRODUCT.c.sku, _PRODUCT.c.id, _PRODUCT.c.weight_g, _PRODUCT.c.attributes)
    rows = fetch_in(uow.session, columns, _PRODUCT.c.sku, {line.sku for line in order.lines})
    known = {sku: (id_, weight, attributes) for sku, id_, weight, attributes in rows}
    faults = [
        Fault(f"/lines/{index}/sku", "unknown_sku", f"There is no product {line.sku}.")
        for index, line in enumerate(order.lines)
        if line.sku not in known
    ]
    given = order.given_location
    if given is not None and given not in locations.by_code(uow, [given]):
        faults.append(Fault("/pickup_location", "unknown_location", f"There is no location {given}."))
    if faults:
        raise invalid(faults)
    lines = tuple(
        LineFacts(number, known[line.sku][0], line.sku, line.quantity, line.unit_price_minor, *known[line.sku][1:])
        for number, line in enumerate(order.lines, 1)
    )
    return OrderFacts(
        external_id=order.external_id,
        channel=order.channel,
        method=order.method,
        lines=lines,
        service_level=order.service_level,
        customer=order.customer,
        ship_to=order.ship_to,
        attributes=order.attributes,
        latitude=order.ship_to.get("latitude"),
        longitude=order.ship_to.get("longitude"),
        placed_at=order.placed_at or uow.now,
        due_at=order.due_at,
        total_minor=sum(line.quantity * line.unit_price_minor for line in order.lines),
        given=given,
    )
