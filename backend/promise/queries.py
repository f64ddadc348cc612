"""What promises are made with: locations, carriers and lanes, each in one statement per batch. SELECT only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from backend.promise.carriers import Schedule, schedule_of
from backend.sla.calendar import OpenHours, calendar_of
from models.enums import Method
from models.tables import Carrier, Location, TransferLane

_LOCATION = table_of(Location)
_CARRIER = table_of(Carrier)
_LANE = table_of(TransferLane)


@dataclass(frozen=True, slots=True)
class Workplace:
    """A location as promises see it; `minutes` of work by method, `per_hour` None when its capacity is not stated."""

    location_id: int
    code: str
    hours: OpenHours
    minutes: dict[str, int]
    per_hour: float | None

    def processing(self, method: Method) -> int:
        """Return the open minutes of work on one shipment, 0 when not stated."""
        return self.minutes.get(method.value, 0)


@dataclass(frozen=True, slots=True)
class LaneView:
    """A lane by the codes of its ends."""

    source: str
    target: str
    minutes: int


def workplaces(uow: Uow, ids: Iterable[int]) -> dict[int, Workplace]:
    """Return locations by id."""
    return {row.id: _workplace(row) for row in fetch_in(uow.session, _places(), _LOCATION.c.id, ids)}


def workplaces_by_code(uow: Uow, codes: Iterable[str]) -> dict[str, Workplace]:
    """Return locations by code."""
    return {row.code: _workplace(row) for row in fetch_in(uow.session, _places(), _LOCATION.c.code, codes)}


def schedules(uow: Uow) -> tuple[Schedule, ...]:
    """Return the carriers in use, in order of code."""
    text = sa.cast(_CARRIER.c.document, sa.Text)
    statement = sa.select(_CARRIER.c.code, _CARRIER.c.name, text).where(_CARRIER.c.active).order_by(_CARRIER.c.code)
    return tuple(schedule_of(*row) for row in uow.session.connection().execute(statement))


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


def _places() -> sa.Select[tuple[int, str, str, str, dict[str, int], dict[str, float]]]:
    columns = _LOCATION.c
    hours = sa.cast(columns.hours, sa.Text).label("hours_text")
    return sa.select(columns.id, columns.code, columns.time_zone, hours, columns.processing, columns.capacity)


def _workplace(row: sa.Row[tuple[int, str, str, str, dict[str, int], dict[str, float]]]) -> Workplace:
    return Workplace(
        location_id=row.id,
        code=row.code,
        hours=calendar_of(row.hours_text, row.time_zone),
        minutes=row.processing,
        per_hour=row.capacity.get("shipments_per_hour"),
    )
