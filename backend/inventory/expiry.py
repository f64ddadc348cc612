"""Lots whose last day is over, by the clock of their location, are no longer sold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from backend.inventory import balances
from backend.inventory import lots as lot_rows
from backend.inventory.balances import Entry
from backend.inventory.fefo import expires_at, is_sellable
from backend.inventory.lots import LOT
from backend.inventory.rules import Key
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from models.tables import Location

_LOCATION = table_of(Location)


#: A balance with expired lots, and the zone of its location.
Due = tuple[Key, str]


def expire(uow: Uow, due: Sequence[Due]) -> None:
    """Make the lots of these balances unsellable that expired.

    Units promised from them are allocated from other lots where there are, else they are pending.
    """
    zones = dict(due)
    locked = balances.lock(uow, zones)
    shelf = lot_rows.shelf(uow, locked)
    gone: dict[Key, int] = defaultdict(int)
    entries: list[Entry] = []
    for key in sorted(locked):
        for lot in shelf.of(key):
            if not lot.sellable or lot.name.expires_on is None or is_sellable(lot.name, _today(uow, zones[key])):
                continue
            shelf.put(key, replace(lot, sellable=False))
            gone[key] += lot.on_hand
            entries.append(Entry(key, "expired", unsellable=lot.on_hand, lot_id=lot.id))
        shelf.mend(key)
    shelf.save(uow)
    after = {key: locked[key].balance.after(unsellable=units) for key, units in gone.items() if units}
    if after:
        balances.write(uow, locked, after, entries)


def next_expiry(uow: Uow) -> datetime | None:
    """Return when the first of the sellable lots expires, or did (None: nothing expires)."""
    # Zones differ by a day: look at all that end around then.
    first = uow.session.connection().execute(sa.select(sa.func.min(LOT.c.expires_on)).where(LOT.c.sellable)).scalar()
    if first is None:
        return None
    soon = (
        sa.select(LOT.c.expires_on, _LOCATION.c.time_zone)
        .join(_LOCATION, _LOCATION.c.id == LOT.c.location_id)
        .where(LOT.c.sellable, LOT.c.expires_on <= first + timedelta(days=1))
        .distinct()
    )
    return min(expires_at(*row) for row in uow.session.connection().execute(soon).tuples())


def due(uow: Uow) -> list[Due]:
    """Return the balances with lots that expired and are not unsellable yet, the longest over first."""
    connection = uow.session.connection()
    zones = connection.execute(sa.select(_LOCATION.c.time_zone).distinct()).scalars().all()
    over = [sa.and_(_LOCATION.c.time_zone == zone, LOT.c.expires_on < _today(uow, zone)) for zone in zones]
    statement = (
        sa.select(LOT.c.location_id, LOT.c.product_id, _LOCATION.c.time_zone)
        .join(_LOCATION, _LOCATION.c.id == LOT.c.location_id)
        .where(LOT.c.sellable, sa.or_(sa.false(), *over))
        .order_by(LOT.c.expires_on, LOT.c.id)
    )
    rows = connection.execute(statement).all()
    return list(dict.fromkeys(((row.location_id, row.product_id), row.time_zone) for row in rows))


def _today(uow: Uow, zone: str) -> date:
    return uow.now.astimezone(ZoneInfo(zone)).date()
