"""Which location can send products to another: it has all of them free, sends transfers and is open for work."""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import sqlalchemy as sa
from sqlmodel import col, select

from backend.inventory import blocks
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from backend.promise import queries as promises
from backend.routing.supply import effort
from models.enums import Method
from models.errors import DomainError, ErrorCode, Fault, invalid
from models.tables import Location, StockBalance

_STOCK = table_of(StockBalance)


@dataclass(frozen=True, slots=True)
class Supplier:
    """A location that sends goods."""

    id: int
    location: Location


def find_supplier(uow: Uow, to_id: int, units: Mapping[int, int], named: str | None) -> Supplier:
    """Return the location named, or the quickest that has these units by product id free: by lane, else by distance.

    Raises INVALID for a location that cannot be one, CONFLICT when there is none.
    """
    if named is not None:
        return _named(uow, to_id, named)
    statement = select(Location).where(col(Location.id).in_(_holders(uow, to_id, units)))
    places = [place for place in uow.session.exec(statement) if _sends(place)]
    target = uow.session.get_one(Location, to_id)
    lanes = promises.lanes(uow, [to_id])
    best = min(places, key=lambda place: effort(place, target, lanes.get((int(place.id or 0), to_id))), default=None)
    if best is None:
        words = "No other location has all of it and sends transfers."
        raise DomainError(ErrorCode.CONFLICT, words, faults=[Fault("/lines", "no_supplier", words)])
    return Supplier(int(best.id or 0), best)


def _named(uow: Uow, to_id: int, code: str) -> Supplier:
    place = uow.session.exec(select(Location).where(col(Location.code) == code)).one_or_none()
    if place is None:
        raise invalid([Fault("/from", "unknown_location", f"There is no location {code}.")])
    if place.id == to_id:
        raise invalid([Fault("/from", "same_location", f"{code} is where it is missing.")])
    if not _sends(place):
        raise invalid([Fault("/from", "method_not_offered", f"{code} is closed or does not send transfers.")])
    return Supplier(int(place.id or 0), place)


def _sends(place: Location) -> bool:
    return Method.TRANSFER.value in place.methods and place.closed_reason is None


def _holders(uow: Uow, to_id: int, units: Mapping[int, int]) -> list[int]:
    """Return the locations that have all of these units free, and none of the products blocked."""
    kept = (_STOCK.c[name] for name in ("unsellable", "allocated", "pending", "safety_stock", "floor"))
    free = reduce(operator.sub, kept, _STOCK.c.on_hand)
    statement = sa.select(_STOCK.c.location_id, _STOCK.c.product_id, free.label("free")).where(free > 0)
    has: dict[int, int] = defaultdict(int)
    blocked = blocks.active(uow, units)
    for place, product, left in fetch_in(uow.session, statement, _STOCK.c.product_id, units):
        if left >= units[product] and (place, product) not in blocked:
            has[place] += 1
    return sorted(place for place, products in has.items() if products == len(units) and place != to_id)
