"""Orders that come again: the same as what is there, or something else under the same name. SELECT only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from backend.orders.rules import NewOrder
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from models.tables import Order, OrderLine

_ORDERS, _LINES = table_of(Order), table_of(OrderLine)
Name = tuple[str, str]  # channel, external id


def differences(uow: Uow, orders: Sequence[NewOrder]) -> dict[Name, list[str]]:
    """Return in what these orders differ from those of the same name that are there; who is not there is not told."""
    statement = sa.select(_ORDERS)
    found = fetch_in(uow.session, statement, _ORDERS.c.external_id, {order.external_id for order in orders})
    there = {(row.channel, row.external_id): row for row in found}
    lines: dict[int, list[Any]] = {}
    for line in fetch_in(uow.session, sa.select(_LINES), _LINES.c.order_id, {row.id for row in there.values()}):
        lines.setdefault(line.order_id, []).append(line)
    known = [(order, there.get((order.channel, order.external_id))) for order in orders]
    return {
        (order.channel, order.external_id): list(_differing(order, row._mapping, lines.get(row.id, ())))
        for order, row in known
        if row is not None
    }


def _differing(order: NewOrder, row: Mapping[str, Any], lines: Sequence[Any]) -> Iterator[str]:
    stated = sorted((line.sku, line.quantity, line.unit_price_minor) for line in order.lines)
    if stated != sorted((line.sku, line.quantity, line.unit_price_minor) for line in lines):
        yield "lines"
    if order.method.value != row["method"]:
        yield "method"
    for name in ("customer", "ship_to", "pickup_location", "service_level", "attributes"):
        if getattr(order, name) != row[name]:
            yield name
    if order.due_at is not None and order.due_at != row["due_at"]:
        yield "due_at"
