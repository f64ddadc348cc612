"""What is shown of SLA health: lists, one location, queues. SELECT only, always within the actor's scope.

The whole map at once is `geo.py`; history is `history.py`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.persistence.uow import Uow
from backend.sla.calendar import open_now
from backend.sla.grading import Counts
from backend.sla.views import (
    Direction,
    Held,
    LocationFilter,
    LocationPage,
    LocationSort,
    LocationView,
    Shown,
    SummaryView,
)
from models.enums import Compliance
from models.errors import not_found
from models.tables import Location, LocationGroupMember, LocationHealth, Order, Shipment

_HEALTH = LocationHealth
_OPEN = sa.func.coalesce(col(_HEALTH.compliant) + col(_HEALTH.at_risk) + col(_HEALTH.non_compliant), 0)
_GRADE = sa.func.coalesce(col(_HEALTH.grade), Compliance.COMPLIANT.value)
_SEVERITY = sa.case({Compliance.NON_COMPLIANT.value: 2, Compliance.AT_RISK.value: 1}, value=_GRADE, else_=0)


def stale_condition(uow: Uow) -> sa.ColumnElement[bool]:
    """Return a condition for locations with open work and no sign of life for too long."""
    return sa.and_(col(Location.data_seen_at) < uow.now - uow.stale_after, _OPEN > 0)


def summary(uow: Uow, *, filters: LocationFilter = LocationFilter()) -> SummaryView:
    """Return the network in one row, over the locations that the filters and the actor's scope leave."""
    stale = stale_condition(uow)
    rows = uow.session.execute(
        _filtered(
            uow,
            filters,
            sa.case((stale, Shown.STALE.value), else_=_GRADE).label("shown"),
            sa.func.count().label("locations"),
            sa.func.sum(sa.case((_OPEN == 0, 1), else_=0)).label("idle"),
            *(sa.func.coalesce(sa.func.sum(getattr(_HEALTH, name)), 0).label(name) for name in _NUMBERS),
        ).group_by(sa.literal_column("shown"))
    ).all()
    total = {name: int(sum(getattr(row, name) for row in rows)) for name in _NUMBERS}
    return SummaryView(
        locations=sum(row.locations for row in rows),
        shown={shown: sum(row.locations for row in rows if row.shown == shown) for shown in Shown},
        idle=int(sum(row.idle for row in rows)),
        counts=Counts(total["compliant"], total["at_risk"], total["non_compliant"]),
        met=total["met"],
        missed=total["missed"],
        oldest_placed_at=_oldest(uow, filters),
        orders_per_second=_pace(uow),
        as_of=uow.now,
    )


def list_locations(
    uow: Uow,
    filters: LocationFilter = LocationFilter(),
    *,
    sort: LocationSort = LocationSort.WORST,
    direction: Direction = Direction.ASCENDING,
    offset: int = 0,
    limit: int = 50,
) -> LocationPage:
    """Return one page of locations; `WORST` ascending (the default) has the worst first; ties always go by code."""
    total = uow.session.scalar(_filtered(uow, filters, sa.func.count())) or 0
    query = _filtered(uow, filters, *_columns(uow)).order_by(*_order(sort, direction), col(Location.code))
    rows = uow.session.execute(query.offset(offset).limit(limit)).all()
    return LocationPage(
        items=tuple(_view(uow, row) for row in rows),
        total=total,
        next=offset + limit if offset + limit < total else None,
        as_of=uow.now,
    )


def location(uow: Uow, code: str) -> LocationView:
    """Return one location's health; NOT_FOUND when there is none or it lies outside the actor's scope."""
    row = uow.session.execute(
        _filtered(uow, LocationFilter(), *_columns(uow)).where(col(Location.code) == code)
    ).one_or_none()
    if row is None:
        raise not_found("location", code)
    return _view(uow, row)


_NUMBERS = ("compliant", "at_risk", "non_compliant", "met", "missed")


def _filtered(uow: Uow, filters: LocationFilter, *columns: Any) -> sa.Select[Any]:
    query = (
        sa.select(*columns)
        .select_from(Location)
        .outerjoin(_HEALTH, col(_HEALTH.location_id) == col(Location.id))
        .where(visible(uow.actor.scope, col(Location.id)))
    )
    for condition in conditions(uow, filters):
        query = query.where(condition)
    return query


def conditions(uow: Uow, filters: LocationFilter) -> list[sa.ColumnElement[bool]]:
    """Return the filters as conditions on Location joined (outer) with LocationHealth."""
    found: list[sa.ColumnElement[bool]] = []
    if filters.status:
        shown = sa.case((stale_condition(uow), Shown.STALE.value), else_=_GRADE)
        found.append(shown.in_([status.value for status in filters.status]))
    if filters.codes:
        found.append(col(Location.code).in_(filters.codes))
    if filters.kind:
        found.append(col(Location.kind) == filters.kind)
    if filters.method:
        # Methods are a closed set of plain words, so that this is exact on both databases.
        found.append(sa.cast(col(Location.methods), sa.Text).contains(f'"{filters.method}"', autoescape=True))
    if filters.group:
        members = sa.select(col(LocationGroupMember.location_id)).where(
            col(LocationGroupMember.group_code) == filters.group
        )
        found.append(col(Location.id).in_(members))
    if filters.after_code:
        found.append(col(Location.code) > filters.after_code)
    if filters.search:
        found.append(
            sa.or_(
                col(Location.code).icontains(filters.search, autoescape=True),
                col(Location.name).icontains(filters.search, autoescape=True),
            )
        )
    return found


def _columns(uow: Uow) -> list[Any]:
    return [
        *(getattr(Location, name) for name in _LOCATION),
        sa.cast(col(Location.hours), sa.Text).label("hours_text"),
        *(getattr(_HEALTH, name) for name in (*_NUMBERS, *_STANDING)),
        stale_condition(uow).label("stale"),
    ]


_STANDING = ("grade", "since", "rule_version", "changed_at", "better_since", "better_grade", "regrade_at")
_LOCATION = (
    "id",
    "code",
    "name",
    "kind",
    "latitude",
    "longitude",
    "time_zone",
    "groups",
    "methods",
    "closed_reason",
    "data_seen_at",
)


def _order(sort: LocationSort, direction: Direction) -> list[Any]:
    descending = direction is Direction.DESCENDING
    if sort is LocationSort.WORST:
        late = sa.func.coalesce(col(_HEALTH.non_compliant), 0)
        risk = sa.func.coalesce(col(_HEALTH.at_risk), 0)
        worst = [_SEVERITY, late, risk, _OPEN]
        return [part.asc() if descending else part.desc() for part in worst]
    plain: dict[LocationSort, Any] = {
        LocationSort.CODE: col(Location.code),
        LocationSort.NAME: col(Location.name),
        LocationSort.OPEN: _OPEN,
        LocationSort.SINCE: col(_HEALTH.since),
    }
    column = plain[sort] if sort in plain else sa.func.coalesce(getattr(_HEALTH, sort.value), 0)
    return [column.desc() if descending else column.asc()]


def _view(uow: Uow, row: Any) -> LocationView:
    return LocationView(
        id=row.id,
        code=row.code,
        name=row.name,
        kind=row.kind,
        latitude=row.latitude,
        longitude=row.longitude,
        time_zone=row.time_zone,
        groups=tuple(row.groups),
        methods=tuple(row.methods),
        grade=Compliance(row.grade or Compliance.COMPLIANT),
        counts=Counts(row.compliant or 0, row.at_risk or 0, row.non_compliant or 0),
        met=row.met or 0,
        missed=row.missed or 0,
        since=row.since,
        rule_version=row.rule_version or 0,
        stale=bool(row.stale),
        closed=row.closed_reason is not None or not open_now(row.hours_text, row.time_zone, at=uow.now),
        closed_reason=row.closed_reason,
        data_seen_at=row.data_seen_at,
        changed_at=row.changed_at,
        held=_held(row),
    )


def _held(row: Any) -> Held | None:
    if row.better_since is None or row.regrade_at is None or row.better_grade is None:
        return None
    return Held(row.better_since, row.regrade_at, Compliance(row.better_grade))


def _oldest(uow: Uow, filters: LocationFilter) -> Any:
    """Return when the oldest running shipment was placed; the partial index makes this one step."""
    query = (
        sa.select(col(Shipment.placed_at))
        .where(col(Shipment.sla_due_at).is_not(None), visible(uow.actor.scope, col(Shipment.location_id)))
        .order_by(col(Shipment.placed_at))
        .limit(1)
    )
    if filters != LocationFilter():
        query = query.where(col(Shipment.location_id).in_(_filtered(uow, filters, col(Location.id))))
    return uow.session.scalar(query)


def _pace(uow: Uow) -> float:
    """Return orders per second over the last minute; the whole network's, so only for those who see all of it."""
    if not uow.actor.scope.everything:
        return 0.0
    minute = sa.select(sa.func.count()).where(
        col(Order.placed_at) > uow.now - timedelta(minutes=1), col(Order.placed_at) <= uow.now
    )
    return (uow.session.scalar(minute) or 0) / 60
