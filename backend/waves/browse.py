"""What the Waves page lists: sorted, counted, paged. SELECT only; one wave whole is `queries.py`."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.persistence.uow import Uow
from backend.sla.views import Direction
from backend.waves.queries import WaveView, among, views_of, wave_rows
from models.floor import WaveStatus
from models.tables import Location, PickWave, WaveRule

__all__ = ["ON_BOARD", "Direction", "WaveSort", "counts", "find", "places"]

#: A board shows so many waves of one state.
ON_BOARD = 30


class WaveSort(StrEnum):
    """What the list is in order of."""

    NEWEST = "newest"
    START = "start"
    UNITS = "units"
    LOCATION = "location"


def find(
    uow: Uow,
    *,
    location: str | None = None,
    statuses: Collection[WaveStatus] = (),
    sort: WaveSort = WaveSort.NEWEST,
    direction: Direction = Direction.DESCENDING,
    offset: int = 0,
    limit: int = 50,
) -> list[WaveView]:
    """Return a page of waves; those that nothing waits for come last when they are in order of their start."""
    statement = among(wave_rows(uow), location, statuses).order_by(*_order(sort, direction)).offset(offset).limit(limit)
    return views_of(uow, list(uow.session.execute(statement)))


def counts(uow: Uow, location: str | None = None) -> dict[WaveStatus, int]:
    """Return how many waves there are of each state."""
    statement = (
        sa.select(col(PickWave.status), sa.func.count())
        .where(visible(uow.actor.scope, col(PickWave.location_id)))
        .group_by(col(PickWave.status))
    )
    if location is not None:
        statement = statement.where(col(PickWave.location_id).in_(_place(location)))
    return {WaveStatus(row[0]): int(row[1]) for row in uow.session.execute(statement)}


def places(uow: Uow) -> list[tuple[str, str]]:
    """Return (code, name) of the locations that have waves or rules for them, by name."""
    known = sa.union(sa.select(col(PickWave.location_id)), sa.select(col(WaveRule.location_id))).subquery()
    statement = (
        sa.select(col(Location.code), col(Location.name))
        .where(col(Location.id).in_(sa.select(known.c[0])), visible(uow.actor.scope, col(Location.id)))
        .order_by(col(Location.name), col(Location.code))
    )
    return [(code, name) for code, name in uow.session.execute(statement)]


def _place(code: str) -> Any:
    return sa.select(col(Location.id)).where(col(Location.code) == code)


def _order(sort: WaveSort, direction: Direction) -> list[Any]:
    columns: dict[WaveSort, Any] = {
        WaveSort.NEWEST: col(PickWave.id),
        WaveSort.START: col(PickWave.latest_safe_start_at),
        WaveSort.UNITS: col(PickWave.units),
        WaveSort.LOCATION: col(Location.name),
    }
    column = columns[sort]
    first = [column.is_(None)] if sort is WaveSort.START else []
    both = (column, col(PickWave.id))
    return [*first, *(each.desc() if direction is Direction.DESCENDING else each.asc() for each in both)]
