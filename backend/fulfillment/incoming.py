"""Transfers on their way to a location, for the people there, who need not see where they come from. SELECT only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.fulfillment import line_rows
from backend.fulfillment.splitting import LineFacts
from backend.persistence.uow import Uow
from models.enums import ShipmentStatus
from models.errors import not_found
from models.tables import Location, Shipment

_OVER = (ShipmentStatus.HANDED_OVER.value, ShipmentStatus.CANCELLED.value)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A transfer that has not arrived yet; `source` is the code of who sends it, `waits` the shipment it is for."""

    id: int
    waits: int
    source: str
    status: ShipmentStatus
    lines: tuple[LineFacts, ...]


def listing(uow: Uow, code: str, *, after: int = 0, limit: int = 100) -> Sequence[Incoming]:
    """Return the transfers to a location that have not arrived, by id; NOT_FOUND for a location out of sight."""
    place = sa.select(col(Location.id)).where(col(Location.code) == code, visible(uow.actor.scope, col(Location.id)))
    to_id = uow.session.execute(place).scalar_one_or_none()
    if to_id is None:
        raise not_found("location", code)
    statement = (
        sa.select(col(Shipment.id), col(Shipment.for_shipment_id), col(Location.code), col(Shipment.status))
        .join(Location, col(Location.id) == col(Shipment.location_id))
        .where(
            col(Shipment.for_shipment_id).is_not(None),
            col(Shipment.to_location_id) == to_id,
            col(Shipment.status).not_in(_OVER),
            col(Shipment.id) > after,
        )
        .order_by(col(Shipment.id))
        .limit(limit)
    )
    rows = uow.session.execute(statement).all()
    lines = line_rows.lines_of(uow, [row[0] for row in rows])
    return [Incoming(id_, waits, source, ShipmentStatus(word), tuple(lines[id_])) for id_, waits, source, word in rows]
