"""Which priority lane an order takes: 0 routes first. The active routing strategy says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from backend.orders.rules import NewOrder
from backend.persistence.uow import Uow
from backend.routing import strategies
from backend.routing.engine import lane_of
from backend.routing.facts import LineFacts, OrderFacts
from models.tables.orders import LAST_LANE


def lanes(uow: Uow, orders: Sequence[NewOrder], products: Mapping[str, int]) -> list[int]:
    """Return the lane of each order, in order; `products` are ids by SKU."""
    strategy = strategies.active(uow).strategy
    if not strategy.lanes:
        return [LAST_LANE] * len(orders)
    return [lane_of(_facts(order, products, uow.now), strategy) for order in orders]


def _facts(order: NewOrder, products: Mapping[str, int], now: datetime) -> OrderFacts:
    """Return what a lane may ask of an order; what only the catalogue knows of its products is not among it."""
    lines = tuple(
        LineFacts(number, products[line.sku], line.sku, line.quantity, line.unit_price_minor)
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
        placed_at=order.placed_at or now,
        due_at=order.due_at,
        total_minor=sum(line.quantity * line.unit_price_minor for line in order.lines),
        given=order.given_location,
    )
