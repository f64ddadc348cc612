"""Reading orders. An order is seen by whoever sees one of its shipments, or its pickup location."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col, select

from backend.auth.actor import LocationScope
from backend.auth.scope import visible
from backend.persistence.uow import Uow
from models.enums import OrderStatus
from models.errors import not_found
from models.tables import Event, Location, Order, OrderLine, Shipment


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with its lines and those of its shipments that the actor may see."""

    order: Order
    lines: tuple[OrderLine, ...]
    shipments: tuple[tuple[Shipment, str], ...]


def visible_order(scope: LocationScope) -> sa.ColumnElement[bool]:
    """Return the condition on orders that the scope sees."""
    if scope.everything:
        return sa.true()
    inside = select(Shipment.order_id).where(visible(scope, col(Shipment.location_id)))
    chosen = select(Location.code).where(visible(scope, col(Location.id)))
    return sa.or_(col(Order.id).in_(inside), col(Order.pickup_location).in_(chosen))


def get(uow: Uow, order_id: int) -> OrderView:
    """Return one order, or raise NOT_FOUND."""
    statement = select(Order).where(col(Order.id) == order_id, visible_order(uow.actor.scope))
    order = uow.session.exec(statement).one_or_none()
    if order is None:
        raise not_found("order", order_id)
    return views(uow, [order])[0]


def listing(
    uow: Uow,
    *,
    external_id: str | None = None,
    customer: str | None = None,
    status: OrderStatus | None = None,
    after: int | None = None,
    limit: int = 100,
) -> list[OrderView]:
    """Return orders, newest first, those before the id `after`, at most `limit`."""
    statement = select(Order).where(visible_order(uow.actor.scope)).order_by(col(Order.id).desc()).limit(limit)
    if external_id is not None:
        statement = statement.where(col(Order.external_id) == external_id)
    if customer is not None:
        statement = statement.where(col(Order.customer_id) == customer)
    if status is not None:
        statement = statement.where(col(Order.status) == status.value)
    if after is not None:
        statement = statement.where(col(Order.id) < after)
    return views(uow, list(uow.session.exec(statement)))


def by_ids(uow: Uow, ids: Sequence[int]) -> list[OrderView]:
    """Return the visible orders with these ids."""
    statement = select(Order).where(col(Order.id).in_(sorted(ids)), visible_order(uow.actor.scope))
    return views(uow, list(uow.session.exec(statement)))


def views(uow: Uow, orders: list[Order]) -> list[OrderView]:
    """Add lines and visible shipments to orders, in two statements."""
    ids = [order.id for order in orders]
    lines = uow.session.exec(select(OrderLine).where(col(OrderLine.order_id).in_(ids)).order_by(col(OrderLine.id)))
    by_order: dict[int | None, list[OrderLine]] = {}
    for line in lines:
        by_order.setdefault(line.order_id, []).append(line)
    statement = (
        select(Shipment, Location.code)
        .join(Location, col(Location.id) == col(Shipment.location_id))
        .where(col(Shipment.order_id).in_(ids), visible(uow.actor.scope, col(Shipment.location_id)))
        .order_by(col(Shipment.id))
    )
    shipments: dict[int | None, list[tuple[Shipment, str]]] = {}
    for shipment, code in uow.session.exec(statement):
        shipments.setdefault(shipment.order_id, []).append((shipment, code))
    return [OrderView(order, tuple(by_order.get(order.id, ())), tuple(shipments.get(order.id, ()))) for order in orders]


def timeline(uow: Uow, order_id: int) -> list[Event]:
    """Return the events of an order and of its visible shipments, oldest first; NOT_FOUND as `get`."""
    view = get(uow, order_id)
    subjects = [f"order/{order_id}", *(f"shipment/{shipment.id}" for shipment, _ in view.shipments)]
    statement = select(Event).where(col(Event.subject).in_(subjects)).order_by(col(Event.at), col(Event.id))
    return list(uow.session.exec(statement))
