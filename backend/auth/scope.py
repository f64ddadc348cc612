"""Turn an actor's location scope into SQL: every query that shows locations or shipments uses this one function."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.actor import LocationScope
from models.tables import Location, LocationGroupMember


def visible(scope: LocationScope, location_id: Any) -> sa.ColumnElement[bool]:
    """Return a condition that is true for rows whose `location_id` column lies inside the scope."""
    if scope.everything:
        return sa.true()
    inside = sa.select(col(Location.id)).where(
        sa.or_(
            col(Location.code).in_(sorted(scope.location_codes)),
            col(Location.id).in_(
                sa.select(col(LocationGroupMember.location_id)).where(
                    col(LocationGroupMember.group_code).in_(sorted(scope.group_codes))
                )
            ),
        )
    )
    condition: sa.ColumnElement[bool] = location_id.in_(inside)
    return condition
