"""Checks that the locations and groups an account or key is limited to exist: a typing slip must not go unseen."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped
from sqlmodel import col

from backend.persistence.uow import Uow
from models.errors import Fault
from models.tables import Location, LocationGroupMember


def limit_faults(uow: Uow, location_codes: Sequence[str], group_codes: Sequence[str]) -> list[Fault]:
    """Return one fault for every location or group that does not exist."""
    known_locations = _known(uow, col(Location.code), location_codes)
    known_groups = _known(uow, col(LocationGroupMember.group_code), group_codes)
    return [
        Fault(f"/locations/{place}", "not_found", f"There is no location {code}.")
        for place, code in enumerate(location_codes)
        if code not in known_locations
    ] + [
        Fault(f"/groups/{place}", "not_found", f"There is no location in a group {code}.")
        for place, code in enumerate(group_codes)
        if code not in known_groups
    ]


def _known(uow: Uow, column: Mapped[str], codes: Sequence[str]) -> set[str]:
    if not codes:
        return set()
    return set(uow.session.scalars(sa.select(column).where(column.in_(sorted(set(codes)))).distinct()))
