"""The whole map at once: plain rows, no ORM, quick for 10,000 locations. Lists with paging are `queries.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.persistence.uow import Uow
from backend.sla.calendar import open_now
from backend.sla.grading import Counts
from backend.sla.queries import conditions, stale_condition
from backend.sla.views import GeoPoint, LocationFilter
from models.enums import Compliance
from models.tables import Location, LocationHealth


def geo_points(uow: Uow, filters: LocationFilter = LocationFilter()) -> Sequence[GeoPoint]:
    """Return every location that has coordinates and passes the filters, by code."""
    return _points(uow, conditions(uow, filters))


def geo_changes(uow: Uow, since: datetime, filters: LocationFilter = LocationFilter()) -> Sequence[GeoPoint]:
    """Return the points whose counts or colour changed at or after `since` (business time).

    Staleness and opening hours change without a row changing: refresh the whole map once a minute for those.
    """
    return _points(uow, [*conditions(uow, filters), col(LocationHealth.changed_at) >= since])


def _points(uow: Uow, where: Sequence[sa.ColumnElement[bool]]) -> Sequence[GeoPoint]:
    query = (
        sa.select(
            *(getattr(Location, name) for name in ("id", "code", "name", "kind", "latitude", "longitude", "time_zone")),
            col(Location.closed_reason),
            sa.cast(col(Location.hours), sa.Text).label("hours_text"),
            *(getattr(LocationHealth, name) for name in ("compliant", "at_risk", "non_compliant", "grade", "since")),
            stale_condition(uow).label("stale"),
        )
        .select_from(Location)
        .outerjoin(LocationHealth, col(LocationHealth.location_id) == col(Location.id))
        .where(
            visible(uow.actor.scope, col(Location.id)),
            col(Location.latitude).is_not(None),
            col(Location.longitude).is_not(None),
            *where,
        )
        .order_by(col(Location.code))
    )
    opened: dict[tuple[str, str], bool] = {}
    return [_point(row, uow.now, opened) for row in uow.session.connection().execute(query)]


_GRADES = {band.value: band for band in Compliance}


def _point(row: Any, now: datetime, opened: dict[tuple[str, str], bool]) -> GeoPoint:
    """Return one point; `opened` remembers the answer for locations that share their hours."""
    id_, code, name, kind, latitude, longitude, zone, closed_reason, hours, *health = row
    compliant, at_risk, late, grade, since, stale = health
    key = (hours, zone)
    if key not in opened:
        opened[key] = open_now(hours, zone, at=now)
    return GeoPoint(
        id=id_,
        code=code,
        name=name,
        kind=kind,
        latitude=latitude,
        longitude=longitude,
        grade=_GRADES[grade] if grade else Compliance.COMPLIANT,
        counts=Counts(compliant or 0, at_risk or 0, late or 0),
        stale=bool(stale),
        closed=closed_reason is not None or not opened[key],
        since=since,
    )
