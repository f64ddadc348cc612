"""The one writer of controls: put one on a location, take it back, end those that ran out.

Every change adds one to the location's version, by which routing knows that its picture of the network is old.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select

from backend.controls import rules
from backend.controls.rules import NewControl
from backend.locations import queries as locations
from backend.orders import waiting
from backend.persistence.bulk import insert_rows, table_of
from backend.persistence.uow import Uow
from backend.routing import limits
from backend.sla.calendar import to_instant
from backend.wakeups import Topic
from models.enums import Method
from models.errors import invalid, not_found
from models.events import EventType
from models.floor import ControlKind
from models.tables import Location, LocationControl

_CONTROL = table_of(LocationControl)

_ENDED = "ended"


def put(uow: Uow, location: str, new: NewControl) -> int:
    """Put a control on a location and return its id; one of the same kind that runs there is replaced.

    A cap counts what the location was given since its window began. Raises NOT_FOUND, INVALID with every fault.
    """
    place = _locked(uow, location)
    found = rules.faults(new, offered=map(Method, place.methods), now=uow.now)
    if found:
        raise invalid(found)
    same = (_CONTROL.c.location_id == place.id, _CONTROL.c.kind == new.kind.value, _CONTROL.c.subject == new.subject)
    _end(uow, place, _open(uow, *same), "replaced")
    until = new.until or _midnight(uow.now, ZoneInfo(place.time_zone))
    row = {
        "location_id": place.id,
        "kind": new.kind.value,
        "subject": new.subject,
        "value": dict(new.limit),
        "reason": new.reason,
        "actor": uow.actor.label,
        "at": uow.now,
        "until": until,
    }
    insert_rows(uow.session, LocationControl, [row])
    if new.kind is ControlKind.CAP:
        limits.recount(uow, place, new.limit)
    (one,) = _open(uow, *same)
    _tell(uow, place, one, "began")
    uow.wake(Topic.CONTROLS, until)
    _renew(uow, place)
    return int(one.id)


def take_back(uow: Uow, location: str, control_id: int) -> None:
    """End a control before its time: everything is as before. NOT_FOUND when it does not run there."""
    place = _locked(uow, location)
    rows = _open(uow, _CONTROL.c.id == control_id, _CONTROL.c.location_id == place.id, _CONTROL.c.until > uow.now)
    if not rows:
        raise not_found("control", control_id)
    _end(uow, place, rows, "taken_back")
    _after(uow, place)


def end_due(uow: Uow, location_ids: Sequence[int]) -> None:
    """End the controls of these locations that have run out."""
    for place in _lock(uow, col(Location.id).in_(location_ids)):
        rows = _open(uow, _CONTROL.c.location_id == place.id, _CONTROL.c.until <= uow.now)
        if rows:
            _end(uow, place, rows, "ran_out")
            _after(uow, place)


def _locked(uow: Uow, code: str) -> Location:
    """Lock a location, so that two managers come one after the other; NOT_FOUND when it is not there to be seen."""
    if code not in locations.by_code(uow, [code]):
        raise not_found("location", code)
    return _lock(uow, col(Location.code) == code)[0]


def _lock(uow: Uow, which: Any) -> Sequence[Location]:
    statement = select(Location).where(which).order_by(col(Location.id)).with_for_update(key_share=True)
    return uow.session.exec(statement.execution_options(populate_existing=True)).all()


def _open(uow: Uow, *which: sa.ColumnElement[bool]) -> Sequence[Any]:
    statement = sa.select(_CONTROL).where(_CONTROL.c.ended_at.is_(None), *which).order_by(_CONTROL.c.id)
    return uow.session.connection().execute(statement).all()


def _end(uow: Uow, place: Location, rows: Sequence[Any], how: str) -> None:
    ids = [row.id for row in rows]
    ended = {"ended_at": uow.now, "ended_by": uow.actor.label}
    if ids:
        uow.session.connection().execute(_CONTROL.update().where(_CONTROL.c.id.in_(ids)).values(**ended))
    for row in rows:
        _tell(uow, place, row, how)


def _after(uow: Uow, place: Location) -> None:
    """A location takes more again: its own limit counts afresh, and orders that found no place look again."""
    if place.daily_limit:
        limits.recount(uow, place, place.daily_limit)
    _renew(uow, place)
    waiting.look_again(uow, int(place.id or 0))


def _renew(uow: Uow, place: Location) -> None:
    place.version += 1
    place.updated_at = uow.now
    uow.session.flush()


def _tell(uow: Uow, place: Location, row: Any, action: str) -> None:
    data = {
        "location": place.code,
        "action": action,
        "control": row.id,
        "kind": row.kind,
        "method": row.subject or None,
        "limit": row.value or None,
        "reason": row.reason,
        "until": row.until.isoformat(),
    }
    uow.record(EventType.LOCATION_CONTROLLED, subject=f"location/{place.code}", data=data, location_id=place.id)


def _midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the next midnight of a location's own clock."""
    tomorrow = now.astimezone(zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return to_instant(tomorrow, zone)
