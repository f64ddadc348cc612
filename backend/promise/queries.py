"""What promises are made with: locations, carriers and lanes, each in one statement per batch. SELECT only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from backend.promise.carriers import Schedule, schedule_of
from backend.routing.geometry import Vector, direction
from backend.sla.calendar import OpenHours, calendar_of
from models.enums import Method
from models.tables import Carrier, Location, TransferLane

_LOCATION = table_of(Location)
_CARRIER = table_of(Carrier)
_LANE = table_of(TransferLane)

_KNOWN: WeakKeyDictionary[Any, tuple[tuple[Any, ...], Network]] = WeakKeyDictionary()


def _versions(table: sa.Table, name: str) -> sa.Subquery:
    """Return what tells of every edit of a table: each one adds to a version, each new row to the count."""
    told = sa.func.count(), sa.func.sum(table.c.version), sa.func.max(table.c.updated_at)
    return sa.select(*told).select_from(table).subquery(name)


_OLD_PLACES, _OLD_CARRIERS = _versions(_LOCATION, "places"), _versions(_CARRIER, "carriers")
_TOKEN = sa.select(_OLD_PLACES, _OLD_CARRIERS).select_from(_OLD_PLACES.join(_OLD_CARRIERS, sa.true()))
_PLACES = sa.select(
    *(_LOCATION.c[name] for name in ("id", "code", "time_zone", "processing", "capacity", "latitude", "longitude")),
    sa.cast(_LOCATION.c.hours, sa.Text).label("hours_text"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Workplace:
    """A location as promises see it; `minutes` of work by method, `per_hour` None when its capacity is not stated."""

    location_id: int
    code: str
    hours: OpenHours
    minutes: dict[str, int]
    per_hour: float | None
    direction: Vector | None = None

    def processing(self, method: Method) -> int:
        """Return the open minutes of work on one shipment, 0 when not stated."""
        return self.minutes.get(method.value, 0)


@dataclass(frozen=True, slots=True)
class LaneView:
    """A lane by the codes of its ends."""

    source: str
    target: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Network:
    """All locations and the carriers in use."""

    places: Mapping[int, Workplace]
    by_code: Mapping[str, Workplace]
    carriers: tuple[Schedule, ...]


def network(uow: Uow) -> Network:
    """Return the network as it is; read anew only when something of it was edited, which one statement tells."""
    database = uow.session.get_bind().engine.pool
    connection = uow.session.connection()
    token = tuple(connection.execute(_TOKEN).one())
    known = _KNOWN.get(database)
    if known is None or known[0] != token:
        places = [_workplace(row) for row in connection.execute(_PLACES)]
        made = Network({p.location_id: p for p in places}, {p.code: p for p in places}, _schedules(uow))
        known = _KNOWN[database] = token, made
    return known[1]


def lanes(uow: Uow, to_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    """Return minutes by (from, to) of all lanes that lead to these locations."""
    rows = fetch_in(uow.session, sa.select(_LANE), _LANE.c.to_location_id, to_ids)
    return {(row.from_location_id, row.to_location_id): row.minutes for row in rows}


def carriers(uow: Uow, *, after: str | None, limit: int) -> list[Carrier]:
    """Return carriers in order of code."""
    statement = sa.select(Carrier).order_by(col(Carrier.code)).limit(limit)
    return list(uow.session.scalars(statement.where(col(Carrier.code) > after) if after is not None else statement))


def lane_listing(
    uow: Uow, *, source: str | None, target: str | None, after: tuple[str, str] | None, limit: int
) -> list[LaneView]:
    """Return lanes of which the actor may see both ends, in order of codes."""
    one, other = _LOCATION.alias("one"), _LOCATION.alias("other")
    statement = (
        sa.select(one.c.code, other.c.code, _LANE.c.minutes)
        .join(one, one.c.id == _LANE.c.from_location_id)
        .join(other, other.c.id == _LANE.c.to_location_id)
        .where(visible(uow.actor.scope, one.c.id), visible(uow.actor.scope, other.c.id))
        .order_by(one.c.code, other.c.code)
        .limit(limit)
    )
    if source is not None:
        statement = statement.where(one.c.code == source)
    if target is not None:
        statement = statement.where(other.c.code == target)
    if after is not None:
        statement = statement.where(sa.tuple_(one.c.code, other.c.code) > sa.tuple_(*map(sa.literal, after)))
    return [LaneView(*row) for row in uow.session.connection().execute(statement)]


def _schedules(uow: Uow) -> tuple[Schedule, ...]:
    text = sa.cast(_CARRIER.c.document, sa.Text)
    statement = sa.select(_CARRIER.c.code, _CARRIER.c.name, text).where(_CARRIER.c.active).order_by(_CARRIER.c.code)
    return tuple(schedule_of(*row) for row in uow.session.connection().execute(statement))


def _workplace(row: Any) -> Workplace:
    return Workplace(
        location_id=row.id,
        code=row.code,
        hours=calendar_of(row.hours_text, row.time_zone),
        minutes=row.processing,
        per_hour=row.capacity.get("shipments_per_hour"),
        direction=direction(row.latitude, row.longitude),
    )
