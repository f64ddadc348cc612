"""Lines of orders: what of them has no location, and counting units as given up. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from backend.inventory import future
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from models.enums import Remainder, ShipmentStatus
from models.tables import OrderLine, Shipment, ShipmentLine

_LINES, _SHIPMENTS, _SHARES = table_of(OrderLine), table_of(Shipment), table_of(ShipmentLine)


@dataclass(frozen=True, slots=True)
class OpenLine:
    """Units of a line that have no location; `remainder` says what they wait for, None: for routing."""

    id: int
    order_id: int
    sku: str
    units: int
    cancelled: int
    remainder: Remainder | None


def open_lines(uow: Uow, order_ids: Iterable[int]) -> dict[int, list[OpenLine]]:
    """Return the lines with units that have no location, by order; an order without such is left out."""
    ids = set(order_ids)
    given = (
        sa.select(_SHARES.c.order_line_id, sa.func.sum(_SHARES.c.quantity))
        .join(_SHIPMENTS, _SHIPMENTS.c.id == _SHARES.c.shipment_id)
        .where(_SHIPMENTS.c.status != ShipmentStatus.CANCELLED.value, _SHIPMENTS.c.for_shipment_id.is_(None))
        .group_by(_SHARES.c.order_line_id)
    )
    assigned = dict(fetch_in(uow.session, given, _SHIPMENTS.c.order_id, ids))
    columns = [_LINES.c[name] for name in ("id", "order_id", "sku", "quantity", "cancelled", "remainder")]
    found: dict[int, list[OpenLine]] = {}
    for id_, order_id, sku, quantity, cancelled, word in fetch_in(
        uow.session, sa.select(*columns).order_by(_LINES.c.id), _LINES.c.order_id, ids
    ):
        units = quantity - cancelled - int(assigned.get(id_, 0))
        if units > 0:
            line = OpenLine(id_, order_id, sku, units, cancelled, Remainder(word) if word else None)
            found.setdefault(order_id, []).append(line)
    return found


def give_up(uow: Uow, lines: Sequence[OpenLine]) -> None:
    """Count the open units of these lines as cancelled; they wait for no arrival any more. The caller holds their
    orders, and has let go of their stock: arrivals are locked after it."""
    future.release_future(uow, [line.id for line in lines if line.remainder is Remainder.BACKORDERED])
    rows = [{"id": line.id, "cancelled": line.cancelled + line.units, "remainder": None} for line in lines]
    update_columns(uow.session, OrderLine, rows)


def waits_for(lines: Sequence[OpenLine]) -> Remainder | None:
    """Return what most holds up an order with these lines: a person, then a location, then stock; None: routing."""
    words = {line.remainder for line in lines}
    order = (Remainder.CUSTOMER_CARE, Remainder.UNASSIGNED, Remainder.BACKORDERED)
    return next((word for word in order if word in words), None)
