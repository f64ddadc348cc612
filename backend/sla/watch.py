"""Tells of locations that stalled (there is work, they are open, nothing moves) and of those that fell silent, and when
that is over. Each is told once: for every location the two events of a pair take turns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend.persistence.bulk import chunks, fetch_in, table_of
from backend.persistence.uow import Uow
from backend.sla.calendar import calendar_of
from backend.sla.notices import rfc3339
from backend.sla.rulebook import rulebook
from models.events import EventType
from models.tables import Location, LocationHealth, Shipment

_HEALTH, _LOCATION, _SHIPMENT = table_of(LocationHealth), table_of(Location), table_of(Shipment)
_OPEN = _HEALTH.c.compliant + _HEALTH.c.at_risk + _HEALTH.c.non_compliant
_ROWS = sa.select(
    _LOCATION.c.id,
    _LOCATION.c.code,
    _LOCATION.c.name,
    _LOCATION.c.groups,
    _LOCATION.c.time_zone,
    _LOCATION.c.closed_reason,
    _LOCATION.c.data_seen_at,
    sa.cast(_LOCATION.c.hours, sa.Text).label("hours_text"),
    _OPEN.label("open"),
    _HEALTH.c.moved_at,
    _HEALTH.c.stalled_since,
    _HEALTH.c.stale_since,
).join_from(_HEALTH, _LOCATION, _LOCATION.c.id == _HEALTH.c.location_id)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two events that take turns, and the column that says which was the last."""

    column: str
    begins: EventType
    ends: EventType


STALLED = Pair("stalled_since", EventType.LOCATION_STALLED, EventType.LOCATION_MOVING)
STALE = Pair("stale_since", EventType.LOCATION_STALE, EventType.LOCATION_FRESH)


def watch(uow: Uow) -> int:
    """Look at every location that has work, or that something was told of; return how many events that made."""
    known = sa.or_(_OPEN > 0, _HEALTH.c.stalled_since.is_not(None), _HEALTH.c.stale_since.is_not(None))
    rows = uow.session.connection().execute(_ROWS.where(known).order_by(_LOCATION.c.id)).all()
    stale = {row.id: row.data_seen_at for row in rows if _is_stale(uow, row)}
    return _turn(uow, STALLED, rows, _stalled(uow, rows)) + _turn(uow, STALE, rows, stale)


def _is_stale(uow: Uow, row: Any) -> bool:
    """As `queries.stale_condition` has it."""
    return bool(row.open > 0 and row.data_seen_at is not None and row.data_seen_at < uow.now - uow.stale_after)


def _stalled(uow: Uow, rows: Iterable[Any]) -> dict[int, datetime]:
    """Return since when nothing moves, by location, where that is too long: in open time, with work all along."""
    rules = rulebook(uow)
    limit_of = {row.id: timedelta(minutes=rules.of(row.groups)[1].stalled_minutes) for row in rows}
    quiet = [row for row in rows if row.open > 0 and row.closed_reason is None]
    quiet = [row for row in quiet if row.moved_at is None or row.moved_at <= uow.now - limit_of[row.id]]
    arrived = _work_since(uow, (row.id for row in quiet))
    found: dict[int, datetime] = {}
    for row in quiet:
        since = max((at for at in (row.moved_at, arrived.get(row.id)) if at is not None), default=None)
        if since is None or since > uow.now - limit_of[row.id]:
            continue
        hours = calendar_of(row.hours_text, row.time_zone)
        waited = hours.between(since, uow.now) >= limit_of[row.id].total_seconds()
        # What stalled stays so over night: closing is no movement.
        if waited and (hours.is_open(uow.now) or row.stalled_since is not None):
            found[row.id] = since
    return found


def _work_since(uow: Uow, location_ids: Iterable[int]) -> Mapping[int, datetime]:
    """Return when the oldest running shipment of each location was given to it."""
    oldest = sa.select(_SHIPMENT.c.location_id, sa.func.min(_SHIPMENT.c.assigned_at).label("at"))
    running = oldest.where(_SHIPMENT.c.sla_due_at.is_not(None)).group_by(_SHIPMENT.c.location_id)
    return {row.location_id: row.at for row in fetch_in(uow.session, running, _SHIPMENT.c.location_id, location_ids)}


def _turn(uow: Uow, pair: Pair, rows: Iterable[Any], now_so: Mapping[int, datetime]) -> int:
    """Tell of what began and of what is over, each once: whoever sets the column tells."""
    begins = [row for row in rows if row.id in now_so and getattr(row, pair.column) is None]
    ends = [row for row in rows if row.id not in now_so and getattr(row, pair.column) is not None]
    column = _HEALTH.c[pair.column]
    set_now = _changed(uow, begins, column.is_(None), {pair.column: uow.now})
    cleared = _changed(uow, ends, column.is_not(None), {pair.column: None})
    for row in begins:
        if row.id in set_now:
            _tell(uow, pair.begins, row, since=now_so[row.id])
    for row in ends:
        if row.id in cleared:
            _tell(uow, pair.ends, row, since=uow.now)
    return len(set_now) + len(cleared)


def _changed(uow: Uow, rows: Iterable[Any], guard: sa.ColumnElement[bool], values: dict[str, Any]) -> set[int]:
    done: set[int] = set()
    for chunk in chunks(row.id for row in rows):
        mine = sa.update(_HEALTH).where(_HEALTH.c.location_id.in_(chunk), guard).values(values)
        done.update(uow.session.connection().scalars(mine.returning(_HEALTH.c.location_id)))
    return done


def _tell(uow: Uow, type_: EventType, row: Any, *, since: datetime) -> None:
    data: dict[str, Any] = {"location": row.code, "name": row.name, "since": rfc3339(since)}
    if type_ in (EventType.LOCATION_STALLED, EventType.LOCATION_MOVING):
        data["open"] = row.open
    uow.record(type_, subject=f"location/{row.code}", location_id=row.id, data=data)
