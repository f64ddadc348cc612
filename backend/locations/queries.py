"""Reading locations. Every function shows only what lies in the actor's scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col, select

from backend.auth.scope import visible
from backend.persistence.bulk import chunks
from backend.persistence.uow import Uow
from models.enums import Compliance
from models.errors import not_found
from models.tables import Location, LocationGroupMember, LocationHealth


@dataclass(frozen=True, slots=True)
class LocationView:
    """A location and its colour; no health row yet is compliant, idle."""

    location: Location
    health: LocationHealth | None

    @property
    def compliance(self) -> Compliance:
        """Return its colour."""
        return Compliance(self.health.grade) if self.health else Compliance.COMPLIANT


def by_code(uow: Uow, codes: Iterable[str]) -> dict[str, Location]:
    """Return the visible locations with these codes, by code."""
    found: dict[str, Location] = {}
    for chunk in chunks(sorted(set(codes))):
        statement = select(Location).where(col(Location.code).in_(chunk), visible(uow.actor.scope, col(Location.id)))
        found.update({location.code: location for location in uow.session.exec(statement)})
    return found


def get(uow: Uow, code: str) -> LocationView:
    """Return one location, or raise NOT_FOUND."""
    row = uow.session.execute(_views(uow).where(col(Location.code) == code)).one_or_none()
    if row is None:
        raise not_found("location", code)
    return LocationView(*row)


def listing(
    uow: Uow,
    *,
    group: str | None = None,
    compliance: Compliance | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> list[LocationView]:
    """Return locations in order of their code, those after `after`, at most `limit`."""
    statement = _views(uow).order_by(col(Location.code))
    if group is not None:
        members = select(LocationGroupMember.location_id).where(LocationGroupMember.group_code == group)
        statement = statement.where(col(Location.id).in_(members))
    if compliance is not None:
        grade = sa.func.coalesce(col(LocationHealth.grade), Compliance.COMPLIANT.value)
        statement = statement.where(grade == compliance.value)
    if after is not None:
        statement = statement.where(col(Location.code) > after)
    return [LocationView(*row) for row in uow.session.execute(statement.limit(limit))]


def _views(uow: Uow) -> sa.Select[Location, LocationHealth]:
    return (
        sa.select(Location, LocationHealth)
        .outerjoin(LocationHealth, col(LocationHealth.location_id) == col(Location.id))
        .where(visible(uow.actor.scope, col(Location.id)))
    )
