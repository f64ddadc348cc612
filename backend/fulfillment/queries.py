"""Reading shipments, in queue order: the earliest due instant first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from backend.auth.scope import visible
from backend.fulfillment import parcels, workflows
from backend.fulfillment.workflow import Workflow, WorkStep, following
from backend.persistence.uow import Uow
from models.enums import Compliance, Method, ShipmentStatus
from models.errors import not_found
from models.tables import Location, Order, Parcel, Shipment, ShipmentLine, ShipmentStep


@dataclass(frozen=True, slots=True)
class ShipmentView:
    """A shipment with its lines and the codes people use."""

    shipment: Shipment
    location: str
    order_external_id: str
    lines: tuple[ShipmentLine, ...]
    workflow: Workflow
    parcels: tuple[Parcel, ...] = ()

    @property
    def following(self) -> tuple[WorkStep, ...]:
        """Return the steps that may be done next."""
        shipment = self.shipment
        if shipment.held or shipment.waiting_for is not None:
            return ()
        return following(self.workflow, ShipmentStatus(shipment.status), shipment.step)


class Claimed(StrEnum):
    """In whose hands a shipment is."""

    ME = "me"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class ShipmentFilter:
    """What a list of shipments is narrowed to; None means any. `late` is due before now and still running."""

    location: str | None = None
    status: ShipmentStatus | None = None
    sla: Compliance | None = None
    method: Method | None = None
    late: bool | None = None
    wave: int | None = None
    claimed: Claimed | None = None


def get(uow: Uow, shipment_id: int) -> ShipmentView:
    """Return one shipment, or raise NOT_FOUND."""
    row = uow.session.execute(_rows(uow).where(col(Shipment.id) == shipment_id)).one_or_none()
    if row is None:
        raise not_found("shipment", shipment_id)
    return _views(uow, [row])[0]


def listing(
    uow: Uow, wanted: ShipmentFilter, *, after: tuple[datetime | None, int] | None = None, limit: int = 100
) -> list[ShipmentView]:
    """Return shipments by due instant (those without one last) and id, those after `after`, at most `limit`."""
    due, id_ = col(Shipment.sla_due_at), col(Shipment.id)
    statement = _rows(uow).where(*_conditions(uow, wanted)).order_by(due.is_(None), due, id_).limit(limit)
    if after is not None and after[0] is None:
        statement = statement.where(due.is_(None), id_ > after[1])
    elif after is not None:
        later = sa.or_(due > after[0], sa.and_(due == after[0], id_ > after[1]), due.is_(None))
        statement = statement.where(later)
    return _views(uow, list(uow.session.execute(statement)))


def _conditions(uow: Uow, wanted: ShipmentFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.location is not None:
        conditions.append(col(Location.code) == wanted.location)
    if wanted.status is not None:
        conditions.append(col(Shipment.status) == wanted.status.value)
    if wanted.sla is not None:
        conditions.append(col(Shipment.sla_status) == wanted.sla.value)
    if wanted.method is not None:
        conditions.append(col(Shipment.method) == wanted.method.value)
    if wanted.wave is not None:
        conditions.append(col(Shipment.wave_id) == wanted.wave)
    if wanted.claimed is not None:
        conditions.append(in_hands(uow, wanted.claimed))
    if wanted.late is not None:
        late = sa.func.coalesce(col(Shipment.sla_due_at) <= uow.now, sa.false())
        conditions.append(late if wanted.late else sa.not_(late))
    return conditions


def in_hands(uow: Uow, claimed: Claimed) -> sa.ColumnElement[bool]:
    """Return the condition that the actor has a shipment in his hands, or nobody has."""
    who = col(Shipment.claimed_by)
    return who.is_(None) if claimed is Claimed.NOBODY else who == uow.actor.label


def _rows(uow: Uow) -> sa.Select[Shipment, str, str]:
    return (
        sa.select(Shipment, col(Location.code), col(Order.external_id))
        .join(Location, col(Location.id) == col(Shipment.location_id))
        .join(Order, col(Order.id) == col(Shipment.order_id))
        .where(visible(uow.actor.scope, col(Shipment.location_id)))
    )


def _views(uow: Uow, rows: list[Any]) -> list[ShipmentView]:
    ids = [shipment.id for shipment, _, _ in rows]
    lines: dict[int, list[ShipmentLine]] = {}
    for line in uow.session.exec(
        select(ShipmentLine).where(col(ShipmentLine.shipment_id).in_(ids)).order_by(col(ShipmentLine.id))
    ):
        lines.setdefault(line.shipment_id, []).append(line)
    boxes = parcels.of_shipments(uow, ids)
    ways = workflows.of_shipments(uow, [(Method(row.method), row.workflow_id) for row, _, _ in rows])
    return [
        ShipmentView(
            shipment, code, external_id, tuple(lines.get(shipment.id, ())), way, tuple(boxes.get(shipment.id, ()))
        )
        for (shipment, code, external_id), way in zip(rows, ways, strict=True)
    ]


def journal(uow: Uow, shipment_id: int) -> list[ShipmentStep]:
    """Return the steps that were done on a shipment, oldest first, those taken back included, or raise NOT_FOUND."""
    get(uow, shipment_id)
    statement = select(ShipmentStep).where(col(ShipmentStep.shipment_id) == shipment_id)
    return list(uow.session.exec(statement.order_by(col(ShipmentStep.id))))
