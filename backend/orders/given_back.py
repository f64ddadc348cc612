"""Orders of which a location gave its share back: whom not to ask again, and that routing must look at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from backend.orders.rules import OrderMove, moved
from backend.persistence.bulk import fetch_in, insert_missing, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from backend.wakeups import Topic
from models.enums import OrderStatus, ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import Order, RoutingExclusion, Shipment

_ORDERS, _SHIPMENTS = table_of(Order), table_of(Shipment)

_COUNTS = (
    sa.select(_SHIPMENTS.c.order_id, sa.func.count())
    .where(_SHIPMENTS.c.status != ShipmentStatus.CANCELLED.value, _SHIPMENTS.c.for_shipment_id.is_(None))
    .group_by(_SHIPMENTS.c.order_id)
)


def exclude(uow: Uow, refusals: Sequence[tuple[int, int]], *, reason: str) -> None:
    """Note that locations gave orders back, as (order id, location id): they are not asked again for these."""
    rows = [
        {"order_id": order_id, "location_id": location_id, "reason": reason, "at": uow.now}
        for order_id, location_id in sorted(set(refusals))
    ]
    insert_missing(uow.session, RoutingExclusion, rows)


def route_again(uow: Uow, order_ids: Iterable[int]) -> None:
    """Have routing look at these orders at once: a location gave its share back. The caller holds them."""
    ids = sorted(set(order_ids))
    left = dict(fetch_in(uow.session, _COUNTS, _SHIPMENTS.c.order_id, ids))
    columns = sa.select(_ORDERS.c.id, _ORDERS.c.status, _ORDERS.c.routing_attempts, _ORDERS.c.version)
    rows = [
        {
            "id": row.id,
            "was_status": row.status,
            "was_version": row.version,
            "status": moved(OrderMove.GIVE_BACK, OrderStatus(row.status), to).value,
            "routing_due_at": uow.now,
            "routing_attempts": max(1, row.routing_attempts),
            "version": row.version + 1,
            "updated_at": uow.now,
        }
        for row in fetch_in(uow.session, columns, _ORDERS.c.id, ids)
        if (to := OrderStatus.PARTLY_ROUTED if left.get(row.id) else OrderStatus.PLACED)
    ]
    if update_columns(uow.session, Order, rows) != len(rows):
        raise DomainError(ErrorCode.STALE, "An order changed at the same moment; read it again.")
    uow.wake(Topic.ROUTING)
