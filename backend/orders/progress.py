"""An order follows its shipments: fulfilled when all are done, cancelled when none is left. Called by fulfillment.

One that has units without a shipment is neither: they wait for routing, for stock or for a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import sqlalchemy as sa

from backend.fulfillment import workflow
from backend.persistence.bulk import fetch_in, table_of, update_rows
from backend.persistence.uow import Uow
from models.enums import Method, OrderStatus, ShipmentStatus
from models.events import EventType
from models.tables import Order, OrderLine, Shipment

_ORDERS = table_of(Order)
_LINES = table_of(OrderLine)
_SHIPMENTS = table_of(Shipment)

_EVENT = {OrderStatus.FULFILLED: EventType.ORDER_FULFILLED, OrderStatus.CANCELLED: EventType.ORDER_CANCELLED}


def outcome(shipments: Iterable[tuple[Method, ShipmentStatus]]) -> OrderStatus | None:
    """Return what an order with these shipments has become, None while some work is left."""
    known = list(shipments)
    if not known or not all(workflow.is_done(method, status) for method, status in known):
        return None
    if all(status is ShipmentStatus.CANCELLED for _, status in known):
        return OrderStatus.CANCELLED
    return OrderStatus.FULFILLED


def settle(uow: Uow, order_ids: Iterable[int]) -> None:
    """Finish those of these orders whose shipments are all done. The caller holds their locks."""
    wanted = set(order_ids)
    if not wanted:
        return
    shipments: dict[int, list[tuple[Method, ShipmentStatus]]] = {}
    units: dict[int, int] = defaultdict(int)
    statement = sa.select(_SHIPMENTS.c.order_id, _SHIPMENTS.c.method, _SHIPMENTS.c.status, _SHIPMENTS.c.units)
    for order_id, method, status, count in fetch_in(uow.session, statement, _SHIPMENTS.c.order_id, wanted):
        shipments.setdefault(order_id, []).append((Method(method), ShipmentStatus(status)))
        units[order_id] += count if status != ShipmentStatus.CANCELLED.value else 0
    finished = {id_: status for id_, facts in shipments.items() if (status := outcome(facts)) is not None}
    wants = _wanted(uow, finished)
    finished = {id_: status for id_, status in finished.items() if units[id_] >= wants[id_]}
    rows = [{"was_id": id_, "to": finished[id_].value, "moment": uow.now} for id_ in sorted(finished)]
    update_rows(uow.session, _FINISH, rows)
    named = sa.select(_ORDERS.c.id, _ORDERS.c.external_id)
    names = dict(fetch_in(uow.session, named, _ORDERS.c.id, finished))
    for id_, status in sorted(finished.items()):
        data = {"order": id_, "external_id": names[id_], "status": status.value}
        uow.record(_EVENT[status], subject=f"order/{id_}", data=data)


def _wanted(uow: Uow, order_ids: Iterable[int]) -> dict[int, int]:
    """Return the units that each order still asks for, those in shipments included."""
    asked = sa.func.sum(_LINES.c.quantity - _LINES.c.cancelled)
    statement = sa.select(_LINES.c.order_id, asked).group_by(_LINES.c.order_id)
    return {id_: int(sum_) for id_, sum_ in fetch_in(uow.session, statement, _LINES.c.order_id, order_ids)}


_FINISH = (
    _ORDERS.update()
    .where(_ORDERS.c.id == sa.bindparam("was_id"))
    .values(
        status=sa.bindparam("to"), routing_due_at=None, version=_ORDERS.c.version + 1, updated_at=sa.bindparam("moment")
    )
)
