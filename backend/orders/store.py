"""Rows of orders: locking, compare-and-set, telling events. Decides nothing; those that come in are `incoming.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.auth.actor import Actor
from backend.fulfillment.service import NewShipmentLine
from backend.orders.rules import NewOrder, OrderMove, moved
from backend.orders.scope import visible_order
from backend.persistence.bulk import is_one_of, table_of
from backend.persistence.columnwise import update_columns
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


def load(uow: Uow, order_id: int) -> OrderRow:
    """Lock and return an order, or raise NOT_FOUND when it is not there or outside the actor's scope."""
    mine = sa.select(*_ROW).where(_ORDERS.c.id == order_id, visible_order(uow.actor.scope))
    row = uow.session.connection().execute(mine.with_for_update(of=_ORDERS)).one_or_none()
    if row is None:
        raise not_found("order", order_id)
    return _order(row)


def claim(uow: Uow, order_ids: Sequence[int]) -> list[int]:
    """Lock and return those of these orders that are due for routing, leaving out what another transaction holds."""
    due = sa.select(_ORDERS.c.id).where(is_one_of(uow.session, _ORDERS.c.id, sorted(order_ids)))
    due = due.where(_ORDERS.c.routing_due_at <= uow.now).order_by(_ORDERS.c.id).with_for_update(skip_locked=True)
    return list(uow.session.connection().execute(due).scalars())


def _order(row: Any) -> OrderRow:
    id_, external_id, channel, method, status, placed_at, version = row
    return OrderRow(id_, external_id, channel, Method(method), OrderStatus(status), placed_at, version)


_ROW = [_ORDERS.c[name] for name in ("id", "external_id", "channel", "method", "status", "placed_at", "version")]


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
