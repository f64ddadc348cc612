"""Another product goes in the place of one that was ordered, where customer and catalogue allow it.

The order allows it by its attribute `allow_substitutes: true`, the product that was ordered by its attribute
`substitutes: [sku, …]`. Order of locks: order rows, shipments, stock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.catalog import queries as catalog
from backend.fulfillment import line_rows, rules, store
from backend.fulfillment.command import refuse, tell
from backend.fulfillment.rules import ShipmentFacts
from backend.fulfillment.splitting import PICKABLE, LineFacts, Taking
from backend.inventory import parts
from backend.inventory import service as inventory
from backend.inventory.held import held_by
from backend.inventory.parts import Part
from backend.inventory.service import StockNeed
from backend.persistence.bulk import allocate_ids, insert_rows, table_of
from backend.persistence.uow import Uow
from models.errors import DomainError, ErrorCode, Fault, invalid
from models.events import EventType
from models.tables import Order, ShipmentLine

_ORDERS = table_of(Order)

ORDER_ATTRIBUTE = "allow_substitutes"
PRODUCT_ATTRIBUTE = "substitutes"


@dataclass(frozen=True, slots=True)
class Substitute:
    """`units` of `sku` that were not picked yet are replaced by as many of the product `by`."""

    sku: str
    by: str
    units: int


def order_allows(attributes: Mapping[str, Any]) -> bool:
    """Return whether an order with these attributes takes other products."""
    return attributes.get(ORDER_ATTRIBUTE) is True


def stand_ins(attributes: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the SKUs that may go in the place of a product with these attributes, the best first."""
    stated = attributes.get(PRODUCT_ATTRIBUTE)
    return tuple(one for one in stated if isinstance(one, str)) if isinstance(stated, list) else ()


def substitute(
    uow: Uow, shipment_id: int, ask: Substitute, *, at: datetime | None = None, expected_version: int | None = None
) -> None:
    """Put another product in the place of one that was ordered: its stock is promised here, the other's is free again.

    Raises INVALID with every fault, ILLEGAL_TRANSITION, STALE, or CONFLICT when it is not in stock here either.
    """
    (fact,) = store.load(uow, [shipment_id])
    refuse([rules.may_edit(fact, expected_version)])
    lines = line_rows.lines_of(uow, [shipment_id])[shipment_id]
    if fact.status not in PICKABLE or fact.held or fact.waiting_for is not None:
        raise DomainError(ErrorCode.ILLEGAL_TRANSITION, f"Shipment {fact.id} is not being picked now.")
    known = catalog.ids_by_sku(uow, [ask.by])
    faults = list(substitution_faults(ask, lines, known, _allowed(uow, fact, ask.sku)))
    if faults:
        raise invalid(faults)
    takings = _takings(lines, ask)
    _swap_stock(uow, fact, takings, known[ask.by])
    line_rows.take(uow, takings)
    _insert(uow, fact, takings, known[ask.by], ask.by)
    store.change(uow, [fact], [{"held": fact.held}])  # nothing but its version
    told = {"sku": ask.sku, "by": ask.by, "quantity": ask.units}
    tell(uow, EventType.SHIPMENT_SUBSTITUTED, fact, at or uow.now, told)


def substitution_faults(
    ask: Substitute, lines: Sequence[LineFacts], known: Collection[str], allowed: Collection[str]
) -> Iterator[Fault]:
    """Yield everything wrong with a substitution; `allowed` are the products that may stand in for the ordered one."""
    if ask.by not in known:
        yield Fault("/by", "unknown_sku", f"There is no product {ask.by}.")
    elif ask.by not in allowed:
        words = f"{ask.by} may not go in the place of {ask.sku} in this order."
        yield Fault("/by", "not_allowed", words)
    left = sum(line.to_pick for line in lines if line.sku == ask.sku)
    if not any(line.sku == ask.sku for line in lines):
        yield Fault("/sku", "not_in_shipment", f"{ask.sku} is not in this shipment.")
    elif not 1 <= ask.units <= left:
        yield Fault("/quantity", "out_of_range", f"{left} of {ask.sku} are still to be picked.")


def _allowed(uow: Uow, fact: ShipmentFacts, sku: str) -> Collection[str]:
    statement = sa.select(_ORDERS.c.attributes).where(_ORDERS.c.id == fact.order_id)
    order = uow.session.connection().execute(statement).scalar_one()
    if not order_allows(order):
        return ()
    try:
        return stand_ins(catalog.get(uow, sku).attributes)
    except DomainError:  # not a product: another fault says so
        return ()


def _takings(lines: Sequence[LineFacts], ask: Substitute) -> list[Taking]:
    takings, left = [], ask.units
    for line in lines:
        units = min(left, line.to_pick) if line.sku == ask.sku else 0
        if units:
            takings.append(Taking(line, units))
            left -= units
    return takings


def _swap_stock(uow: Uow, fact: ShipmentFacts, takings: Sequence[Taking], product_id: int) -> None:
    if not held_by(uow, {fact.id}):
        return  # a history without stock control
    parts.lock_held(uow, [fact.id], also=[(fact.location_id, product_id)])
    parts.part_with(uow, [Part(fact.id, taking.line.product_id, taking.units) for taking in takings])
    units = line_rows.units_of(takings)
    inventory.reserve(uow, [StockNeed(fact.id, fact.location_id, product_id, units)])


def _insert(uow: Uow, fact: ShipmentFacts, takings: Sequence[Taking], product_id: int, sku: str) -> None:
    ids = allocate_ids(uow.session, ShipmentLine, len(takings))
    rows = [
        {
            "id": id_,
            "shipment_id": fact.id,
            "order_line_id": taking.line.order_line_id,
            "product_id": product_id,
            "sku": sku,
            "quantity": taking.units,
            "picked": 0,
            "ordered_sku": taking.line.sku,
        }
        for id_, taking in zip(ids, takings, strict=True)
    ]
    insert_rows(uow.session, ShipmentLine, rows)
