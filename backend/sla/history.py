"""What is shown over time and shipment by shipment: a location's queue, trends, recent changes. SELECT only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.persistence.uow import Uow
from backend.sla.grading import Counts
from backend.sla.queries import location
from backend.sla.views import ClockView, QueueFilter, QueueItem, TransitionView, TrendPoint
from models.enums import ClockState, Compliance, ShipmentStatus
from models.tables import HealthSample, Location, Order, Shipment, SlaClock, SlaDefinition, SlaTransition

OPEN_STATES = (ClockState.RUNNING.value, ClockState.PAUSED.value)
_DONE = (ShipmentStatus.SHIPPED.value, ShipmentStatus.HANDED_OVER.value, ShipmentStatus.CANCELLED.value)


def queue(
    uow: Uow, code: str, filters: QueueFilter = QueueFilter(), *, offset: int = 0, limit: int = 50
) -> Sequence[QueueItem]:
    """Return a location's open shipments, least remaining time first; those whose clocks stand still come last."""
    rows = uow.session.execute(
        sa.select(Shipment, col(Order.external_id))
        .join(Order, col(Order.id) == col(Shipment.order_id))
        .where(*_queued(location(uow, code).id, filters))
        .order_by(col(Shipment.sla_due_at).asc().nulls_last(), col(Shipment.placed_at), col(Shipment.id))
        .offset(offset)
        .limit(limit)
    ).all()
    clocks = _clocks(uow, [shipment.id for shipment, _ in rows])
    return [_item(shipment, external_id, clocks[shipment.id]) for shipment, external_id in rows]


def queue_length(uow: Uow, code: str, filters: QueueFilter = QueueFilter()) -> int:
    """Return how many open shipments `queue` would go through."""
    query = sa.select(sa.func.count()).select_from(Shipment)
    return uow.session.scalar(query.where(*_queued(location(uow, code).id, filters))) or 0


def _queued(location_id: int, filters: QueueFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [
        col(Shipment.location_id) == location_id,
        sa.or_(col(Shipment.sla_due_at).is_not(None), col(Shipment.status).not_in(_DONE)),
    ]
    if filters.method:
        conditions.append(col(Shipment.method) == filters.method.value)
    if filters.status:
        conditions.append(col(Shipment.sla_status) == filters.status.value)
    return conditions


def trend(uow: Uow, *, code: str | None = None, hours: float = 24, points: int = 500) -> Sequence[TrendPoint]:
    """Return health over the last `hours`, oldest first, thinned to about `points`; the network's without a `code`.

    The network's is only for actors who see all of it; others get nothing.
    """
    if code is None and not uow.actor.scope.everything:
        return []
    place: sa.ColumnElement[bool] = col(HealthSample.location_id).is_(None)
    if code is not None:
        place = col(HealthSample.location_id) == location(uow, code).id
    rows = uow.session.scalars(
        sa.select(HealthSample)
        .where(place, col(HealthSample.at) > uow.now - timedelta(hours=hours), col(HealthSample.at) <= uow.now)
        .order_by(col(HealthSample.at))
    ).all()
    step = max(1, -(-len(rows) // points))
    kept = [row for i, row in enumerate(reversed(rows)) if i % step == 0]  # the newest is always among them
    return [
        TrendPoint(row.at, Counts(row.compliant, row.at_risk, row.non_compliant), row.met, row.missed, row.orders)
        for row in reversed(kept)
    ]


def transitions(
    uow: Uow,
    *,
    code: str | None = None,
    shipment_id: int | None = None,
    before: datetime | None = None,
    limit: int = 50,
) -> Sequence[TransitionView]:
    """Return the newest audited clock changes within the actor's scope, of one location or shipment if given."""
    query = (
        sa.select(SlaTransition, col(Location.code), col(SlaDefinition.code), col(SlaDefinition.version))
        .join(Location, col(Location.id) == col(SlaTransition.location_id))
        .join(SlaDefinition, col(SlaDefinition.id) == col(SlaTransition.definition_id))
        .where(visible(uow.actor.scope, col(SlaTransition.location_id)))
        .order_by(col(SlaTransition.id).desc())
        .limit(limit)
    )
    if code is not None:
        query = query.where(col(SlaTransition.location_id) == location(uow, code).id)
    if shipment_id is not None:
        query = query.where(col(SlaTransition.shipment_id) == shipment_id)
    if before is not None:
        query = query.where(col(SlaTransition.at) < before)
    return [
        TransitionView(
            shipment_id=row.shipment_id,
            location_code=place,
            definition=definition,
            definition_version=version,
            from_word=row.from_word,
            to_word=row.to_word,
            at=row.at,
            detected_at=row.detected_at,
            reason=row.reason,
            actor=row.actor,
        )
        for row, place, definition, version in uow.session.execute(query)
    ]


def _clocks(uow: Uow, shipment_ids: Sequence[Any]) -> dict[Any, list[ClockView]]:
    rows = uow.session.execute(
        sa.select(SlaClock, col(SlaDefinition.code), col(SlaDefinition.name))
        .join(SlaDefinition, col(SlaDefinition.id) == col(SlaClock.definition_id))
        .where(col(SlaClock.shipment_id).in_(shipment_ids), col(SlaClock.state).in_(OPEN_STATES))
        .order_by(col(SlaClock.due_at), col(SlaClock.id))
    )
    found: dict[Any, list[ClockView]] = defaultdict(list)
    for clock, code, name in rows:
        found[clock.shipment_id].append(
            ClockView(
                definition=code,
                name=name,
                state=clock.state,
                status=Compliance(clock.status),
                started_at=clock.started_at,
                at_risk_at=clock.at_risk_at,
                due_at=clock.due_at,
                paused_at=clock.paused_at,
                pause_reason=clock.pause_reason,
            )
        )
    return found


def _item(shipment: Shipment, external_id: str, clocks: Sequence[ClockView]) -> QueueItem:
    return QueueItem(
        shipment_id=shipment.id or 0,
        order_id=shipment.order_id,
        external_id=external_id,
        method=shipment.method,
        service_level=shipment.service_level,
        status=shipment.status,
        held=shipment.held,
        sla_status=Compliance(shipment.sla_status) if shipment.sla_status else None,
        due_at=shipment.sla_due_at,
        placed_at=shipment.placed_at,
        units=shipment.units,
        clocks=tuple(clocks),
    )
