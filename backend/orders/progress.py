"""An order follows its shipments: fulfilled when all are done, cancelled when none is left. Called by fulfillment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from backend.fulfillment import workflow
from backend.orders import lines
from backend.orders.lines import OpenLine
from backend.orders.rules import OrderMove, moved
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from models.enums import Method, OrderStatus, Remainder, ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.events import EventType
from models.tables import Order, Shipment

_ORDERS = table_of(Order)
_SHIPMENTS = table_of(Shipment)

_EVENT = {OrderStatus.FULFILLED: EventType.ORDER_FULFILLED, OrderStatus.CANCELLED: EventType.ORDER_CANCELLED}

#: An order none of which has a location waits for what its lines wait for.
WAITING = {
    Remainder.UNASSIGNED: OrderStatus.UNASSIGNED,
    Remainder.BACKORDERED: OrderStatus.BACKORDERED,
    Remainder.CUSTOMER_CARE: OrderStatus.CUSTOMER_CARE,
    None: OrderStatus.PLACED,
}


def outcome(shipments: Iterable[tuple[Method, ShipmentStatus]], open_: Sequence[OpenLine] = ()) -> OrderStatus | None:
    """Return what an order with these shipments and open lines has become, None while it stays what it is."""
    known = list(shipments)
    if not known or not all(workflow.is_done(method, status) for method, status in known):
        return None
    gone = all(status is ShipmentStatus.CANCELLED for _, status in known)
    if open_:
        return WAITING[lines.waits_for(open_)] if gone else None
    return OrderStatus.CANCELLED if gone else OrderStatus.FULFILLED


def settle(uow: Uow, order_ids: Iterable[int]) -> None:
    """Finish those of these orders whose shipments are all done. The caller holds their locks."""
    wanted = set(order_ids)
    if not wanted:
        return
    shipments: dict[int, list[tuple[Method, ShipmentStatus]]] = {}
    statement = sa.select(_SHIPMENTS.c.order_id, _SHIPMENTS.c.method, _SHIPMENTS.c.status)
    statement = statement.where(_SHIPMENTS.c.for_shipment_id.is_(None))  # transfers are means, not ends
    for order_id, method, status in fetch_in(uow.session, statement, _SHIPMENTS.c.order_id, wanted):
        shipments.setdefault(order_id, []).append((Method(method), ShipmentStatus(status)))
    done = [id_ for id_, facts in shipments.items() if outcome(facts) is not None]
    waiting = lines.open_lines(uow, done)
    finished = {id_: to for id_ in done if (to := outcome(shipments[id_], waiting.get(id_, ()))) is not None}
    _write(uow, finished)


def _write(uow: Uow, finished: dict[int, OrderStatus]) -> None:
    columns = (_ORDERS.c.id, _ORDERS.c.external_id, _ORDERS.c.status, _ORDERS.c.version)
    found = fetch_in(uow.session, sa.select(*columns), _ORDERS.c.id, finished)
    orders = [row for row in found if not (row.status == OrderStatus.HELD and finished[row.id] not in _EVENT)]
    rows = [
        {
            "id": row.id,
            "was_status": row.status,
            "was_version": row.version,
            "status": moved(OrderMove.SETTLE, OrderStatus(row.status), finished[row.id]).value,
            "routing_due_at": uow.now if finished[row.id] is OrderStatus.PLACED else None,
            "version": row.version + 1,
            "updated_at": uow.now,
        }
        for row in orders
        if row.status != finished[row.id]
    ]
    if update_columns(uow.session, Order, rows) != len(rows):
        raise DomainError(ErrorCode.STALE, "An order changed at the same moment; read it again.")
    for row in sorted(orders):
        told = _EVENT.get(finished[row.id])
        if told is not None:
            data = {"order": row.id, "external_id": row.external_id, "status": finished[row.id].value}
            uow.record(told, subject=f"order/{row.id}", data=data)
