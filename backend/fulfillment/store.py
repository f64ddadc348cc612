"""Rows of shipments: locking, loading facts, compare-and-set. Decides nothing; called by `service.py` only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.fulfillment import workflows
from backend.fulfillment.rules import Block, ShipmentFacts
from backend.fulfillment.said import Tracking
from backend.inventory import blocks
from backend.inventory.blocks import NewBlock
from backend.persistence.bulk import chunks, fetch_in, table_of, update_rows
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from models.enums import Method, ShipmentStatus
from models.errors import DomainError, ErrorCode, not_found
from models.floor import Waiting
from models.tables import Location, Order, OrderLine, Shipment, ShipmentLine

SHIPMENTS = table_of(Shipment)
_ORDERS = table_of(Order)
_LINES = table_of(ShipmentLine)
_ORDER_LINES = table_of(OrderLine)

#: The column that keeps when each status was reached.
REACHED_AT: Mapping[ShipmentStatus, str] = {
    ShipmentStatus.ACCEPTED: "accepted_at",
    ShipmentStatus.PICKED: "picked_at",
    ShipmentStatus.PACKED: "packed_at",
    ShipmentStatus.READY: "ready_at",
    ShipmentStatus.SHIPPED: "shipped_at",
    ShipmentStatus.HANDED_OVER: "handed_over_at",
    ShipmentStatus.CANCELLED: "cancelled_at",
}

#: The columns of a shipment that waits for its customer.
WAITING = ("pickup_code", "collect_by_at", "remind_at")


def load(uow: Uow, shipment_ids: Sequence[int]) -> list[ShipmentFacts]:
    """Lock the orders and shipments, in this order and by ascending id, and return the facts in the order asked.

    Raises NOT_FOUND for an id that is not there or outside the actor's scope.
    """
    wanted = sorted(set(shipment_ids))
    owner = sa.select(_ORDERS.c.id).where(_ORDERS.c.id.in_(sa.select(SHIPMENTS.c.order_id).where(_among())))
    locked = sa.select(SHIPMENTS.c.id).where(_among()).order_by(SHIPMENTS.c.id).with_for_update()
    found: dict[int, ShipmentFacts] = {}
    connection = uow.session.connection()
    for chunk in chunks(wanted):
        if connection.dialect.name == "postgresql":  # SQLite has one writer: nothing to lock
            connection.execute(owner.order_by(_ORDERS.c.id).with_for_update(), {"ids": chunk})
            connection.execute(locked, {"ids": chunk})
        rows = connection.execute(_FACTS.where(visible(uow.actor.scope, SHIPMENTS.c.location_id)), {"ids": chunk})
        for facts in _facts(uow, rows.all()):
            found[facts.id] = facts
    for id_ in wanted:
        if id_ not in found:
            raise not_found("shipment", id_)
    return [found[id_] for id_ in shipment_ids]


def look(uow: Uow, shipment_ids: Iterable[int]) -> dict[int, ShipmentFacts]:
    """Return the facts of those of these shipments that the actor may see, by id; nothing is locked."""
    seen = _FACTS.where(visible(uow.actor.scope, SHIPMENTS.c.location_id))
    rows = uow.session.connection().execute(seen, {"ids": sorted(set(shipment_ids))}).all()
    return {facts.id: facts for facts in _facts(uow, rows)}


def _facts(uow: Uow, rows: Sequence[Any]) -> Iterator[ShipmentFacts]:
    ways = workflows.by_id(uow, (row.workflow_id for row in rows if row.workflow_id is not None))
    for row in rows:
        yield ShipmentFacts(
            row.id,
            row.order_id,
            row.location_id,
            row.code,
            Method(row.method),
            ShipmentStatus(row.status),
            row.held,
            row.version,
            row.step,
            None if row.workflow_id is None else ways[row.workflow_id],
            None if row.waiting_for is None else Waiting(row.waiting_for),
            row.claimed_by,
            row.pickup_code,
            row.since,
            row.for_shipment_id,
        )


def of_orders(uow: Uow, order_ids: Sequence[int]) -> list[int]:
    """Return the ids of all shipments of these orders, ascending."""
    statement = sa.select(SHIPMENTS.c.id)
    return sorted(id_ for (id_,) in fetch_in(uow.session, statement, SHIPMENTS.c.order_id, order_ids))


def lines_of(uow: Uow, shipment_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """Return `{sku, quantity}` by shipment, as events tell them."""
    lines: dict[int, list[dict[str, Any]]] = {}
    statement = sa.select(_LINES.c.shipment_id, _LINES.c.sku, _LINES.c.quantity).order_by(_LINES.c.id)
    for shipment_id, sku, quantity in fetch_in(uow.session, statement, _LINES.c.shipment_id, shipment_ids):
        lines.setdefault(shipment_id, []).append({"sku": sku, "quantity": quantity})
    return lines


def needs_of(uow: Uow, shipment_id: int) -> dict[int, int]:
    """Return the units a shipment needs by product id."""
    statement = sa.select(_LINES.c.product_id, sa.func.sum(_LINES.c.quantity)).group_by(_LINES.c.product_id)
    return {
        product: int(units) for product, units in fetch_in(uow.session, statement, _LINES.c.shipment_id, [shipment_id])
    }


def skus_of(uow: Uow, shipment_id: int) -> dict[int, str]:
    """Return the SKUs of a shipment by product id."""
    statement = sa.select(_LINES.c.product_id, _LINES.c.sku)
    return dict(fetch_in(uow.session, statement, _LINES.c.shipment_id, [shipment_id]))


def change(uow: Uow, facts: Sequence[ShipmentFacts], values: Sequence[Mapping[str, Any]]) -> None:
    """Set `values` on each shipment if it still is what `facts` says; every item of `values` has the same keys."""
    if not facts:
        return
    columns: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in values[0]}
    statement = _COMPARE.values(**columns, version=SHIPMENTS.c.version + 1, updated_at=sa.bindparam("new_updated_at"))
    rows = [
        {
            "was_id": fact.id,
            "was_status": fact.status.value,
            "was_version": fact.version,
            "new_updated_at": uow.now,
            **{f"new_{name}": value for name, value in value_set.items()},
        }
        for fact, value_set in zip(facts, values, strict=True)
    ]
    if update_rows(uow.session, statement, rows) != len(rows):
        raise DomainError(ErrorCode.STALE, "A shipment changed at the same moment; read it again.")


def give_up_units(uow: Uow, shipment_ids: Sequence[int]) -> None:
    """Count the units of cancelled shipments as given up in their order lines, whose orders are locked."""
    statement = sa.select(_LINES.c.order_line_id, sa.func.sum(_LINES.c.quantity)).group_by(_LINES.c.order_line_id)
    rows = fetch_in(uow.session, statement, _LINES.c.shipment_id, shipment_ids)
    more = [{"was_id": line_id, "more": int(units)} for line_id, units in sorted(rows)]
    update_rows(uow.session, _GIVE_UP, more)


def track(uow: Uow, tracking: Mapping[int, Tracking]) -> None:
    """Keep where these shipments can be followed; the number as it is searched for, without blanks."""
    rows = [
        {"id": id_, "tracking": item.as_document(), "tracking_number": "".join(item.number.split())}
        for id_, item in sorted(tracking.items())
    ]
    update_columns(uow.session, Shipment, rows)


def block_lines(uow: Uow, facts: Sequence[ShipmentFacts], how: Block, *, reason: str) -> None:
    """Keep the products of these shipments from being given to their locations."""
    lines = lines_of(uow, [fact.id for fact in facts])
    by_place: dict[str, set[str]] = {}
    for fact in facts:
        by_place.setdefault(fact.location_code, set()).update(line["sku"] for line in lines.get(fact.id, ()))
    for code, skus in sorted(by_place.items()):
        until_count = how is Block.UNTIL_COUNT
        blocks.block(uow, code, [NewBlock(sku, reason, until_count=until_count) for sku in sorted(skus)])


def reached(status: ShipmentStatus, at: datetime) -> dict[str, Any]:
    """Return the column values of having reached a status."""
    return {"status": status.value, REACHED_AT[status]: at}


def afresh(workflow_id: int | None) -> dict[str, Any]:
    """Return the column values of a shipment that starts again, elsewhere, by a workflow."""
    again = ("accepted_at", "picked_at", "packed_at", "ready_at", "step", "claimed_by", "claimed_at", *WAITING)
    return {**dict.fromkeys(again), "status": ShipmentStatus.OPEN.value, "workflow_id": workflow_id}


def unpick(uow: Uow, shipment_ids: Sequence[int]) -> None:
    """Count nothing of these shipments as picked: they are somewhere else now."""
    statement = _LINES.update().where(_LINES.c.shipment_id.in_(sorted(shipment_ids)), _LINES.c.picked > 0)
    uow.session.connection().execute(statement.values(picked=0))


def _among() -> sa.ColumnElement[bool]:
    condition: sa.ColumnElement[bool] = SHIPMENTS.c.id.in_(sa.bindparam("ids", expanding=True))
    return condition


#: Later ones stand on the way of every method behind the earlier.
_LAST_FIRST = (
    ShipmentStatus.HANDED_OVER,
    ShipmentStatus.SHIPPED,
    ShipmentStatus.READY,
    ShipmentStatus.PACKED,
    ShipmentStatus.PICKED,
    ShipmentStatus.ACCEPTED,
)

_FACTS = (
    sa.select(
        SHIPMENTS.c.id,
        SHIPMENTS.c.order_id,
        SHIPMENTS.c.location_id,
        col(Location.code),
        SHIPMENTS.c.method,
        SHIPMENTS.c.status,
        SHIPMENTS.c.held,
        SHIPMENTS.c.version,
        SHIPMENTS.c.step,
        SHIPMENTS.c.workflow_id,
        SHIPMENTS.c.waiting_for,
        SHIPMENTS.c.claimed_by,
        SHIPMENTS.c.pickup_code,
        sa.func.coalesce(*(SHIPMENTS.c[REACHED_AT[status]] for status in _LAST_FIRST)).label("since"),
        SHIPMENTS.c.for_shipment_id,
    )
    .join(Location, col(Location.id) == SHIPMENTS.c.location_id)
    .where(_among())
)

_COMPARE = SHIPMENTS.update().where(
    SHIPMENTS.c.id == sa.bindparam("was_id"),
    SHIPMENTS.c.status == sa.bindparam("was_status"),
    SHIPMENTS.c.version == sa.bindparam("was_version"),
)

_GIVE_UP = (
    _ORDER_LINES.update()
    .where(_ORDER_LINES.c.id == sa.bindparam("was_id"))
    .values(cancelled=_ORDER_LINES.c.cancelled + sa.bindparam("more"))
)
