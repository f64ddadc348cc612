"""Trying an order: decided and explained on the network as it is now, for a person at the Routing page. Nothing is
locked, reserved or written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.orders.scope import visible_order
from backend.persistence.uow import Uow
from backend.promise.rules import Promise
from backend.promise.service import promise_for
from backend.routing import snapshot, stock
from backend.routing.document import Strategy
from backend.routing.engine import route
from backend.routing.facts import Decision, LineFacts, OrderFacts, Place
from models.enums import Method
from models.errors import DomainError, ErrorCode, Fault, not_found
from models.tables import Order, OrderLine, Product


@dataclass(frozen=True, slots=True)
class Wish:
    """An order that is only tried: goods as (SKU, units), and where to."""

    lines: Sequence[tuple[str, int]]
    method: Method = Method.SHIP
    channel: str = "web"
    service_level: str = "standard"
    customer: Mapping[str, Any] = field(default_factory=dict)
    ship_to: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    latitude: float | None = None
    longitude: float | None = None
    given: str | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """The decision with what it was decided on. `have` is units by line id and location id, of what is wanted."""

    order: OrderFacts
    decision: Decision
    places: Mapping[int, Place]
    have: Mapping[int, Mapping[int, int]]
    promise: Promise


def try_order(uow: Uow, wish: Wish, strategy: Strategy) -> Tried:
    """Return where an order would go now; places that the actor may not see are not there. INVALID names every SKU
    that does not exist."""
    order = _facts(uow, wish)
    products = {line.product_id for line in order.lines}
    units = stock.read(uow, products)
    taken = snapshot.take(uow, products=products, given={order.given})
    decision = route(order, taken.network(units), strategy)
    return Tried(
        order=order,
        decision=decision,
        places=taken.places,
        have={line.line_id: dict(units.holders(line.product_id, order)) for line in order.lines},
        promise=promise_for(uow, [(order, decision)])[0],
    )


def wish_of(uow: Uow, external_id: str) -> Wish:
    """Return an order that came in as if it came in now; NOT_FOUND when the actor sees none of that number."""
    order = uow.session.scalars(
        sa.select(Order)
        .where(col(Order.external_id) == external_id, visible_order(uow.actor.scope))
        .order_by(col(Order.id).desc())
        .limit(1)
    ).one_or_none()
    if order is None:
        raise not_found("order", external_id)
    lines = sa.select(col(OrderLine.sku), col(OrderLine.quantity)).where(col(OrderLine.order_id) == order.id)
    return Wish(
        lines=[(sku, units) for sku, units in uow.session.execute(lines.order_by(col(OrderLine.line_number)))],
        method=Method(order.method),
        channel=order.channel,
        service_level=order.service_level,
        customer=order.customer,
        ship_to=order.ship_to,
        attributes=order.attributes,
        latitude=order.ship_to.get("latitude"),
        longitude=order.ship_to.get("longitude"),
        given=order.pickup_location,
    )


def _facts(uow: Uow, wish: Wish) -> OrderFacts:
    wanted = [sku for sku, _ in wish.lines]
    known = {one.sku: one for one in uow.session.scalars(sa.select(Product).where(col(Product.sku).in_(wanted)))}
    faults = [
        Fault(f"/lines/{number}/sku", "unknown", f"There is no product {sku}.")
        for number, sku in enumerate(wanted)
        if sku not in known
    ]
    if faults:
        raise DomainError(ErrorCode.INVALID, " ".join(fault.message for fault in faults), faults=faults)
    lines = tuple(
        LineFacts(
            line_id=number,
            product_id=known[sku].id or 0,
            sku=sku,
            quantity=units,
            weight_g=known[sku].weight_g,
            attributes=known[sku].attributes,
        )
        for number, (sku, units) in enumerate(wish.lines, start=1)
    )
    return OrderFacts(
        external_id="tried",
        channel=wish.channel,
        method=wish.method,
        lines=lines,
        service_level=wish.service_level,
        customer=wish.customer,
        ship_to=wish.ship_to,
        attributes=wish.attributes,
        latitude=wish.latitude,
        longitude=wish.longitude,
        placed_at=uow.now,
        given=wish.given,
    )
