"""Which groups (regions, chains, states …) there are, for filters. SELECT only; the locations are `queries.py`."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.persistence.uow import Uow
from models.tables import LocationGroupMember


def group_codes(uow: Uow) -> Sequence[str]:
    """Return the codes of all groups that have a location the actor may see, in order."""
    return uow.session.scalars(
        sa.select(col(LocationGroupMember.group_code))
        .where(visible(uow.actor.scope, col(LocationGroupMember.location_id)))
        .distinct()
        .order_by(col(LocationGroupMember.group_code))
    ).all()
