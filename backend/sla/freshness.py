"""A location's last sign of life, noted at most once a minute. When it is too old is `queries.stale_condition`.

A closed location owes no sign of life: while it is closed, its silence does not make its data old.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa

from backend.persistence.bulk import chunks, table_of
from backend.persistence.uow import Uow
from backend.sla.calendar import open_now
from models.tables import Location

LOCATION = table_of(Location)
_EVERY = timedelta(seconds=60)


class SignsOfLife:
    """Locations heard from in a transaction, noted once just before it commits, in ascending order."""

    def __init__(self) -> None:
        self._ids: set[int] = set()

    def add(self, location_ids: Iterable[int]) -> None:
        """Remember locations."""
        self._ids.update(location_ids)

    def close(self, uow: Uow) -> None:
        """Note them where the last note is older than a minute, except where somebody else is just doing so."""
        old = sa.or_(LOCATION.c.data_seen_at.is_(None), LOCATION.c.data_seen_at < uow.now - _EVERY)
        for chunk in chunks(sorted(self._ids)):
            due = (
                sa.select(LOCATION.c.id)
                .where(LOCATION.c.id.in_(chunk), old)
                .with_for_update(skip_locked=True, key_share=True)
            )
            ids = uow.session.connection().scalars(due).all()
            if ids:
                uow.session.connection().execute(
                    sa.update(LOCATION).where(LOCATION.c.id.in_(ids)).values(data_seen_at=uow.now)
                )
        self._ids.clear()


def touch(uow: Uow, location_ids: Iterable[int]) -> None:
    """Note that these locations are alive: a shipment moved, or the shop's systems said so."""
    uow.ending(SignsOfLife).add(location_ids)


def excuse_closed(uow: Uow) -> int:
    """Note closed locations as heard from before their silence would count against them; return how many."""
    silent = sa.select(
        LOCATION.c.id,
        LOCATION.c.closed_reason,
        LOCATION.c.time_zone,
        sa.cast(LOCATION.c.hours, sa.Text).label("hours_text"),
    ).where(LOCATION.c.data_seen_at < uow.now - uow.stale_after / 2)
    closed = [
        row.id
        for row in uow.session.connection().execute(silent)
        if row.closed_reason is not None or not open_now(row.hours_text, row.time_zone, at=uow.now)
    ]
    touch(uow, closed)
    return len(closed)
