"""Rows of orders: reading what they are checked against, writing many at once, telling events. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.catalog import queries as catalog
from backend.fulfillment.service import NewShipmentLine
from backend.locations import queries as locations
from backend.orders.rules import Known, NewLine, NewOrder
from backend.orders.scope import visible_order
from backend.orders.search import folded
from backend.persistence.bulk import allocate_ids, fetch_in, insert_missing, insert_rows, table_of, update_rows
from backend.persistence.uow import Uow
from models.enums import Method, OrderStatus
from models.errors import DomainError, ErrorCode, not_found
from models.events import EventType
from models.tables import Order, OrderLine

_ORDERS = table_of(Order)
_LINES = table_of(OrderLine)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """What commands and events need of an order."""

    id: int
    external_id: str
    channel: str
    method: Method
    status: OrderStatus
    placed_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Draft:
    """An order with its row and lines at hand, so that its shipment can be opened without reading it back."""

    row: OrderRow
    order: NewOrder
    assigned_at: datetime
    lines: tuple[NewShipmentLine, ...]

    @property
    def event_lines(self) -> list[dict[str, Any]]:
        """Return the lines as events tell them."""
        return [{"sku": line.sku, "quantity": line.quantity} for line in self.lines]


def known(uow: Uow, orders: Sequence[NewOrder]) -> Known:
    """Return what these orders are to be checked against."""
    codes = {code for order in orders for code in (order.pickup_location, order.location) if code is not None}
    places = locations.by_code(uow, codes)
    statement = sa.select(_ORDERS.c.channel, _ORDERS.c.external_id)
    wanted = {(order.channel, order.external_id) for order in orders}
    rows = fetch_in(uow.session, statement, _ORDERS.c.external_id, [external for _, external in wanted])
    return Known(
        products=catalog.ids_by_sku(uow, {line.sku for order in orders for line in order.lines}),
        locations={code: frozenset(map(Method, place.methods)) for code, place in places.items()},
        taken=frozenset((channel, external) for channel, external in rows) & wanted,
        now=uow.now,
    )


def write(uow: Uow, orders: Sequence[NewOrder], known: Known, statuses: Sequence[OrderStatus]) -> list[Draft]:
    """Insert orders with their lines; raise CONFLICT when another transaction placed one of them just now."""
    ids = allocate_ids(uow.session, Order, len(orders))
    line_ids = iter(allocate_ids(uow.session, OrderLine, sum(len(order.lines) for order in orders)))
    drafts: list[Draft] = []
    lines: list[dict[str, Any]] = []
    for id_, order, status in zip(ids, orders, statuses, strict=True):
        row = OrderRow(id_, order.external_id, order.channel, order.method, status, order.placed_at or uow.now, 1)
        own = tuple(
            NewShipmentLine(next(line_ids), known.products[line.sku], line.sku, line.quantity) for line in order.lines
        )
        lines.extend(_line_row(id_, number, line, order.lines[number]) for number, line in enumerate(own))
        drafts.append(Draft(row, order, order.assigned_at or order.placed_at or uow.now, own))
    rows = sorted((_order_row(uow, draft) for draft in drafts), key=lambda row: (row["channel"], row["external_id"]))
    if insert_missing(uow.session, Order, rows) != len(rows):
        raise DomainError(ErrorCode.CONFLICT, "One of these orders was placed at the same moment; read it instead.")
    insert_rows(uow.session, OrderLine, lines)
    return drafts


def _order_row(uow: Uow, draft: Draft) -> dict[str, Any]:
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
    }


def load(uow: Uow, order_id: int) -> OrderRow:
    """Lock and return an order, or raise NOT_FOUND when it is not there or outside the actor's scope."""
    columns = [_ORDERS.c[name] for name in ("id", "external_id", "channel", "method", "status", "placed_at", "version")]
    mine = sa.select(*columns).where(_ORDERS.c.id == order_id, visible_order(uow.actor.scope))
    row = uow.session.connection().execute(mine.with_for_update(of=_ORDERS)).one_or_none()
    if row is None:
        raise not_found("order", order_id)
    id_, external_id, channel, method, status, placed_at, version = row
    return OrderRow(id_, external_id, channel, Method(method), OrderStatus(status), placed_at, version)


def set_status(uow: Uow, order: OrderRow, status: OrderStatus) -> OrderRow:
    """Change the status if the order still is what `order` says, and return the new row."""
    rows = [{"was_id": order.id, "was": order.version, "to": status.value, "moment": uow.now}]
    if update_rows(uow.session, _SET_STATUS, rows) != 1:
        raise DomainError(ErrorCode.STALE, f"Order {order.id} changed at the same moment; read it again.")
    return replace(order, status=status, version=order.version + 1)


_SET_STATUS = (
    _ORDERS.update()
    .where(_ORDERS.c.id == sa.bindparam("was_id"), _ORDERS.c.version == sa.bindparam("was"))
    .values(status=sa.bindparam("to"), version=_ORDERS.c.version + 1, updated_at=sa.bindparam("moment"))
)


def tell(uow: Uow, type_: EventType, order: OrderRow, *, at: datetime | None = None, **data: Any) -> None:
    """Record an event of an order."""
    common = {"order": order.id, "external_id": order.external_id, "channel": order.channel}
    body = {**common, "method": order.method.value, "status": order.status.value, **data}
    uow.record(type_, subject=f"order/{order.id}", data=body, at=at)
