"""Lines of shipments whose rows are locked: read, taken from, and given to a shipment that is split off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from backend.fulfillment import journal
from backend.fulfillment.rules import ShipmentFacts
from backend.fulfillment.splitting import LineFacts, Taking
from backend.persistence.bulk import allocate_ids, fetch_in, insert_rows, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from backend.routing import limits
from backend.routing.limits import Given
from backend.sla import service as sla
from models.errors import DomainError, ErrorCode
from models.tables import Order, OrderLine, Shipment, ShipmentLine

_SHIPMENTS, _LINES = table_of(Shipment), table_of(ShipmentLine)
_ORDERS, _ORDER_LINES = table_of(Order), table_of(OrderLine)
_FACTS = ("id", "order_line_id", "product_id", "sku", "quantity", "picked", "awaited")

#: What a shipment that is split off does not take over from the one it comes from.
_OWN: dict[str, Any] = {
    "wave_id": None,
    "waiting_for": None,
    "tracking": {},
    "tracking_number": None,
    "pickup_code": None,
}


def lines_of(uow: Uow, shipment_ids: Iterable[int]) -> dict[int, list[LineFacts]]:
    """Return the lines of these shipments, in their order."""
    ids = set(shipment_ids)
    statement = sa.select(_LINES.c.shipment_id, *(_LINES.c[name] for name in _FACTS)).order_by(_LINES.c.id)
    found: dict[int, list[LineFacts]] = {id_: [] for id_ in ids}
    for shipment_id, *facts in fetch_in(uow.session, statement, _LINES.c.shipment_id, ids):
        found[shipment_id].append(LineFacts(*facts))
    return found


def units_of(goes: Iterable[Taking]) -> int:
    """Return how many units go."""
    return sum(taking.units for taking in goes)


def units_by_sku(goes: Iterable[Taking]) -> Counter[str]:
    """Return how many units go of each product."""
    units: Counter[str] = Counter()
    for taking in goes:
        units[taking.line.sku] += taking.units
    return units


def external_id_of(uow: Uow, order_id: int) -> str:
    """Return what its shop calls an order."""
    statement = sa.select(_ORDERS.c.external_id).where(_ORDERS.c.id == order_id)
    return str(uow.session.connection().execute(statement).scalar_one())


def take(uow: Uow, takings: Sequence[Taking]) -> None:
    """Take units off lines; a line of which nothing is left is deleted. STALE when one is not as it was read."""
    rows = [
        {
            "id": taking.line.id,
            "was_quantity": taking.line.quantity,
            "was_picked": taking.line.picked,
            "quantity": taking.line.quantity - taking.units,
            "picked": taking.line.picked - taking.picked,
        }
        for taking in takings
        if taking.units < taking.line.quantity
    ]
    done = update_columns(uow.session, ShipmentLine, rows)
    for line in [taking.line for taking in takings if taking.units == taking.line.quantity]:
        gone = _LINES.delete().where(_LINES.c.id == line.id, _LINES.c.quantity == line.quantity)
        done += uow.session.connection().execute(gone).rowcount
    if done != len(takings):
        raise DomainError(ErrorCode.STALE, "A shipment changed at the same moment; read it again.")


def open_child(uow: Uow, parent: ShipmentFacts, child_id: int, goes: Sequence[Taking]) -> None:
    """Insert the shipment that is split off: as far as its parent is, with the clocks that measured it so far."""
    was = uow.session.connection().execute(sa.select(_SHIPMENTS).where(_SHIPMENTS.c.id == parent.id)).mappings().one()
    clocks = sla.inherit_clocks(uow, parent.id, child_id, at=uow.now)
    row: dict[str, Any] = {**was, **_OWN, **clocks.columns_of(child_id), "id": child_id, "parent_id": parent.id}
    insert_rows(uow.session, Shipment, [{**row, "units": units_of(goes), "version": 1, "updated_at": uow.now}])
    ids = allocate_ids(uow.session, ShipmentLine, len(goes))
    lines = [
        {
            "id": id_,
            "shipment_id": child_id,
            "order_line_id": taking.line.order_line_id,
            "product_id": taking.line.product_id,
            "sku": taking.line.sku,
            "quantity": taking.units,
            "picked": taking.picked,
        }
        for id_, taking in zip(ids, goes, strict=True)
    ]
    insert_rows(uow.session, ShipmentLine, lines)
    journal.inherit(uow, parent.id, child_id, {t.line.id: (id_, t) for id_, t in zip(ids, goes, strict=True)})
    clocks.save(uow)


def count_part(uow: Uow, parent: ShipmentFacts, goes: Sequence[Taking], *, leaves: int) -> None:
    """Count what parts against the location's limit: `leaves` units go elsewhere; none: it is one shipment more."""
    ids = {taking.line.order_line_id for taking in goes}
    statement = sa.select(_ORDER_LINES.c.id, _ORDER_LINES.c.unit_price_minor)
    price = dict(fetch_in(uow.session, statement, _ORDER_LINES.c.id, ids))
    worth = sum(taking.units * price[taking.line.order_line_id] for taking in goes) if leaves else 0
    more = Given(parent.location_id, items=-leaves, money_minor=-worth, orders=0 if leaves else 1)
    assigned = sa.select(_SHIPMENTS.c.assigned_at).where(_SHIPMENTS.c.id == parent.id)
    limits.change(uow, more, since=uow.session.connection().execute(assigned).scalar_one())
