"""What waits at a counter too long: its customer is reminded, and what nobody collects goes back on the shelf.

Until when he may come is set when it is ready (`collect_by_at`, `remind_at`); what is on hold is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.fulfillment import service, store
from backend.fulfillment.command import tell
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from models.enums import ShipmentStatus
from models.events import EventType
from models.tables import Shipment

_SHIPMENTS = table_of(Shipment)

#: The reason with which what nobody collected is called back.
NOT_COLLECTED = "not_collected"


def to_remind(uow: Uow) -> Sequence[int]:
    """Return the shipments whose customers should be reminded, the longest due first."""
    return _due(uow, _SHIPMENTS.c.remind_at)


def overdue(uow: Uow) -> Sequence[int]:
    """Return the shipments that were not collected in time, the longest due first."""
    return _due(uow, _SHIPMENTS.c.collect_by_at)


def remind(uow: Uow, shipment_ids: Sequence[int]) -> None:
    """Tell of customers who should be reminded, each once; those who came in between are left alone."""
    facts = store.load(uow, shipment_ids)
    waiting = dict(_untils(uow, _SHIPMENTS.c.remind_at, shipment_ids))
    told = [fact for fact in facts if fact.id in waiting]
    store.change(uow, told, [{"remind_at": None} for _ in told])
    for fact in told:
        tell(uow, EventType.SHIPMENT_REMINDED, fact, uow.now, {"collect_by_at": waiting[fact.id].isoformat()})


def give_up(uow: Uow, shipment_ids: Sequence[int]) -> None:
    """Call back what was not collected in time: its stock is free again, its units are cancelled."""
    facts = store.load(uow, shipment_ids)
    over = dict(_untils(uow, _SHIPMENTS.c.collect_by_at, shipment_ids))
    late = [fact for fact in facts if fact.id in over]
    for fact in late:
        data = {"collect_by_at": over[fact.id].isoformat()}
        tell(uow, EventType.SHIPMENT_NOT_COLLECTED, fact, uow.now, data)
    service.cancel(uow, [fact.id for fact in late], reason=NOT_COLLECTED)


def next_due(uow: Uow, *, after: datetime) -> datetime | None:
    """Return when, after a moment, somebody must be reminded, or has not come in time, next."""
    moments = [
        uow.session.connection().scalar(sa.select(sa.func.min(column)).where(column > after, *_WAITS))
        for column in (_SHIPMENTS.c.remind_at, _SHIPMENTS.c.collect_by_at)
    ]
    return min((moment for moment in moments if moment is not None), default=None)


def _due(uow: Uow, column: Any) -> Sequence[int]:
    statement = sa.select(_SHIPMENTS.c.id).where(column <= uow.now, *_WAITS).order_by(column, _SHIPMENTS.c.id)
    return list(uow.session.connection().scalars(statement))


def _untils(uow: Uow, due: Any, ids: Sequence[int]) -> list[tuple[int, datetime]]:
    """Return until when those of these shipments, now locked, may be collected that still wait and are due."""
    columns = (_SHIPMENTS.c.id, _SHIPMENTS.c.collect_by_at)
    statement = sa.select(*columns).where(_SHIPMENTS.c.id.in_(ids), due <= uow.now, *_WAITS)
    return [(id_, until) for id_, until in uow.session.connection().execute(statement)]


_WAITS = (_SHIPMENTS.c.status == ShipmentStatus.READY.value, _SHIPMENTS.c.held.is_(False))
