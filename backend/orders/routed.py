"""Order rows as routing finds them and leaves them: claim, read with what is left of their lines, write back.

Every function takes or leaves a whole batch in a handful of statements. What is accepted is written by `store.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from backend.orders import rules
from backend.persistence.bulk import fetch_in, is_one_of, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from models.codec import decode
from models.enums import Method, OrderStatus, ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import Order, OrderLine, Product, RoutingExclusion, Shipment, ShipmentLine

_ORDERS, _LINES, _PRODUCTS = table_of(Order), table_of(OrderLine), table_of(Product)
_SHIPMENTS, _SHIPMENT_LINES = table_of(Shipment), table_of(ShipmentLine)
_EXCLUSIONS = table_of(RoutingExclusion)

#: Orders in these states are never routed: they rest, or they are over.
AT_REST = frozenset({OrderStatus.HELD, OrderStatus.FULFILLED, OrderStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class DueLine:
    """A line with what is left to assign, in units (0: nothing), and its product."""

    id: int
    product_id: int
    sku: str
    open: int
    unit_price_minor: int
    weight_g: int
    attributes: Mapping[str, Any]
    remainder: str | None


@dataclass(frozen=True, slots=True)
class DueOrder:
    """An order that routing looks at; its row is locked. `shipments` counts those that were not cancelled."""

    id: int
    external_id: str
    channel: str
    method: Method
    service_level: str
    customer: Mapping[str, Any]
    ship_to: Mapping[str, Any]
    attributes: Mapping[str, Any]
    pickup_location: str | None
    status: OrderStatus
    placed_at: datetime
    due_at: datetime | None
    total_minor: int
    attempts: int
    version: int
    lines: tuple[DueLine, ...]
    shipments: int = 0
    refused_by: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class After:
    """What routing leaves behind of an order: its state, and per line what its open units wait for."""

    order: DueOrder
    status: OrderStatus
    look_again_at: datetime | None
    promised_at: datetime | None
    remainders: Mapping[int, str | None]
    cancelled: Mapping[int, int]


def claim(uow: Uow, *, limit: int) -> list[int]:
    """Lock and return the ids of orders due for routing, the most urgent lane first; skips what others hold."""
    statement = (
        sa.select(_ORDERS.c.id)
        .where(_ORDERS.c.routing_due_at <= uow.now)
        .order_by(_ORDERS.c.lane, _ORDERS.c.routing_due_at, _ORDERS.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(uow.session.connection().scalars(statement))


def still_due(uow: Uow, order_id: int) -> bool:
    """Lock the order and return whether it is due and nobody else holds it."""
    due = sa.select(_ORDERS.c.id).where(_ORDERS.c.id == order_id, _ORDERS.c.routing_due_at <= uow.now)
    return uow.session.connection().scalar(due.with_for_update(skip_locked=True)) is not None


def next_due(uow: Uow) -> datetime | None:
    """Return the earliest instant at which an order is due."""
    earliest = sa.select(sa.func.min(_ORDERS.c.routing_due_at)).where(_ORDERS.c.routing_due_at.is_not(None))
    due_at: datetime | None = uow.session.connection().scalar(earliest)
    return due_at


def load(uow: Uow, order_ids: Sequence[int]) -> list[DueOrder]:
    """Lock and return orders with what is left of their lines, in the order asked; unknown ids are left out.

    An order that was never looked at has no shipments and no refusals, so that nothing is read for those.
    """
    statement = sa.select(*_COLUMNS).order_by(_ORDERS.c.id).with_for_update()
    rows = {row[0]: row for row in fetch_in(uow.session, statement, _ORDERS.c.id, order_ids)}
    seen = [row.id for row in rows.values() if row.routing_attempts or row.status != OrderStatus.PLACED.value]
    lines = _lines(uow, rows, _assigned(uow, seen))
    shipments = _shipment_counts(uow, seen)
    refused = _refused(uow, seen)
    return [
        _order(rows[id_], lines[id_], shipments.get(id_, 0), frozenset(refused.get(id_, ())))
        for id_ in order_ids
        if id_ in rows
    ]


def read(uow: Uow, order_ids: Sequence[int]) -> list[DueOrder]:
    """Return orders as if nothing of them had been assigned yet; nothing is locked."""
    rows = {row.id: row for row in fetch_in(uow.session, sa.select(*_COLUMNS), _ORDERS.c.id, order_ids)}
    lines = _lines(uow, rows, {})
    return [_order(rows[id_], lines[id_], 0, frozenset()) for id_ in order_ids if id_ in rows]


def _order(row: Any, lines: Sequence[DueLine], shipments: int, refused_by: frozenset[int]) -> DueOrder:
    *plain, customer, ship_to, attributes = row  # by place: asking a row by name costs more than the rest of this
    id_, external_id, channel, method, service_level, pickup, status, placed_at, due_at, total, attempts, version = (
        plain
    )
    return DueOrder(
        id_,
        external_id,
        channel,
        Method(method),
        service_level,
        _document(customer),
        _document(ship_to),
        _document(attributes),
        pickup,
        OrderStatus(status),
        placed_at,
        due_at,
        total,
        attempts,
        version,
        tuple(lines),
        shipments,
        refused_by,
    )


def save(uow: Uow, left: Sequence[After]) -> None:
    """Write back orders and the lines whose remainder changed."""
    orders = [
        {
            "id": item.order.id,
            "was_version": item.order.version,
            "status": rules.routed(item.order.status, item.status).value,
            "routing_due_at": item.look_again_at,
            "routing_attempts": item.order.attempts + 1,
            "promised_at": item.promised_at,
            "version": item.order.version + 1,
            "updated_at": uow.now,
        }
        for item in left
    ]
    if update_columns(uow.session, Order, orders) != len(orders):
        raise DomainError(ErrorCode.STALE, "An order changed while it was routed.")
    remainders = [
        {"id": line.id, "remainder": item.remainders.get(line.id)}
        for item in left
        for line in item.order.lines
        if item.remainders.get(line.id) != line.remainder
    ]
    update_columns(uow.session, OrderLine, remainders)
    cancelled = [(line_id, units) for item in left for line_id, units in sorted(item.cancelled.items())]
    cancel_units(uow, cancelled)


def cancel_units(uow: Uow, units: Sequence[tuple[int, int]]) -> None:
    """Count units of lines as given up; the caller holds their orders."""
    if not units:
        return
    statement = (
        _LINES.update()
        .where(_LINES.c.id == sa.bindparam("was_id"))
        .values(cancelled=_LINES.c.cancelled + sa.bindparam("more"), remainder=None)
    )
    uow.session.connection().execute(statement, [{"was_id": id_, "more": more} for id_, more in units])


def leave(uow: Uow, order_ids: Sequence[int]) -> None:
    """Take orders that must not be routed off the list."""
    if order_ids:
        uow.session.connection().execute(
            _ORDERS.update().where(is_one_of(uow.session, _ORDERS.c.id, order_ids)).values(routing_due_at=None)
        )


def rest(uow: Uow, until: Mapping[int, datetime | None]) -> None:
    """Let orders rest for which nothing is new, given with when they are due again; they were looked at now."""
    rows = [{"id": id_, "routing_due_at": at, "updated_at": uow.now} for id_, at in sorted(until.items())]
    update_columns(uow.session, Order, rows)


def looks(uow: Uow, order_id: int) -> int:
    """Return how often routing has looked at an order."""
    return uow.session.connection().scalar(sa.select(_ORDERS.c.routing_attempts).where(_ORDERS.c.id == order_id)) or 0


def put_off(uow: Uow, order_id: int, *, until: datetime) -> None:
    """Have routing look at an order later; this look counts."""
    later = _ORDERS.update().where(_ORDERS.c.id == order_id)
    values = later.values(routing_due_at=until, routing_attempts=_ORDERS.c.routing_attempts + 1)
    uow.session.connection().execute(values)


def _lines(uow: Uow, order_ids: Any, assigned: Mapping[int, int]) -> dict[int, list[DueLine]]:
    columns = [_LINES.c[name] for name in ("id", "order_id", "product_id", "sku", "quantity", "cancelled")]
    rest = (_LINES.c.unit_price_minor, _LINES.c.remainder)
    statement = sa.select(*columns, *rest).order_by(_LINES.c.order_id, _LINES.c.line_number)
    rows = fetch_in(uow.session, statement, _LINES.c.order_id, order_ids)
    what = sa.select(_PRODUCTS.c.id, _PRODUCTS.c.weight_g, _as_text(_PRODUCTS.c.attributes))
    products = {
        id_: (weight, _document(text))
        for id_, weight, text in fetch_in(uow.session, what, _PRODUCTS.c.id, {row[2] for row in rows})
    }
    lines: dict[int, list[DueLine]] = defaultdict(list)
    for id_, order_id, product_id, sku, quantity, cancelled, price, remainder in rows:
        left = quantity - cancelled - assigned.get(id_, 0)
        weight, attributes = products[product_id]
        lines[order_id].append(DueLine(id_, product_id, sku, left, price, weight, attributes, remainder))
    return lines


def _assigned(uow: Uow, order_ids: Sequence[int]) -> dict[int, int]:
    """Return the units in shipments that were not cancelled, by order line."""
    if not order_ids:
        return {}
    units = sa.func.sum(_SHIPMENT_LINES.c.quantity)
    statement = (
        sa.select(_SHIPMENT_LINES.c.order_line_id, units)
        .join(_SHIPMENTS, _SHIPMENTS.c.id == _SHIPMENT_LINES.c.shipment_id)
        .where(_SHIPMENTS.c.status != ShipmentStatus.CANCELLED.value, _SHIPMENTS.c.for_shipment_id.is_(None))
        .group_by(_SHIPMENT_LINES.c.order_line_id)
    )
    return {line: int(sum_) for line, sum_ in fetch_in(uow.session, statement, _SHIPMENTS.c.order_id, order_ids)}


def _shipment_counts(uow: Uow, order_ids: Sequence[int]) -> dict[int, int]:
    if not order_ids:
        return {}
    statement = (
        sa.select(_SHIPMENTS.c.order_id, sa.func.count())
        .where(_SHIPMENTS.c.status != ShipmentStatus.CANCELLED.value, _SHIPMENTS.c.for_shipment_id.is_(None))
        .group_by(_SHIPMENTS.c.order_id)
    )
    return dict(fetch_in(uow.session, statement, _SHIPMENTS.c.order_id, order_ids))


def _refused(uow: Uow, order_ids: Sequence[int]) -> dict[int, list[int]]:
    if not order_ids:
        return {}
    refused: dict[int, list[int]] = defaultdict(list)
    statement = sa.select(_EXCLUSIONS.c.order_id, _EXCLUSIONS.c.location_id)
    for order_id, location_id in fetch_in(uow.session, statement, _EXCLUSIONS.c.order_id, order_ids):
        refused[order_id].append(location_id)
    return refused


def _as_text(column: Any) -> Any:
    return sa.cast(column, sa.Text).label(f"{column.name}_text")


def _document(text: str) -> Mapping[str, Any]:
    """Return a stored document; most are empty, and reading a thousand of those is felt."""
    return _EMPTY if text == "{}" else decode(text)


_EMPTY: Mapping[str, Any] = MappingProxyType({})
_PLAIN = (
    *("id", "external_id", "channel", "method", "service_level", "pickup_location", "status"),
    *("placed_at", "due_at", "total_minor", "routing_attempts", "version"),
)
_COLUMNS = [*(_ORDERS.c[name] for name in _PLAIN)]
_COLUMNS += [_as_text(_ORDERS.c[name]) for name in ("customer", "ship_to", "attributes")]
