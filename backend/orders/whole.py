"""One order with everything that answers a customer: where each unit is, how far each shipment is, what the rest waits
for. SELECT only; what happened is `queries.timeline`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.orders.scope import visible_order
from backend.persistence.uow import Uow
from backend.sla.history import OPEN_STATES
from models.enums import Compliance, Method, OrderStatus, Remainder, ShipmentStatus
from models.errors import not_found
from models.tables import (
    FutureAllocation,
    FutureStock,
    Location,
    Order,
    OrderLine,
    Product,
    Shipment,
    ShipmentLine,
    SlaClock,
)


@dataclass(frozen=True, slots=True)
class Where:
    """A location as people name it."""

    code: str
    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class ShipmentPart:
    """A visible shipment; `units` by order line id. The clock is the one that ends first, None when none runs."""

    id: int
    where: Where
    method: Method
    status: ShipmentStatus
    held: bool
    hold_reason: str | None
    sla: Compliance | None
    due_at: datetime | None
    clock_started_at: datetime | None
    assigned_at: datetime
    tracking_number: str | None
    tracking: Mapping[str, Any]
    steps: Mapping[ShipmentStatus, datetime]
    units: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Units of a line that wait for stock that is announced."""

    where: Where
    units: int
    arrives_at: datetime


@dataclass(frozen=True, slots=True)
class LinePart:
    """A line: `elsewhere` units are at locations the reader does not see, `open` have no location."""

    id: int
    sku: str
    name: str
    quantity: int
    cancelled: int
    unit_price_minor: int
    remainder: Remainder | None
    elsewhere: int
    open: int
    arrivals: tuple[Arrival, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderWhole:
    """An order, its lines, and its visible shipments. `pickup` is where the customer wants to fetch it."""

    id: int
    external_id: str
    channel: str
    status: OrderStatus
    method: Method
    service_level: str
    customer: Mapping[str, Any]
    ship_to: Mapping[str, Any]
    attributes: Mapping[str, Any]
    placed_at: datetime
    due_at: datetime | None
    promised_at: datetime | None
    total_minor: int
    version: int
    pickup: Where | None
    lines: tuple[LinePart, ...]
    shipments: tuple[ShipmentPart, ...]

    @property
    def time_zone(self) -> str:
        """Return the zone its times are told in: where it is worked on, else where it is fetched, else UTC."""
        live = [part for part in self.shipments if part.status is not ShipmentStatus.CANCELLED]
        if live or self.shipments:
            return (live or self.shipments)[0].where.time_zone
        return self.pickup.time_zone if self.pickup else "UTC"


def whole(uow: Uow, order_id: int) -> OrderWhole:
    """Return one order, or raise NOT_FOUND."""
    statement = sa.select(Order).where(col(Order.id) == order_id, visible_order(uow.actor.scope))
    order = uow.session.scalars(statement).one_or_none()
    if order is None:
        raise not_found("order", order_id)
    units, elsewhere = _units(uow, order_id)
    lines = _lines(uow, order_id, units, elsewhere)
    return OrderWhole(
        id=order_id,
        external_id=order.external_id,
        channel=order.channel,
        status=OrderStatus(order.status),
        method=Method(order.method),
        service_level=order.service_level,
        customer=order.customer,
        ship_to=order.ship_to,
        attributes=order.attributes,
        placed_at=order.placed_at,
        due_at=order.due_at,
        promised_at=order.promised_at,
        total_minor=sum((line.quantity - line.cancelled) * line.unit_price_minor for line in lines),
        version=order.version,
        pickup=_place(uow, order.pickup_location),
        lines=tuple(lines),
        shipments=tuple(_shipments(uow, order_id, units)),
    )


def _place(uow: Uow, code: str | None) -> Where | None:
    if code is None:
        return None
    statement = sa.select(col(Location.code), col(Location.name), col(Location.time_zone))
    row = uow.session.execute(statement.where(col(Location.code) == code)).one_or_none()
    return Where(*row) if row else None


def _shipments(uow: Uow, order_id: int, units: Mapping[int, Mapping[int, int]]) -> list[ShipmentPart]:
    rows = uow.session.execute(
        sa.select(Shipment, col(Location.code), col(Location.name), col(Location.time_zone))
        .join(Location, col(Location.id) == col(Shipment.location_id))
        .where(col(Shipment.order_id) == order_id, visible(uow.actor.scope, col(Shipment.location_id)))
        .order_by(col(Shipment.id))
    ).all()
    clocks = _clock_starts(uow, [shipment.id or 0 for shipment, *_ in rows])
    return [
        _part(shipment, Where(*place), clocks.get(shipment.id or 0), units.get(shipment.id or 0, {}))
        for shipment, *place in rows
    ]


def _part(shipment: Shipment, where: Where, started_at: datetime | None, units: Mapping[int, int]) -> ShipmentPart:
    steps = {status: getattr(shipment, f"{status.value}_at", None) for status in ShipmentStatus}
    return ShipmentPart(
        id=shipment.id or 0,
        where=where,
        method=Method(shipment.method),
        status=ShipmentStatus(shipment.status),
        held=shipment.held,
        hold_reason=shipment.hold_reason,
        sla=Compliance(shipment.sla_status) if shipment.sla_status else None,
        due_at=shipment.sla_due_at,
        clock_started_at=started_at,
        assigned_at=shipment.assigned_at,
        tracking_number=shipment.tracking_number,
        tracking=shipment.tracking,
        steps={status: at for status, at in steps.items() if at is not None},
        units=units,
    )


def _clock_starts(uow: Uow, shipment_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when the clock that ends first was started, by shipment."""
    rows = uow.session.execute(
        sa.select(col(SlaClock.shipment_id), col(SlaClock.started_at))
        .where(col(SlaClock.shipment_id).in_(shipment_ids), col(SlaClock.state).in_(OPEN_STATES))
        .order_by(col(SlaClock.due_at).desc(), col(SlaClock.id).desc())
    )
    return {shipment_id: started_at for shipment_id, started_at in rows}  # noqa: C416  # the last one stays


def _units(uow: Uow, order_id: int) -> tuple[dict[int, dict[int, int]], dict[int, int]]:
    """Return the units in shipments that were not cancelled: visible ones by shipment and line, the others by line."""
    seen = sa.case((visible(uow.actor.scope, col(Shipment.location_id)), 1), else_=0)
    rows = uow.session.execute(
        sa.select(col(Shipment.id), col(ShipmentLine.order_line_id), col(ShipmentLine.quantity), seen)
        .join(ShipmentLine, col(ShipmentLine.shipment_id) == col(Shipment.id))
        .where(
            col(Shipment.order_id) == order_id,
            col(Shipment.status) != ShipmentStatus.CANCELLED.value,
            col(Shipment.for_shipment_id).is_(None),
        )
    )
    here: dict[int, dict[int, int]] = {}
    elsewhere: dict[int, int] = {}
    for shipment_id, line_id, quantity, is_seen in rows:
        if is_seen:
            lines = here.setdefault(shipment_id, {})
            lines[line_id] = lines.get(line_id, 0) + quantity
        else:
            elsewhere[line_id] = elsewhere.get(line_id, 0) + quantity
    return here, elsewhere


def _lines(
    uow: Uow, order_id: int, units: Mapping[int, Mapping[int, int]], elsewhere: Mapping[int, int]
) -> list[LinePart]:
    rows = uow.session.execute(
        sa.select(OrderLine, col(Product.name))
        .join(Product, col(Product.id) == col(OrderLine.product_id))
        .where(col(OrderLine.order_id) == order_id)
        .order_by(col(OrderLine.line_number))
    ).all()
    coming = _arrivals(uow, [line.id or 0 for line, _ in rows])
    parts = []
    for line, name in rows:
        id_ = line.id or 0
        given = sum(by_line.get(id_, 0) for by_line in units.values()) + elsewhere.get(id_, 0)
        parts.append(
            LinePart(
                id=id_,
                sku=line.sku,
                name=name,
                quantity=line.quantity,
                cancelled=line.cancelled,
                unit_price_minor=line.unit_price_minor,
                remainder=Remainder(line.remainder) if line.remainder else None,
                elsewhere=elsewhere.get(id_, 0),
                open=max(0, line.quantity - line.cancelled - given),
                arrivals=tuple(coming.get(id_, ())),
            )
        )
    return parts


def _arrivals(uow: Uow, line_ids: Sequence[int]) -> dict[int, list[Arrival]]:
    rows = uow.session.execute(
        sa.select(
            *(col(FutureAllocation.order_line_id), col(FutureAllocation.quantity), col(FutureStock.arrives_at)),
            *(col(Location.code), col(Location.name), col(Location.time_zone)),
        )
        .join(FutureStock, col(FutureStock.id) == col(FutureAllocation.future_id))
        .join(Location, col(Location.id) == col(FutureStock.location_id))
        .where(col(FutureAllocation.order_line_id).in_(line_ids), visible(uow.actor.scope, col(Location.id)))
        .order_by(col(FutureStock.arrives_at))
    )
    found: dict[int, list[Arrival]] = {}
    for line_id, quantity, arrives_at, *place in rows:
        found.setdefault(line_id, []).append(Arrival(Where(*place), quantity, arrives_at))
    return found
