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


def remind(uow: Uow, *, limit: int = 200) -> int:
    """Tell of customers who should be reminded, each once; return how many there were."""
    facts = store.load(uow, _due(uow, _SHIPMENTS.c.remind_at, limit))
    waiting = dict(_untils(uow, [fact.id for fact in facts]))
    told = [fact for fact in facts if fact.id in waiting]
    store.change(uow, told, [{"remind_at": None} for _ in told])
    for fact in told:
        tell(uow, EventType.SHIPMENT_REMINDED, fact, uow.now, {"collect_by_at": waiting[fact.id].isoformat()})
    return len(facts)


def give_up(uow: Uow, *, limit: int = 50) -> int:
    """Call back what was not collected in time: its stock is free again, its units are cancelled; return how many."""
    facts = store.load(uow, _due(uow, _SHIPMENTS.c.collect_by_at, limit))
    over = dict(_untils(uow, [fact.id for fact in facts]))
    late = [fact for fact in facts if fact.id in over and over[fact.id] <= uow.now]
    for fact in late:
        data = {"collect_by_at": over[fact.id].isoformat()}
        tell(uow, EventType.SHIPMENT_NOT_COLLECTED, fact, uow.now, data)
    service.cancel(uow, [fact.id for fact in late], reason=NOT_COLLECTED)
    return len(facts)


def next_due(uow: Uow) -> datetime | None:
    """Return when somebody must be reminded, or has not come in time, next."""
    moments = [
        uow.session.connection().scalar(sa.select(sa.func.min(column)).where(column.is_not(None), *_WAITS))
        for column in (_SHIPMENTS.c.remind_at, _SHIPMENTS.c.collect_by_at)
    ]
    return min((moment for moment in moments if moment is not None), default=None)


def _due(uow: Uow, column: Any, limit: int) -> Sequence[int]:
    statement = sa.select(_SHIPMENTS.c.id).where(column <= uow.now, *_WAITS).order_by(column).limit(limit)
    return list(uow.session.connection().scalars(statement))


def _untils(uow: Uow, ids: Sequence[int]) -> list[tuple[int, datetime]]:
    """Return until when those of these shipments, now locked, may be collected that still wait."""
    columns = (_SHIPMENTS.c.id, _SHIPMENTS.c.collect_by_at)
    statement = sa.select(*columns).where(_SHIPMENTS.c.id.in_(ids), _SHIPMENTS.c.collect_by_at.is_not(None), *_WAITS)
    return [(id_, until) for id_, until in uow.session.connection().execute(statement)]


_WAITS = (_SHIPMENTS.c.status == ShipmentStatus.READY.value, _SHIPMENTS.c.held.is_(False))
