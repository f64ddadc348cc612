"""Rows of orders: locking, compare-and-set, telling events. Decides nothing; those that come in are `incoming.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.auth.actor import Actor
from backend.fulfillment.service import NewShipment, NewShipmentLine
from backend.orders.rules import NewLine, NewOrder, OrderMove, moved
from backend.orders.scope import visible_order
from backend.persistence.bulk import is_one_of, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from backend.routing.rules import Decision, Place
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
    def needs(self) -> dict[int, int]:
        """Return units by product id."""
        return sum_units((line.product_id, line.quantity) for line in self.lines)

    @property
    def event_lines(self) -> list[dict[str, Any]]:
        """Return the lines as events tell them."""
        return [{"sku": line.sku, "quantity": line.quantity} for line in self.lines]

    def become(self, row: OrderRow) -> Draft:
        """Return the same draft on a changed row."""
        return replace(self, row=row)


def sum_units(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return the sums of (product id, units) by product id."""
    sums: dict[int, int] = {}
    for product_id, quantity in pairs:
        sums[product_id] = sums.get(product_id, 0) + quantity
    return sums


def shipment(draft: Draft, place: Place) -> NewShipment:
    """Return the shipment of a routed order."""
    order = draft.order
    return NewShipment(
        order_id=draft.row.id,
        order_external_id=draft.row.external_id,
        location_id=place.location_id,
        location_code=place.code,
        method=order.method,
        service_level=order.service_level,
        channel=order.channel,
        customer_tier=order.customer.get("tier"),
        order_due_at=order.due_at,
        placed_at=draft.row.placed_at,
        assigned_at=draft.assigned_at,
        lines=draft.lines,
    )


def load(uow: Uow, order_id: int) -> OrderRow:
    """Lock and return an order, or raise NOT_FOUND when it is not there or outside the actor's scope."""
    mine = sa.select(*_ROW).where(_ORDERS.c.id == order_id, visible_order(uow.actor.scope))
    row = uow.session.connection().execute(mine.with_for_update(of=_ORDERS)).one_or_none()
    if row is None:
        raise not_found("order", order_id)
    return _order(row)


def claim(uow: Uow, order_ids: Sequence[int]) -> list[OrderRow]:
    """Lock and return those of these orders that are due for routing, leaving out what another transaction holds."""
    due = sa.select(*_ROW).where(is_one_of(uow.session, _ORDERS.c.id, sorted(order_ids)))
    due = due.where(_ORDERS.c.routing_due_at.is_not(None)).order_by(_ORDERS.c.id).with_for_update(skip_locked=True)
    return [_order(row) for row in uow.session.connection().execute(due)]


def _order(row: Any) -> OrderRow:
    id_, external_id, channel, method, status, placed_at, version = row
    return OrderRow(id_, external_id, channel, Method(method), OrderStatus(status), placed_at, version)


_ROW = [_ORDERS.c[name] for name in ("id", "external_id", "channel", "method", "status", "placed_at", "version")]


def draft(uow: Uow, row: OrderRow, *, assigned_at: datetime) -> Draft:
    """Read an order back, to route it again."""
    full = uow.session.connection().execute(_ORDERS.select().where(_ORDERS.c.id == row.id)).one()
    lines = uow.session.connection().execute(
        _LINES.select().where(_LINES.c.order_id == row.id).order_by(_LINES.c.line_number)
    )
    own = tuple(NewShipmentLine(line.id, line.product_id, line.sku, line.quantity) for line in lines)
    order = NewOrder(
        external_id=row.external_id,
        channel=row.channel,
        method=row.method,
        lines=tuple(NewLine(line.sku, line.quantity) for line in own),
        customer=full.customer,
        service_level=full.service_level,
        ship_to=full.ship_to,
        pickup_location=full.pickup_location,
        due_at=full.due_at,
    )
    return Draft(row, order, assigned_at, own)


def move(
    uow: Uow, order: OrderRow, move_: OrderMove, to: OrderStatus, *, routing_due_at: datetime | None = None
) -> OrderRow:
    """Change the state if the order still is what `order` says, and return the new row.

    Raises ILLEGAL_TRANSITION for what the table of transitions does not know, STALE when somebody was quicker.
    """
    moved(move_, order.status, to)
    row = {"id": order.id, "was_version": order.version, "was_status": order.status.value, "status": to.value}
    rest = {"version": order.version + 1, "routing_due_at": routing_due_at, "updated_at": uow.now}
    if update_columns(uow.session, Order, [{**row, **rest}]) != 1:
        raise DomainError(ErrorCode.STALE, f"Order {order.id} changed at the same moment; read it again.")
    return replace(order, status=to, version=order.version + 1)


def tell(
    uow: Uow,
    type_: EventType,
    order: OrderRow,
    *,
    at: datetime | None = None,
    actor: Actor | None = None,
    **data: Any,
) -> None:
    """Record an event of an order."""
    common = {"order": order.id, "external_id": order.external_id, "channel": order.channel}
    body = {**common, "method": order.method.value, "status": order.status.value, **data}
    uow.record(type_, subject=f"order/{order.id}", data=body, at=at, actor=actor)


def tell_routing(uow: Uow, draft: Draft, decision: Decision, shipment_ids: Sequence[int]) -> None:
    """Record where an order went, or that it found no place, and why."""
    body: Mapping[str, Any] = {
        "order": draft.row.id,
        "external_id": draft.row.external_id,
        "reason": decision.reason.value,
        "location": decision.place.code if decision.place else None,
        "distance_km": decision.distance_km,
        "shipments": list(shipment_ids),
    }
    type_ = EventType.ORDER_ROUTED if decision.place else EventType.ORDER_UNASSIGNED
    location_id = decision.place.location_id if decision.place else None
    uow.record(type_, subject=f"order/{draft.row.id}", data=dict(body), location_id=location_id, at=draft.assigned_at)
