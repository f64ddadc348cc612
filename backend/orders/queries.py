"""Reading orders. An order is seen by whoever sees one of its shipments, or its pickup location."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col, select

from backend.auth.scope import visible
from backend.catalog import queries as catalog
from backend.orders import story
from backend.orders.scope import visible_order
from backend.orders.search import ANY, OrderFilter, matching
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from models.errors import not_found
from models.tables import Event, Location, Order, OrderLine, Return, RoutingDecision, Shipment

__all__ = [
    "ANY",
    "OrderFilter",
    "OrderView",
    "by_ids",
    "get",
    "listing",
    "not_due",
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


def get(uow: Uow, order_id: int) -> OrderView:
    """Return one order, or raise NOT_FOUND."""
    statement = select(Order).where(col(Order.id) == order_id, visible_order(uow.actor.scope))
    order = uow.session.exec(statement).one_or_none()
    if order is None:
        raise not_found("order", order_id)
    return views(uow, [order])[0]


def listing(
    uow: Uow, text: str = "", *, wanted: OrderFilter = ANY, after: int | None = None, limit: int = 100
) -> list[OrderView]:
    """Return orders with all that is shown of them, newest first, those before the id `after`, at most `limit`.

    `text` is what one box takes, see `search.matching`; empty means any.
    """
    ids = matching(uow, text, wanted, after=after, limit=limit)
    found = {view.order.id: view for view in by_ids(uow, ids)}
    return [found[id_] for id_ in ids]


def by_ids(uow: Uow, ids: Sequence[int]) -> list[OrderView]:
    """Return the visible orders with these ids."""
    statement = select(Order).where(col(Order.id).in_(sorted(ids)), visible_order(uow.actor.scope))
    return views(uow, list(uow.session.exec(statement)))


def not_due(uow: Uow, ids: Sequence[int]) -> set[int]:
    """Return those of these orders that routing need not look at now."""
    later = sa.or_(_ORDERS.c.routing_due_at.is_(None), _ORDERS.c.routing_due_at > uow.now)
    statement = sa.select(_ORDERS.c.id).where(later)
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
    """Return the events of an order, of its visible shipments and of its returns, oldest first; NOT_FOUND as `get`.

    An event that happened at a location the actor may not see is left out.
    """
    view = get(uow, order_id)
    back = uow.session.exec(select(Return.id).where(col(Return.order_id) == order_id))
    subjects = [f"order/{order_id}", *(f"shipment/{shipment.id}" for shipment, _ in view.shipments)]
    subjects += [f"return/{id_}" for id_ in back]
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
    places = {code: story.PlaceWords(name, zone) for code, name, zone in rows}
    happened = story.with_names(happened, catalog.words_by_sku(uow, story.skus(happened)))
    return story.tell(happened, places, traces)
