"""Which work can be handed to others: shipments that nobody has begun, and those that were handed on and still are so.
What its customer collects at this location is not among it. SELECT only; handing it over is `bulk.py`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from backend.auth.scope import visible
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from models.enums import ShipmentStatus
from models.tables import Location, Order, Shipment, ShipmentLine

_SHIPMENT, _LINE = table_of(Shipment), table_of(ShipmentLine)
_ORDER, _PLACE = table_of(Order), table_of(Location)


class First(StrEnum):
    """Which shipments go first: those with the least time left, or those with the most."""

    URGENT = "urgent"
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class Work:
    """A shipment that nobody has begun, and its order."""

    shipment_id: int
    order_id: int


def untouched(uow: Uow, location_id: int, first: First, *, limit: int) -> list[Work]:
    """Return a location's open shipments of which nothing is picked and that nobody has claimed, at most `limit`."""
    due, id_ = _SHIPMENT.c.sla_due_at, _SHIPMENT.c.id
    order = (due.is_(None), due, id_) if first is First.URGENT else (due.is_not(None), due.desc(), id_.desc())
    statement = _work(uow).where(_SHIPMENT.c.location_id == location_id).order_by(*order).limit(limit)
    return [Work(*row) for row in uow.session.connection().execute(statement)]


def how_many(uow: Uow, location_id: int) -> int:
    """Return how many shipments `untouched` would go through."""
    here = _work(uow).where(_SHIPMENT.c.location_id == location_id).subquery()
    return uow.session.connection().scalar(sa.select(sa.func.count()).select_from(here)) or 0


def handed(uow: Uow, order_ids: Collection[int], *, away_from: str, to: str | None, since: datetime) -> Sequence[Work]:
    """Return what nobody has begun of the work of these orders that came to the location `to` (None: to any other than
    `away_from`) since then."""
    at = _PLACE.c.code != away_from if to is None else _PLACE.c.code == to
    statement = (
        _work(uow).join(_PLACE, _PLACE.c.id == _SHIPMENT.c.location_id).where(at, _SHIPMENT.c.assigned_at >= since)
    )
    return [Work(*row) for row in fetch_in(uow.session, statement, _SHIPMENT.c.order_id, order_ids)]


def _work(uow: Uow) -> sa.Select[Any]:
    begun = sa.exists().where(_LINE.c.shipment_id == _SHIPMENT.c.id, _LINE.c.picked > 0)
    return (
        sa.select(_SHIPMENT.c.id, _SHIPMENT.c.order_id)
        .join(_ORDER, _ORDER.c.id == _SHIPMENT.c.order_id)
        .where(
            _SHIPMENT.c.status.in_((ShipmentStatus.OPEN.value, ShipmentStatus.ACCEPTED.value)),
            _SHIPMENT.c.held.is_(False),
            _ORDER.c.pickup_location.is_(None),
            _SHIPMENT.c.claimed_by.is_(None),
            _SHIPMENT.c.waiting_for.is_(None),
            _SHIPMENT.c.for_shipment_id.is_(None),
            sa.not_(begun),
            visible(uow.actor.scope, _SHIPMENT.c.location_id),
        )
    )
