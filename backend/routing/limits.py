"""How much a location may be given per hour, day or week, counted where it is given. Only locations with a limit pay.

Locks come after those of the stock, in ascending order of location, like everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from backend.controls import queries as controls
from backend.persistence.bulk import fetch_in, insert_missing, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from backend.routing.facts import Limit, Load
from backend.sla.calendar import to_instant
from models.enums import LoadWindow, ShipmentStatus
from models.tables import Location, LocationLoad, OrderLine, Shipment, ShipmentLine
from models.types import BigId

_LOADS = table_of(LocationLoad)
_SHIPMENTS, _SHIPMENT_LINES, _LINES = table_of(Shipment), table_of(ShipmentLine), table_of(OrderLine)


@dataclass(frozen=True, slots=True)
class Given:
    """What an order gives to a location; money in minor units."""

    location_id: int
    items: int
    money_minor: int
    orders: int = 1


@dataclass(frozen=True, slots=True)
class Allowance:
    """A location's limit, and the zone whose clock starts its windows."""

    limit: Limit
    zone: ZoneInfo


def limit_of(document: Mapping[str, Any]) -> Limit | None:
    """Return a location's stored limit, such as {"orders": 200} or {"money": "2500.00", "per": "week"}."""
    orders, items, money = (document.get(name) for name in ("orders", "items", "money"))
    if orders is None and items is None and money is None:
        return None
    return Limit(
        window=LoadWindow(document.get("per", LoadWindow.DAY)),
        orders=orders,
        items=items,
        money_minor=None if money is None else int(Decimal(str(money)) * 100),
    )


def window_start(now: datetime, window: LoadWindow, zone: ZoneInfo) -> datetime:
    """Return when the running window began: the full hour, midnight or Monday's midnight of the location's clock."""
    local = now.astimezone(zone)
    if window is LoadWindow.HOUR:  # taken off the instant: an hour that the clock shows twice is two windows
        past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return now.astimezone(UTC) - past
    back = local.weekday() if window is LoadWindow.WEEK else 0
    midnight = local.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0) - timedelta(days=back)
    return to_instant(midnight, zone)


def window_end(now: datetime, window: LoadWindow, zone: ZoneInfo) -> datetime:
    """Return when the running window ends and the next begins."""
    start = window_start(now, window, zone)
    if window is LoadWindow.HOUR:
        return start + timedelta(hours=1)
    midnight = start.astimezone(zone).replace(tzinfo=None) + timedelta(days=7 if window is LoadWindow.WEEK else 1)
    return to_instant(midnight.replace(hour=0, minute=0), zone)


def fits(limit: Limit, load: Load, more: Given) -> bool:
    """Return whether a location with this load may be given more."""
    return (
        (limit.orders is None or load.orders + more.orders <= limit.orders)
        and (limit.items is None or load.items + more.items <= limit.items)
        and (limit.money_minor is None or load.money_minor + more.money_minor <= limit.money_minor)
    )


def plus(load: Load, more: Given) -> Load:
    """Return the load after giving more."""
    return replace(
        load,
        orders=load.orders + more.orders,
        items=load.items + more.items,
        money_minor=load.money_minor + more.money_minor,
    )


def running(uow: Uow, allowances: Mapping[int, Allowance]) -> dict[int, Load]:
    """Return what each of these locations was given in its running window; nothing is locked."""
    if not allowances:
        return {}
    rows = fetch_in(uow.session, sa.select(_LOADS), _LOADS.c.location_id, allowances)
    return {row.location_id: _load(row, allowances[row.location_id], uow.now)[0] for row in rows}


class Counting:
    """Counts what orders give to locations with a limit. Locks their loads when it is first asked; then `write` it."""

    def __init__(
        self, uow: Uow, allowances: Mapping[int, Allowance], *, seen: Mapping[int, Load], touched: Iterable[int]
    ) -> None:
        """`touched` are the locations that may be asked for. `seen` are the loads the orders were decided on: where
        there was no room already, the strategy does not mind the limit, and nothing is refused."""
        self._uow, self._allowances, self._seen = uow, allowances, seen
        self._touched = sorted(set(touched) & allowances.keys())
        self._loads: dict[int, Load] | None = None
        self._ahead: set[int] = set()

    def take(self, gifts: Sequence[Given]) -> bool:
        """Count all that an order gives and return true, or nothing when one location has no room for it."""
        if not self._touched:
            return True
        if self._loads is None:
            self._loads, self._ahead = _locked(self._uow, self._touched, self._allowances)
        counted = [given for given in gifts if given.location_id in self._loads]
        if not all(self._may(self._loads[given.location_id], given) for given in counted):
            return False
        for given in counted:
            self._loads[given.location_id] = plus(self._loads[given.location_id], given)
        return True

    def write(self) -> None:
        """Write the loads."""
        loads = {id_: load for id_, load in (self._loads or {}).items() if id_ not in self._ahead}
        _write(self._uow, loads, self._allowances)

    def _may(self, load: Load, more: Given) -> bool:
        limit = self._allowances[more.location_id].limit
        return fits(limit, load, more) or not fits(limit, self._seen[more.location_id], more)


def give_back(uow: Uow, shipment_ids: Sequence[int], location_ids: Iterable[int]) -> None:
    """Take shipments that leave these locations out of their running windows; they and their stock are locked."""
    rows = _rows(uow, location_ids)
    gifts = _gifts(uow, shipment_ids) if rows else []
    changed = []
    for row in rows:
        mine = [given for given, at in gifts if given.location_id == row.location_id and at >= row.starts_at]
        changed.append(
            {
                "location_id": row.location_id,
                "orders": max(0, row.orders - len(mine)),
                "items": max(0, row.items - sum(given.items for given in mine)),
                "money_minor": max(0, row.money_minor - sum(given.money_minor for given in mine)),
            }
        )
    update_columns(uow.session, LocationLoad, changed, key="location_id")


def change(uow: Uow, more: Given, *, since: datetime) -> None:
    """Add signed amounts to the running window of a location, if what they are part of was given to it in that window
    (`since`); what they belong to, and its stock, are locked."""
    changed = [
        {
            "location_id": row.location_id,
            "orders": max(0, row.orders + more.orders),
            "items": max(0, row.items + more.items),
            "money_minor": max(0, row.money_minor + more.money_minor),
        }
        for row in _rows(uow, [more.location_id])
        if since >= row.starts_at
    ]
    update_columns(uow.session, LocationLoad, changed, key="location_id")


def add(uow: Uow, given: Given, *, to: Location) -> None:
    """Count what a person gives to a location, which is not refused; the stock is locked."""
    limit = limit_of(to.daily_limit)
    if limit is None:
        return
    allowances = {given.location_id: Allowance(limit, ZoneInfo(to.time_zone))}
    loads, ahead = _locked(uow, [given.location_id], allowances)
    if not ahead:
        _write(uow, {id_: plus(load, given) for id_, load in loads.items()}, allowances)


def move(uow: Uow, shipment_id: int, *, from_id: int, to: Location) -> None:
    """Count a shipment where a person sends it, and no more where it was; it and its stock are locked, its row is not
    yet changed. A full location is not refused, as somebody looked: it counts, so that routing gives it no more."""
    to_id = int(to.id or 0)
    effect = controls.effects(uow, to_id).get(to_id)
    limit = limit_of(to.daily_limit if effect is None or effect.cap is None else effect.cap)
    allowances = {to_id: Allowance(limit, ZoneInfo(to.time_zone))} if limit else {}
    _make(uow, sorted(allowances), allowances)
    _rows(uow, {from_id, to_id})  # both in one ascending sweep
    gifts = [replace(given, location_id=to_id) for given, _ in _gifts(uow, [shipment_id])]
    give_back(uow, [shipment_id], [from_id])
    loads, ahead = _locked(uow, sorted(allowances), allowances)
    for given in gifts if to_id in loads else ():
        loads[to_id] = plus(loads[to_id], given)
    _write(uow, {id_: load for id_, load in loads.items() if id_ not in ahead}, allowances)


def recount(uow: Uow, place: Location, document: Mapping[str, Any]) -> None:
    """Begin to count by a limit that was not counted by so far: what the place was given since its window began.

    Orders that are being routed at this very moment, on the picture before, come on top.
    """
    limit, location_id = limit_of(document), int(place.id or 0)
    if limit is None:
        return
    allowances = {location_id: Allowance(limit, ZoneInfo(place.time_zone))}
    since = window_start(uow.now, limit.window, allowances[location_id].zone)
    here = (_SHIPMENTS.c.location_id == location_id, _SHIPMENTS.c.assigned_at >= since)
    lives = _SHIPMENTS.c.status != ShipmentStatus.CANCELLED.value
    ids = list(uow.session.connection().execute(sa.select(_SHIPMENTS.c.id).where(*here, lives)).scalars())
    _locked(uow, [location_id], allowances)
    load = Load()
    for given, _ in _gifts(uow, ids):
        load = plus(load, given)
    _write(uow, {location_id: load}, allowances)


def _gifts(uow: Uow, shipment_ids: Sequence[int]) -> list[tuple[Given, datetime]]:
    """Return what each shipment counts, and when it was given."""
    items = sa.func.sum(_SHIPMENT_LINES.c.quantity)
    money = sa.func.sum(sa.cast(_SHIPMENT_LINES.c.quantity, BigId) * _LINES.c.unit_price_minor)
    statement = (
        sa.select(_SHIPMENTS.c.location_id, _SHIPMENTS.c.assigned_at, items, money)
        .join(_SHIPMENT_LINES, _SHIPMENT_LINES.c.shipment_id == _SHIPMENTS.c.id)
        .join(_LINES, _LINES.c.id == _SHIPMENT_LINES.c.order_line_id)
        .group_by(_SHIPMENTS.c.id, _SHIPMENTS.c.location_id, _SHIPMENTS.c.assigned_at)
    )
    rows = fetch_in(uow.session, statement, _SHIPMENTS.c.id, shipment_ids)
    return [(Given(place, int(units), int(worth)), at) for place, at, units, worth in rows]


def _locked(uow: Uow, ids: Sequence[int], allowances: Mapping[int, Allowance]) -> tuple[dict[int, Load], set[int]]:
    """Return the running loads, locked, and the ids of those whose rows tell of a later window: this is a history."""
    _make(uow, ids, allowances)
    loads: dict[int, Load] = {}
    ahead: set[int] = set()
    for row in _rows(uow, ids):
        loads[row.location_id], later = _load(row, allowances[row.location_id], uow.now)
        if later:
            ahead.add(row.location_id)
    return loads, ahead


def _make(uow: Uow, ids: Sequence[int], allowances: Mapping[int, Allowance]) -> None:
    """Have a row for each of these locations; `ids` ascend."""
    fresh = [_row(uow, id_, Load(), allowances[id_]) for id_ in ids]
    insert_missing(uow.session, LocationLoad, fresh)


def _rows(uow: Uow, ids: Iterable[int]) -> list[Any]:
    """Lock the rows that there are, in ascending order, and return them."""
    statement = sa.select(_LOADS).order_by(_LOADS.c.location_id).with_for_update()
    return fetch_in(uow.session, statement, _LOADS.c.location_id, ids)


def _load(row: Any, allowance: Allowance, now: datetime) -> tuple[Load, bool]:
    """Return the load in the window that runs at `now`, and whether the row tells of a later one."""
    starts_at = window_start(now, allowance.limit.window, allowance.zone)
    if row.span == allowance.limit.window.value and row.starts_at == starts_at:
        return Load(row.orders, row.items, row.money_minor), False
    return Load(), row.span == allowance.limit.window.value and row.starts_at > starts_at


def _write(uow: Uow, loads: Mapping[int, Load], allowances: Mapping[int, Allowance]) -> None:
    rows = [_row(uow, id_, load, allowances[id_]) for id_, load in sorted(loads.items())]
    update_columns(uow.session, LocationLoad, rows, key="location_id")


def _row(uow: Uow, location_id: int, load: Load, allowance: Allowance) -> dict[str, Any]:
    return {
        "location_id": location_id,
        "span": allowance.limit.window.value,
        "starts_at": window_start(uow.now, allowance.limit.window, allowance.zone),
        "orders": load.orders,
        "items": load.items,
        "money_minor": load.money_minor,
    }
