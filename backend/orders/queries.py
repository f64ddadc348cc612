"""Reading orders. An order is seen by whoever sees one of its shipments, or its pickup location."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from backend.auth.scope import visible
from backend.orders import story
from backend.orders.scope import visible_order
from backend.orders.search import ANY, OrderFilter, matching
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from models.enums import Compliance, Method, OrderStatus, ShipmentStatus
from models.errors import not_found
from models.tables import Event, Location, Order, OrderLine, RoutingDecision, Shipment

__all__ = [
    "ANY",
    "OrderFilter",
    "OrderRow",
    "OrderView",
    "by_ids",
    "get",
    "listing",
    "not_due",
    "search",
    "tell",
    "timeline",
    "views",
]

_ORDERS = table_of(Order)
_LINES = table_of(OrderLine)
_PLACES = table_of(Location)
_SHIPMENTS = table_of(Shipment)


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with its lines and those of its shipments that the actor may see."""

    order: Order
    lines: tuple[OrderLine, ...]
    shipments: tuple[tuple[Shipment, str], ...]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as a list shows it; `units` without those that were cancelled, money in minor units.

    Of its shipments only those that the actor may see and that were not cancelled: their number, the codes of their
    locations, `sla_status` (the worst running clock, None while none runs) and `sla_due_at`, when the next one ends.
    """

    id: int
    external_id: str
    channel: str
    customer_id: str | None
    customer_name: str | None
    customer_email: str | None
    method: Method
    service_level: str
    status: OrderStatus
    placed_at: datetime
    due_at: datetime | None
    promised_at: datetime | None
    lane: int
    units: int
    total_minor: int
    version: int
    shipments: int = 0
    locations: tuple[str, ...] = ()
    sla_status: Compliance | None = None
    sla_due_at: datetime | None = None


def get(uow: Uow, order_id: int) -> OrderView:
    """Return one order, or raise NOT_FOUND."""
    statement = select(Order).where(col(Order.id) == order_id, visible_order(uow.actor.scope))
    order = uow.session.exec(statement).one_or_none()
    if order is None:
        raise not_found("order", order_id)
    return views(uow, [order])[0]


def search(
    uow: Uow, text: str = "", *, wanted: OrderFilter = ANY, after: int | None = None, limit: int = 50
) -> list[OrderRow]:
    """Return orders as lists show them, newest first, those before the id `after`, at most `limit`.

    `text` is what one box takes, see `search.matching`; empty means any.
    """
    ids = matching(uow, text, wanted, after=after, limit=limit)
    lines = sa.select(_LINES.c.order_id, sa.func.sum(_LINES.c.quantity - _LINES.c.cancelled)).group_by(
        _LINES.c.order_id
    )
    units = dict(fetch_in(uow.session, lines, _LINES.c.order_id, ids))
    shares = _shares(uow, ids)
    found = {
        order.id: _row(order, int(units.get(order.id, 0)), shares.get(order.id, []))
        for order in fetch_in(uow.session, _ORDERS.select(), _ORDERS.c.id, ids)
    }
    return [found[id_] for id_ in ids]


def listing(
    uow: Uow, text: str = "", *, wanted: OrderFilter = ANY, after: int | None = None, limit: int = 100
) -> list[OrderView]:
    """Return the same orders as `search`, whole."""
    ids = matching(uow, text, wanted, after=after, limit=limit)
    found = {view.order.id: view for view in by_ids(uow, ids)}
    return [found[id_] for id_ in ids]


def by_ids(uow: Uow, ids: Sequence[int]) -> list[OrderView]:
    """Return the visible orders with these ids."""
    statement = select(Order).where(col(Order.id).in_(sorted(ids)), visible_order(uow.actor.scope))
    return views(uow, list(uow.session.exec(statement)))


def not_due(uow: Uow, ids: Sequence[int]) -> set[int]:
    """Return those of these orders that wait for no routing any more."""
    statement = sa.select(_ORDERS.c.id).where(_ORDERS.c.routing_due_at.is_(None))
    return {id_ for (id_,) in fetch_in(uow.session, statement, _ORDERS.c.id, ids)}


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
    """Return the events of an order and of its visible shipments, oldest first; NOT_FOUND as `get`.

    An event that happened at a location the actor may not see is left out.
    """
    view = get(uow, order_id)
    subjects = [f"order/{order_id}", *(f"shipment/{shipment.id}" for shipment, _ in view.shipments)]
    here = sa.or_(col(Event.location_id).is_(None), visible(uow.actor.scope, col(Event.location_id)))
    statement = select(Event).where(col(Event.subject).in_(subjects), here).order_by(col(Event.at), col(Event.id))
    return list(uow.session.exec(statement))


def tell(uow: Uow, events: Sequence[Event]) -> list[story.Entry]:
    """Return what `timeline` returned in plain words, see `story.tell`."""
    happened = [story.Happened(event.type, event.subject, event.at, event.actor, event.data) for event in events]
    statement = _PLACES.select().with_only_columns(_PLACES.c.code, _PLACES.c.name, _PLACES.c.time_zone)
    rows = fetch_in(
        uow.session,
        statement.where(visible(uow.actor.scope, _PLACES.c.id)),
        _PLACES.c.code,
        story.codes(happened),
    )
    about = {int(event.subject.removeprefix("order/")) for event in events if event.subject.startswith("order/")}
    decisions = sa.select(col(RoutingDecision.trace)).order_by(col(RoutingDecision.id))
    traces = [trace for (trace,) in fetch_in(uow.session, decisions, table_of(RoutingDecision).c.order_id, about)]
    return story.tell(happened, {code: story.PlaceWords(name, zone) for code, name, zone in rows}, traces)


#: One shipment of an order, in short: its location's code, its worst clock, when the next clock ends.
Share = tuple[str, str | None, datetime | None]


def _shares(uow: Uow, ids: Sequence[int]) -> dict[int, list[Share]]:
    statement = (
        sa.select(_SHIPMENTS.c.order_id, col(Location.code), _SHIPMENTS.c.sla_status, _SHIPMENTS.c.sla_due_at)
        .join(Location, col(Location.id) == _SHIPMENTS.c.location_id)
        .where(visible(uow.actor.scope, _SHIPMENTS.c.location_id))
        .where(_SHIPMENTS.c.status != ShipmentStatus.CANCELLED.value)
        .order_by(_SHIPMENTS.c.id)
    )
    shares: dict[int, list[Share]] = {}
    for order_id, code, status, due_at in fetch_in(uow.session, statement, _SHIPMENTS.c.order_id, ids):
        shares.setdefault(order_id, []).append((code, status, due_at))
    return shares


def _row(order: sa.Row[Any], units: int, shares: Sequence[Share]) -> OrderRow:
    bands = [Compliance(status) for _, status, _ in shares if status is not None]
    return OrderRow(
        id=order.id,
        external_id=order.external_id,
        channel=order.channel,
        customer_id=order.customer_id,
        customer_name=order.customer.get("name"),
        customer_email=order.customer.get("email"),
        method=Method(order.method),
        service_level=order.service_level,
        status=OrderStatus(order.status),
        placed_at=order.placed_at,
        due_at=order.due_at,
        promised_at=order.promised_at,
        lane=order.lane,
        units=units,
        total_minor=order.total_minor,
        version=order.version,
        shipments=len(shares),
        locations=tuple(dict.fromkeys(code for code, _, _ in shares)),
        sla_status=max(bands, key=lambda band: band.severity, default=None),
        sla_due_at=min((due_at for _, _, due_at in shares if due_at is not None), default=None),
    )
