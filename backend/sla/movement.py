"""When a shipment last took a step at a location, noted at most once a minute. Who tells that nothing moves any more is
`watch.py`."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from backend.persistence.bulk import chunks, table_of
from backend.persistence.uow import Uow
from models.tables import LocationHealth

_HEALTH = table_of(LocationHealth)
_EVERY = timedelta(seconds=60)


class Movements:
    """Locations where something moved in a transaction, noted once just before it commits, in ascending order."""

    def __init__(self) -> None:
        self.ids: set[int] = set()

    def close(self, uow: Uow) -> None:
        """Note them where the last note is older than a minute, except where somebody else is just doing so."""
        old = sa.or_(_HEALTH.c.moved_at.is_(None), _HEALTH.c.moved_at < uow.now - _EVERY)
        for chunk in chunks(sorted(self.ids)):
            due = sa.select(_HEALTH.c.location_id).where(_HEALTH.c.location_id.in_(chunk), old)
            locked = due.with_for_update(skip_locked=True, key_share=True)
            ids = uow.session.connection().scalars(locked).all()
            if ids:
                noted = sa.update(_HEALTH).where(_HEALTH.c.location_id.in_(ids)).values(moved_at=uow.now)
                uow.session.connection().execute(noted)
        self.ids.clear()


def moved(uow: Uow, location_id: int) -> None:
    """Note that a shipment took a step at a location."""
    uow.ending(Movements).ids.add(location_id)
