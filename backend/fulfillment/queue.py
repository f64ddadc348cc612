"""The work queue of a location as people take from it: least time left first, mine, nobody's, or all. SELECT only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.fulfillment import workflows
from backend.fulfillment.rules import lets_go
from backend.fulfillment.workflow import WorkStep, following
from backend.persistence.uow import Uow
from models.enums import ClockState, Compliance, Method, ShipmentStatus
from models.errors import not_found
from models.floor import Waiting
from models.tables import Location, LocationHealth, Order, PickWave, Shipment, ShipmentLine, SlaClock

#: What somebody has to do something about; what is ready waits for its customer.
TO_DO = (ShipmentStatus.OPEN, ShipmentStatus.ACCEPTED, ShipmentStatus.PICKED, ShipmentStatus.PACKED)

#: Where the goods have not left.
IN_THE_BUILDING = (*TO_DO, ShipmentStatus.READY)


class Whose(StrEnum):
    """Which part of the queue."""

    FREE = "free"  # in nobody's hands
    MINE = "mine"
    ALL = "all"
    COUNTER = "counter"  # ready, and waits for its customer


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What a queue is narrowed to; None means any."""

    whose: Whose = Whose.ALL
    method: Method | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A shipment in a queue. `next` is the step that comes, None while it is held or waits; `mine`: in the actor's
    hands, `taken`: in somebody's, `may_let_go`: the actor may let it go. `started_at` is that of the clock that is due
    first."""

    id: int
    order_id: int
    external_id: str
    method: Method
    service_level: str
    status: ShipmentStatus
    next: WorkStep | None
    held: bool
    waiting_for: Waiting | None
    mine: bool
    taken: bool
    wave: int | None
    sla: Compliance | None
    started_at: datetime | None
    due_at: datetime | None
    collect_by_at: datetime | None
    units: int
    picked: int
    version: int
    may_let_go: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A location that has a queue."""

    id: int
    code: str
    name: str
    time_zone: str


def places(uow: Uow) -> list[Place]:
    """Return the locations whose queues the actor may see, those with the most late and open work first."""
    health, place = LocationHealth, Location
    late = sa.func.coalesce(col(health.non_compliant), 0)
    open_ = late + sa.func.coalesce(col(health.at_risk), 0) + sa.func.coalesce(col(health.compliant), 0)
    statement = (
        sa.select(col(place.id), col(place.code), col(place.name), col(place.time_zone))
        .outerjoin(health, col(health.location_id) == col(place.id))
        .where(visible(uow.actor.scope, col(place.id)))
        .order_by(late.desc(), open_.desc(), col(place.code))
    )
    return [Place(*row) for row in uow.session.execute(statement)]


def place_of(uow: Uow, code: str) -> Place:
    """Return a location whose queue the actor may see, or raise NOT_FOUND."""
    columns = (col(Location.id), col(Location.code), col(Location.name), col(Location.time_zone))
    statement = sa.select(*columns).where(col(Location.code) == code, visible(uow.actor.scope, col(Location.id)))
    row = uow.session.execute(statement).one_or_none()
    if row is None:
        raise not_found("location", code)
    return Place(*row)


def find(uow: Uow, place: Place, wanted: QueueFilter, *, offset: int = 0, limit: int = 50) -> list[Work]:
    """Return a page of a location's queue: least time left first, what no clock measures last."""
    statement = _rows().where(col(Shipment.location_id) == place.id, *_conditions(uow, wanted))
    due = col(Shipment.sla_due_at)
    ordered = statement.order_by(due.asc().nulls_last(), col(Shipment.placed_at), col(Shipment.id))
    return _works(uow, uow.session.execute(ordered.offset(offset).limit(limit)).tuples().all())


def by_ids(uow: Uow, place: Place, ids: Iterable[int]) -> list[Work]:
    """Return these shipments of a location that are still to be done, in order of id."""
    open_ = col(Shipment.status).in_(IN_THE_BUILDING)
    statement = _rows().where(col(Shipment.id).in_(sorted(ids)), col(Shipment.location_id) == place.id, open_)
    return _works(uow, uow.session.execute(statement.order_by(col(Shipment.id))).tuples().all())


def counts(uow: Uow, place: Place, method: Method | None = None) -> Mapping[Whose, int]:
    """Return how long each part of a location's queue is, in one look at its open shipments."""
    me = sa.case((col(Shipment.claimed_by) == uow.actor.label, 1), (col(Shipment.claimed_by).is_(None), 0), else_=2)
    ready = sa.case((col(Shipment.status) == ShipmentStatus.READY.value, 1), else_=0)
    hands, at_counter = me.label("hands"), ready.label("ready")
    wanted = [col(Shipment.method) == method.value] if method else []
    open_ = col(Shipment.status).in_(IN_THE_BUILDING)
    inner = sa.select(hands, at_counter).where(col(Shipment.location_id) == place.id, open_, *wanted).subquery()
    grouped = sa.select(inner.c.hands, inner.c.ready, sa.func.count()).group_by(inner.c.hands, inner.c.ready)
    found = dict.fromkeys(Whose, 0)
    for hand, counter, number in uow.session.execute(grouped):
        found[Whose.COUNTER if counter else Whose.ALL] += number
        if not counter and hand < 2:
            found[Whose.MINE if hand else Whose.FREE] += number
    return found


def next_free(uow: Uow, place: Place, method: Method | None = None) -> int | None:
    """Return the most urgent shipment that is in nobody's hands and can be worked on, None when there is none."""
    statement = (
        sa.select(col(Shipment.id))
        .where(
            col(Shipment.location_id) == place.id,
            *_conditions(uow, QueueFilter(Whose.FREE, method)),
            col(Shipment.held).is_(False),
            col(Shipment.waiting_for).is_(None),
        )
        .order_by(col(Shipment.sla_due_at).asc().nulls_last(), col(Shipment.placed_at), col(Shipment.id))
    )
    return uow.session.scalar(statement.limit(1))


def _conditions(uow: Uow, wanted: QueueFilter) -> list[sa.ColumnElement[bool]]:
    statuses = (ShipmentStatus.READY,) if wanted.whose is Whose.COUNTER else TO_DO
    conditions: list[sa.ColumnElement[bool]] = [col(Shipment.status).in_([status.value for status in statuses])]
    if wanted.whose is Whose.MINE:
        conditions.append(col(Shipment.claimed_by) == uow.actor.label)
    if wanted.whose is Whose.FREE:
        conditions.append(col(Shipment.claimed_by).is_(None))
    if wanted.method is not None:
        conditions.append(col(Shipment.method) == wanted.method.value)
    return conditions


def _rows() -> sa.Select[Shipment, str, int | None]:
    return (
        sa.select(Shipment, col(Order.external_id), col(PickWave.number))
        .join(Order, col(Order.id) == col(Shipment.order_id))
        .outerjoin(PickWave, col(PickWave.id) == col(Shipment.wave_id))
    )


def _works(uow: Uow, rows: Sequence[tuple[Shipment, str, int | None]]) -> list[Work]:
    ids = [shipment.id or 0 for shipment, _, _ in rows]
    ways = workflows.of_shipments(uow, [(Method(row.method), row.workflow_id) for row, _, _ in rows])
    picked, started = _picked(uow, ids), _started(uow, ids)
    return [
        Work(
            id=row.id or 0,
            order_id=row.order_id,
            external_id=external_id,
            method=Method(row.method),
            service_level=row.service_level,
            status=ShipmentStatus(row.status),
            next=next(iter(following(way, ShipmentStatus(row.status), row.step)), None)
            if not row.held and row.waiting_for is None
            else None,
            held=row.held,
            waiting_for=Waiting(row.waiting_for) if row.waiting_for else None,
            mine=row.claimed_by == uow.actor.label,
            taken=row.claimed_by is not None,
            wave=wave,
            sla=Compliance(row.sla_status) if row.sla_status else None,
            started_at=started.get(row.id or 0),
            due_at=row.sla_due_at,
            collect_by_at=row.collect_by_at,
            units=row.units,
            picked=picked.get(row.id or 0, 0),
            version=row.version,
            may_let_go=lets_go(row.claimed_by, uow.actor.label, uow.actor.role),
        )
        for (row, external_id, wave), way in zip(rows, ways, strict=True)
    ]


def _picked(uow: Uow, ids: Sequence[int]) -> dict[int, int]:
    statement = sa.select(col(ShipmentLine.shipment_id), sa.func.sum(col(ShipmentLine.picked)))
    rows = uow.session.execute(
        statement.where(col(ShipmentLine.shipment_id).in_(ids)).group_by(col(ShipmentLine.shipment_id))
    )
    return {id_: int(units) for id_, units in rows}


def _started(uow: Uow, ids: Sequence[int]) -> dict[int, datetime]:
    """Return when the clock began that is due first, of each shipment."""
    statement = (
        sa.select(col(SlaClock.shipment_id), col(SlaClock.started_at))
        .where(col(SlaClock.shipment_id).in_(ids), col(SlaClock.state) == ClockState.RUNNING.value)
        .order_by(col(SlaClock.due_at).desc(), col(SlaClock.id).desc())
    )
    return dict(uow.session.execute(statement).tuples().all())
