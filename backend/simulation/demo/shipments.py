"""What the demo reads back of shipments to plan on: SELECT only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from backend.fulfillment.workflow import WAY
from backend.persistence.uow import Uow
from backend.simulation.demo.course import Opened
from models.enums import ClockState, Method, OrderStatus, ShipmentStatus
from models.tables import Location, Order, Shipment, SlaClock

_CHUNK = 5000
_NO_CLOCK = (None, None, None)


@dataclass(frozen=True, slots=True)
class Standing:
    """An unfinished shipment and how far it is."""

    opened: Opened
    status: ShipmentStatus
    held: bool
    hold_reason: str | None
    waits: bool = False  # for a transfer


def opened(uow: Uow, shipment_ids: Sequence[int]) -> list[Standing]:
    """Return these shipments, and the transfers that are to bring them what they lack, in order of id."""
    if not shipment_ids:
        return []
    ids = sorted(shipment_ids)
    return _standing(uow, sa.or_(col(Shipment.id).in_(ids), col(Shipment.for_shipment_id).in_(ids)))


def unfinished(uow: Uow) -> list[Standing]:
    """Return every shipment that is not at the end of its way, in order of id."""
    undone = [
        sa.and_(col(Shipment.method) == method.value, col(Shipment.status) != way[-1].value)
        for method, way in WAY.items()
    ]
    return _standing(uow, sa.and_(sa.or_(*undone), col(Shipment.status) != ShipmentStatus.CANCELLED.value))


def go_on(uow: Uow, shipment_ids: Collection[int]) -> list[Standing]:
    """Return those of these shipments that wait for nothing any more."""
    return _standing(uow, sa.and_(col(Shipment.id).in_(sorted(shipment_ids)), col(Shipment.waiting_for).is_(None)))


def _standing(uow: Uow, condition: sa.ColumnElement[bool]) -> list[Standing]:
    rows = uow.session.execute(
        sa.select(
            col(Shipment.id),
            col(Order.external_id),
            col(Location.code),
            col(Shipment.method),
            col(Shipment.assigned_at),
            col(Shipment.status),
            col(Shipment.held),
            col(Shipment.hold_reason),
            col(Shipment.waiting_for),
        )
        .join(Order, col(Order.id) == col(Shipment.order_id))
        .join(Location, col(Location.id) == col(Shipment.location_id))
        .where(condition, col(Order.status) != OrderStatus.HELD.value)
        .order_by(col(Shipment.id))
    ).all()
    clocks = _urgent(uow, [row[0] for row in rows])
    return [
        Standing(
            Opened(id_, name, code, Method(method), at, *clocks.get(id_, _NO_CLOCK)),
            ShipmentStatus(status),
            held,
            reason,
            waits is not None,
        )
        for id_, name, code, method, at, status, held, reason, waits in rows
    ]


def _urgent(uow: Uow, shipment_ids: Sequence[int]) -> dict[int, tuple[datetime, datetime, ShipmentStatus | None]]:
    """Return (at risk, due, status that stops it) of each shipment's clock that turns amber first."""
    found: dict[int, tuple[datetime, datetime, ShipmentStatus | None]] = {}
    stopping = set(ShipmentStatus)
    for start in range(0, len(shipment_ids), _CHUNK):
        rows = uow.session.execute(
            sa.select(col(SlaClock.shipment_id), col(SlaClock.at_risk_at), col(SlaClock.due_at), col(SlaClock.end_step))
            .where(
                col(SlaClock.shipment_id).in_(shipment_ids[start : start + _CHUNK]),
                col(SlaClock.state).not_in([ClockState.REASSIGNED.value, ClockState.CANCELLED.value]),
            )
            .order_by(col(SlaClock.at_risk_at).desc(), col(SlaClock.id))
        )
        for shipment_id, at_risk_at, due_at, step in rows:  # the most urgent comes last and stays
            found[shipment_id] = (at_risk_at, due_at, ShipmentStatus(step) if step in stopping else None)
    return found
