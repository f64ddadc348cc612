"""Rows of orders that come in: what they are checked against, and many of them written at once. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from backend.auth.actor import Actor
from backend.catalog import queries as catalog
from backend.fulfillment.service import NewShipmentLine
from backend.locations import queries as locations
from backend.orders import store
from backend.orders.lanes import lanes
from backend.orders.rules import Known, NewLine, NewOrder
from backend.orders.search import folded
from backend.orders.store import Draft, OrderRow
from backend.persistence.bulk import Insert, allocate_several, fetch_in, insert_together, table_of
from backend.persistence.uow import Uow
from models.enums import Method, OrderStatus
from models.errors import DomainError, ErrorCode
from models.events import EventType
from models.tables import Order, OrderLine

_ORDERS = table_of(Order)


class Overtaken(DomainError):
    """Another transaction placed one of these orders, or used one of their keys, just now: look again."""

    def __init__(self) -> None:
        words = "One of these orders was placed at the same moment; read it instead."
        super().__init__(ErrorCode.CONFLICT, words)


@dataclass(frozen=True, slots=True)
class Sound:
    """An order that was checked, and who places it."""

    order: NewOrder
    actor: Actor


def known(uow: Uow, orders: Sequence[NewOrder]) -> Known:
    """Return what these orders are to be checked against."""
    products = catalog.ids_by_sku(uow, {line.sku for order in orders for line in order.lines})
    return replace(places(uow, orders, products), taken=taken(uow, orders))


def taken(uow: Uow, orders: Sequence[NewOrder]) -> frozenset[tuple[str, str]]:
    """Return (channel, external id) of those of these orders that are there already."""
    statement = sa.select(_ORDERS.c.channel, _ORDERS.c.external_id)
    wanted = {(order.channel, order.external_id) for order in orders}
    rows = fetch_in(uow.session, statement, _ORDERS.c.external_id, [external for _, external in wanted])
    return frozenset((channel, external) for channel, external in rows) & wanted


def places(uow: Uow, orders: Sequence[NewOrder], products: Mapping[str, int]) -> Known:
    """Return what these orders are to be checked against but for those that are there already."""
    codes = {code for order in orders for code in (order.pickup_location, order.location) if code is not None}
    stated = locations.by_code(uow, codes) if codes else {}
    methods = {code: frozenset(map(Method, place.methods)) for code, place in stated.items()}
    return Known(products, methods, frozenset(), uow.now)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Orders on paper: the rows of each, and what inserts them all with their lines."""

    drafts: list[Draft]
    inserts: tuple[Insert, ...]


def draw_up(uow: Uow, orders: Sequence[Sound], products: Mapping[str, int]) -> Drawn:
    """Make the rows of sound orders, due for routing, and tell of them; nothing is inserted yet."""
    count = sum(len(item.order.lines) for item in orders)
    ids, own_ids = allocate_several(uow.session, [(Order, len(orders)), (OrderLine, count)])
    line_ids = iter(own_ids)
    ranks = lanes(uow, [item.order for item in orders], products)
    drafts: list[Draft] = []
    rows: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for id_, item, lane in zip(ids, orders, ranks, strict=True):
        order = item.order
        placed_at = order.placed_at or uow.now
        row = OrderRow(id_, order.external_id, order.channel, order.method, OrderStatus.PLACED, placed_at, 1)
        own = tuple(
            NewShipmentLine(next(line_ids), products[line.sku], line.sku, line.quantity) for line in order.lines
        )
        draft = Draft(row, order, order.assigned_at or placed_at, own)
        drafts.append(draft)
        rows.append(_order_row(uow, draft, lane))
        lines.extend(_line_row(id_, number, line, order.lines[number]) for number, line in enumerate(own))
    rows.sort(key=lambda row: (row["external_id"], row["channel"]))
    for draft, item in zip(drafts, orders, strict=True):
        store.tell(
            uow, EventType.ORDER_PLACED, draft.row, at=draft.row.placed_at, actor=item.actor, lines=draft.event_lines
        )
    return Drawn(drafts, (Insert(Order, rows, only_new=True), Insert(OrderLine, lines, part_of="order_id")))


def write(uow: Uow, inserts: Sequence[Insert]) -> None:
    """Insert what was drawn up, and what goes with it; raises Overtaken."""
    if not insert_together(uow.session, inserts):
        raise Overtaken()


def _order_row(uow: Uow, draft: Draft, lane: int) -> dict[str, Any]:
    order, row = draft.order, draft.row
    return {
        "id": row.id,
        "external_id": row.external_id,
        "channel": row.channel,
        "customer_id": order.customer.get("id"),
        "customer": dict(order.customer),
        "method": order.method.value,
        "service_level": order.service_level,
        "ship_to": dict(order.ship_to),
        "pickup_location": order.pickup_location,
        "status": row.status.value,
        "placed_at": row.placed_at,
        "due_at": order.due_at,
        "attributes": dict(order.attributes),
        "customer_email": folded(order.customer.get("email"), limit=254),
        "customer_name": folded(order.customer.get("name"), limit=200),
        "total_minor": sum(line.quantity * line.unit_price_minor for line in order.lines),
        "lane": lane,
        "routing_due_at": uow.now,
        "routing_attempts": 0,
        "version": row.version,
        "created_at": uow.now,
        "updated_at": uow.now,
    }


def _line_row(order_id: int, number: int, line: NewShipmentLine, stated: NewLine) -> dict[str, Any]:
    return {
        "id": line.order_line_id,
        "order_id": order_id,
        "line_number": number + 1,
        "product_id": line.product_id,
        "sku": line.sku,
        "quantity": line.quantity,
        "unit_price_minor": stated.unit_price_minor,
        "cancelled": 0,
    }
