"""What must always be true of the rows, as SELECTs that find what is not. Run by `pickwatch check` and by tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend.alerting import invariants as alerts
from backend.fulfillment.workflow import LEAVES, WAY
from backend.inventory import invariants as stock
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from models.enums import ClockState, Compliance, OrderStatus, ShipmentStatus
from models.floor import ReturnStatus
from models.tables import (
    Location,
    LocationHealth,
    Order,
    OrderLine,
    Product,
    Return,
    ReturnLine,
    RoutingDecision,
    Shipment,
    ShipmentLine,
    SlaClock,
    SlaDefinition,
    SlaTransition,
    StockMovement,
)

_LEDGER = table_of(StockMovement)
_SHIPMENT, _LINE = table_of(Shipment), table_of(ShipmentLine)
_ORDER, _ORDER_LINE = table_of(Order), table_of(OrderLine)
_CLOCK, _HEALTH = table_of(SlaClock), table_of(LocationHealth)
_RETURN, _BACK = table_of(Return), table_of(ReturnLine)


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: how many rows break it, and the first few of them."""

    rule: str
    count: int
    examples: tuple[str, ...]


def violations(uow: Uow) -> list[Violation]:
    """Return every broken rule; empty when all is well."""
    found: list[Violation] = []
    for rule, statement in _rules():
        rows = uow.session.connection().execute(statement).mappings().all()
        if rows:
            examples = tuple(", ".join(f"{name} {value}" for name, value in row.items()) for row in rows[:5])
            found.append(Violation(rule, len(rows), examples))
    return found


def _rules() -> Iterator[tuple[str, sa.Select[*tuple[Any, ...]]]]:
    yield from stock.rules()
    yield "What open shipments hold equals their lines; what is done holds nothing", _held()
    yield "Shipments take no more of an order line than was asked for and not cancelled", _split()
    yield "Shipments wait exactly as long as units of them are awaited, which their transfers bring", _awaited()
    yield "An order is finished exactly when its shipments are and nothing of it waits", _finished()
    yield "A location's counts equal a recount of its shipments", _health()
    yield "A location's met and missed equal a recount of its clocks", _finished_clocks()
    yield "No more comes back of an order line than was sent", _returned()
    yield from alerts.rules()
    for column, named in _NAMED:
        rows, what = (part.table.name.replace("_", " ") for part in (column, named))
        yield f"What {rows}s name as {what} is there", _dangling(column, named)


#: Columns that are foreign keys in all but the check, which the busiest rows do without (`models/tables`).
_NAMED: tuple[tuple[sa.Column[Any], sa.Column[Any]], ...] = (
    (_ORDER_LINE.c.order_id, _ORDER.c.id),
    (_ORDER_LINE.c.product_id, table_of(Product).c.id),
    (_SHIPMENT.c.order_id, _ORDER.c.id),
    (_SHIPMENT.c.location_id, table_of(Location).c.id),
    (_LINE.c.shipment_id, _SHIPMENT.c.id),
    (_LINE.c.order_line_id, _ORDER_LINE.c.id),
    (_LINE.c.product_id, table_of(Product).c.id),
    (_CLOCK.c.shipment_id, _SHIPMENT.c.id),
    (_CLOCK.c.location_id, table_of(Location).c.id),
    (_CLOCK.c.definition_id, table_of(SlaDefinition).c.id),
    (table_of(SlaTransition).c.clock_id, _CLOCK.c.id),
    (table_of(RoutingDecision).c.order_id, _ORDER.c.id),
    (_LEDGER.c.location_id, table_of(Location).c.id),
    (_LEDGER.c.product_id, table_of(Product).c.id),
)


def _dangling(column: sa.Column[Any], named: sa.Column[Any]) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(column.table.c.id.label(column.table.name), column).where(
        ~sa.exists().where(named == column).correlate(column.table)
    )


def _still_inside() -> sa.ColumnElement[bool]:
    """Whether a shipment's goods are still in the building and promised to it."""
    inside = []
    for method, leaves in LEAVES.items():
        way = WAY[method]
        words = [status.value for status in way[: way.index(leaves)]]
        inside.append(sa.and_(_SHIPMENT.c.method == method.value, _SHIPMENT.c.status.in_(words)))
    return sa.or_(*inside)


def _held() -> sa.Select[*tuple[Any, ...]]:
    held = (
        sa.select(_LEDGER.c.shipment_id, sa.func.sum(_LEDGER.c.allocated).label("units"))
        .where(_LEDGER.c.shipment_id.is_not(None))
        .group_by(_LEDGER.c.shipment_id)
        .subquery()
    )
    asked = (
        sa.select(_LINE.c.shipment_id, sa.func.sum(_LINE.c.quantity - _LINE.c.awaited).label("units"))
        .group_by(_LINE.c.shipment_id)
        .subquery()
    )
    due = sa.case((_still_inside(), asked.c.units), else_=0)
    of_shipment = held.join(_SHIPMENT, _SHIPMENT.c.id == held.c.shipment_id)
    joined = of_shipment.join(asked, asked.c.shipment_id == _SHIPMENT.c.id)
    return (
        sa.select(_SHIPMENT.c.id.label("shipment"), held.c.units.label("held"), asked.c.units.label("asked"))
        .select_from(joined)
        .where(held.c.units != due)
    )


def _split() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(_ORDER_LINE.c.id.label("order_line"), sa.func.sum(_LINE.c.quantity).label("shipped"))
        .select_from(
            _ORDER_LINE.join(_LINE, _LINE.c.order_line_id == _ORDER_LINE.c.id).join(
                _SHIPMENT, _SHIPMENT.c.id == _LINE.c.shipment_id
            )
        )
        .where(_SHIPMENT.c.status != ShipmentStatus.CANCELLED.value, _SHIPMENT.c.for_shipment_id.is_(None))
        .group_by(_ORDER_LINE.c.id, _ORDER_LINE.c.quantity, _ORDER_LINE.c.cancelled)
        .having(sa.func.sum(_LINE.c.quantity) + _ORDER_LINE.c.cancelled > _ORDER_LINE.c.quantity)
    )


def _awaited() -> sa.Select[*tuple[Any, ...]]:
    transfer, brought = _SHIPMENT.alias("transfer"), _LINE.alias("brought")
    under_way = (
        sa.select(sa.func.coalesce(sa.func.sum(brought.c.quantity), 0))
        .join(transfer, transfer.c.id == brought.c.shipment_id)
        .where(
            transfer.c.for_shipment_id == _SHIPMENT.c.id,
            transfer.c.status.not_in([ShipmentStatus.CANCELLED.value, ShipmentStatus.HANDED_OVER.value]),
        )
        .correlate(_SHIPMENT)
        .scalar_subquery()
    )
    awaited = sa.func.sum(_LINE.c.awaited)
    alive = _SHIPMENT.c.status != ShipmentStatus.CANCELLED.value
    concerned = sa.or_(_SHIPMENT.c.waiting_for.is_not(None), _LINE.c.awaited > 0)
    return (
        sa.select(_SHIPMENT.c.id.label("shipment"), awaited.label("awaited"), under_way.label("under_way"))
        .select_from(_SHIPMENT.join(_LINE, _LINE.c.shipment_id == _SHIPMENT.c.id))
        .where(alive, concerned)
        .group_by(_SHIPMENT.c.id, _SHIPMENT.c.waiting_for)
        .having(sa.or_(awaited != under_way, sa.and_(awaited > 0, _SHIPMENT.c.waiting_for.is_(None))))
    )


def _finished() -> sa.Select[*tuple[Any, ...]]:
    ends = [
        sa.and_(_SHIPMENT.c.method == method.value, _SHIPMENT.c.status == way[-1].value) for method, way in WAY.items()
    ]
    done = sa.or_(_SHIPMENT.c.status == ShipmentStatus.CANCELLED.value, *ends)
    open_ = sa.func.sum(sa.case((done, 0), else_=1))
    over = _ORDER.c.status.in_([OrderStatus.FULFILLED.value, OrderStatus.CANCELLED.value])
    at_work = _ORDER.c.status == OrderStatus.ROUTED.value  # the other states have units that wait
    return (
        sa.select(_ORDER.c.id.label("order"), _ORDER.c.status, open_.label("open_shipments"))
        .select_from(_ORDER.join(_SHIPMENT, _SHIPMENT.c.order_id == _ORDER.c.id))
        .where(_SHIPMENT.c.for_shipment_id.is_(None))
        .group_by(_ORDER.c.id, _ORDER.c.status)
        .having(sa.or_(sa.and_(over, open_ > 0), sa.and_(at_work, open_ == 0)))
    )


def _health() -> sa.Select[*tuple[Any, ...]]:
    def band(of: Compliance) -> sa.ColumnElement[Any]:
        return sa.func.sum(sa.case((_SHIPMENT.c.sla_status == of.value, 1), else_=0)).label(of.value)

    recount = (
        sa.select(_SHIPMENT.c.location_id, *(band(of) for of in Compliance))
        .where(_SHIPMENT.c.sla_status.is_not(None), _SHIPMENT.c.sla_due_at.is_not(None))
        .group_by(_SHIPMENT.c.location_id)
        .subquery()
    )
    return _compare(recount, [of.value for of in Compliance])


def _finished_clocks() -> sa.Select[*tuple[Any, ...]]:
    def state(of: ClockState) -> sa.ColumnElement[Any]:
        return sa.func.sum(sa.case((_CLOCK.c.state == of.value, 1), else_=0)).label(of.value)

    ends = (ClockState.MET, ClockState.MISSED)
    recount = (
        sa.select(_CLOCK.c.location_id, *(state(of) for of in ends))
        .where(_CLOCK.c.state.in_([of.value for of in ends]))
        .group_by(_CLOCK.c.location_id)
        .subquery()
    )
    return _compare(recount, [of.value for of in ends])


def _compare(recount: sa.Subquery, names: list[str]) -> sa.Select[*tuple[Any, ...]]:
    both = _HEALTH.join(recount, recount.c.location_id == _HEALTH.c.location_id, full=True)
    pairs = [(sa.func.coalesce(_HEALTH.c[name], 0), sa.func.coalesce(recount.c[name], 0)) for name in names]
    columns = [
        column
        for name, (kept, counted) in zip(names, pairs, strict=True)
        for column in (kept.label(name), counted.label(f"{name}_recounted"))
    ]
    location = sa.func.coalesce(_HEALTH.c.location_id, recount.c.location_id).label("location")
    differs = sa.or_(*(kept != counted for kept, counted in pairs))
    return sa.select(location, *columns).select_from(both).where(differs)


def _returned() -> sa.Select[*tuple[Any, ...]]:
    sent = (
        sa.select(_LINE.c.order_line_id, _LINE.c.product_id, sa.func.sum(_LINE.c.quantity).label("units"))
        .join(_SHIPMENT, _SHIPMENT.c.id == _LINE.c.shipment_id)
        .where(_SHIPMENT.c.status.in_([ShipmentStatus.SHIPPED.value, ShipmentStatus.HANDED_OVER.value]))
        .group_by(_LINE.c.order_line_id, _LINE.c.product_id)
        .subquery()
    )
    same = sa.and_(_BACK.c.order_line_id == sent.c.order_line_id, _BACK.c.product_id == sent.c.product_id)
    back = sa.func.sum(_BACK.c.quantity)
    return (
        sa.select(_BACK.c.order_line_id.label("order_line"), back.label("back"), sent.c.units.label("sent"))
        .join(_RETURN, _RETURN.c.id == _BACK.c.return_id)
        .outerjoin(sent, same)
        .where(_RETURN.c.status != ReturnStatus.CANCELLED.value)
        .group_by(_BACK.c.order_line_id, _BACK.c.product_id, sent.c.units)
        .having(back > sa.func.coalesce(sent.c.units, 0))
    )
