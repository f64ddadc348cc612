"""Which controls run, where; SELECT only. Everything that is shown lies in the actor's scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.controls.rules import Effect, effect
from backend.locations import queries as locations
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from models.floor import ControlKind
from models.tables import LocationControl

_CONTROL = table_of(LocationControl)


@dataclass(frozen=True, slots=True)
class ControlView:
    """A control as it is shown; `ended_at` None: it runs."""

    id: int
    kind: ControlKind
    subject: str
    value: Mapping[str, Any]
    reason: str
    actor: str
    at: datetime
    until: datetime
    ended_at: datetime | None
    ended_by: str | None


def effects(uow: Uow, location_id: int | None = None) -> dict[int, Effect]:
    """Return what controls do now, by location id: everywhere, or at one location."""
    statement = sa.select(_CONTROL.c.location_id, _CONTROL.c.kind, _CONTROL.c.subject, _CONTROL.c.value).where(
        _runs(uow.now)
    )
    if location_id is not None:
        statement = statement.where(_CONTROL.c.location_id == location_id)
    found: dict[int, list[tuple[ControlKind, str, Mapping[str, Any]]]] = {}
    for place, kind, subject, value in uow.session.connection().execute(statement):
        found.setdefault(place, []).append((ControlKind(kind), subject, value))
    return {place: effect(running) for place, running in found.items()}


def running(uow: Uow, location: str) -> list[ControlView]:
    """Return the controls that run at a location, the one that ends first on top; NOT_FOUND for an unknown one."""
    place = locations.get(uow, location).location.id
    names = list(ControlView.__dataclass_fields__)
    statement = (
        sa.select(*(_CONTROL.c[name] for name in names))
        .where(_CONTROL.c.location_id == place, _runs(uow.now))
        .order_by(_CONTROL.c.until, _CONTROL.c.id)
    )
    rows = uow.session.connection().execute(statement).mappings()
    return [ControlView(**{**row, "kind": ControlKind(row["kind"])}) for row in rows]


def run_out(uow: Uow) -> list[int]:
    """Return the ids of the locations with controls that ran out and that nobody ended."""
    over = sa.select(_CONTROL.c.location_id).where(_CONTROL.c.ended_at.is_(None), _CONTROL.c.until <= uow.now)
    return sorted(set(uow.session.connection().scalars(over)))


def next_end(uow: Uow, *, after: datetime) -> datetime | None:
    """Return when, after a moment, the next control that nobody ended runs out: one look at an index."""
    statement = sa.select(sa.func.min(_CONTROL.c.until)).where(_CONTROL.c.ended_at.is_(None), _CONTROL.c.until > after)
    found: datetime | None = uow.session.execute(statement).scalar()
    return found


def _runs(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(_CONTROL.c.ended_at.is_(None), _CONTROL.c.until > now)
