"""Products that a location must not be given, for a while or until further notice.

A block whose instant has passed no longer counts, without anybody having to lift it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.catalog import queries as catalog
from backend.inventory.rules import Key
from backend.inventory.views import BlockView
from backend.locations import queries as locations
from backend.orders import waiting
from backend.persistence.bulk import insert_rows, is_one_of, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.pairs import fetch_pairs
from backend.persistence.uow import Uow
from models.errors import Fault, invalid, not_found
from models.events import EventType
from models.tables import Location, Product, StockBlock

BLOCK, _LOCATION, _PRODUCT = table_of(StockBlock), table_of(Location), table_of(Product)

_PLACE = (BLOCK.c.location_id, BLOCK.c.product_id)


@dataclass(frozen=True, slots=True)
class NewBlock:
    """What to block, and for how long: until an instant, until the next count, or (neither) until lifted by hand."""

    sku: str
    reason: str
    until: datetime | None = None
    until_count: bool = False


def active(uow: Uow, product_ids: Iterable[int] | None = None) -> frozenset[Key]:
    """Return the (location id, product id) that count now, of these products or of all."""
    statement = sa.select(*_PLACE).where(counts_at(uow.now))
    if product_ids is not None:
        statement = statement.where(is_one_of(uow.session, BLOCK.c.product_id, sorted(set(product_ids))))
    return frozenset(
        (location_id, product_id) for location_id, product_id in uow.session.connection().execute(statement)
    )


def ends(uow: Uow, product_ids: Iterable[int]) -> dict[Key, datetime]:
    """Return when the blocks of these products end that count now and end at an instant."""
    mine = is_one_of(uow.session, BLOCK.c.product_id, sorted(set(product_ids)))
    statement = sa.select(*_PLACE, BLOCK.c.until).where(mine, BLOCK.c.lifted_at.is_(None), BLOCK.c.until > uow.now)
    return {(place, product): until for place, product, until in uow.session.connection().execute(statement)}


def counts_at(now: datetime) -> sa.ColumnElement[bool]:
    """Return whether a block row counts at this instant."""
    return sa.and_(BLOCK.c.lifted_at.is_(None), sa.or_(BLOCK.c.until.is_(None), BLOCK.c.until > now))


def block(uow: Uow, location: str, new: Sequence[NewBlock]) -> None:
    """Block products at a location, all or none; a block that is there already is replaced.

    Raises NOT_FOUND for the location, INVALID with every fault, pointers `/{index}/…`.
    """
    place = _place(uow, location)
    products = catalog.ids_by_sku(uow, [item.sku for item in new])
    faults = [fault for index, item in enumerate(new) for fault in _faults(uow, index, item, products)]
    skus = [item.sku for item in new]
    faults += [
        Fault(f"/{index}/sku", "duplicate", f"{sku} comes twice in this batch.")
        for index, sku in enumerate(skus)
        if sku in skus[:index]
    ]
    if faults:
        raise invalid(faults)
    _alone(uow, place)
    replaced = _lift(uow, [(place, products[item.sku]) for item in new])
    rows = [
        {
            "location_id": place,
            "product_id": products[item.sku],
            "until": item.until,
            "until_count": item.until_count,
            "reason": item.reason,
            "actor": uow.actor.label,
            "at": uow.now,
        }
        for item in new
    ]
    insert_rows(uow.session, StockBlock, rows)
    for item in new:
        _tell_blocked(uow, place, location, item)
    waiting.wake(uow, replaced)  # the new one may end earlier


def lift(uow: Uow, location: str, sku: str, *, reason: str = "by hand") -> None:
    """Lift a block; NOT_FOUND when none counts."""
    place = _place(uow, location)
    product = catalog.ids_by_sku(uow, [sku]).get(sku)
    if product is None or (place, product) not in active(uow, [product]):
        raise not_found("block of", sku)
    _lift(uow, [(place, product)])
    _tell_lifted(uow, place, location, sku, reason)
    waiting.wake(uow, [(place, product)])


def counted(uow: Uow, keys: Iterable[Key]) -> None:
    """Lift the blocks that waited for a count of these balances."""
    statement = (
        sa.select(*_PLACE, _LOCATION.c.code, _PRODUCT.c.sku)
        .join(_LOCATION, _LOCATION.c.id == BLOCK.c.location_id)
        .join(_PRODUCT, _PRODUCT.c.id == BLOCK.c.product_id)
        .where(BLOCK.c.until_count, counts_at(uow.now))
    )
    found = fetch_pairs(uow.session, statement, _PLACE, keys)
    if not found:
        return
    _lift(uow, [(location_id, product_id) for location_id, product_id, *_ in found])
    for location_id, _, code, sku in found:
        _tell_lifted(uow, location_id, code, sku, "counted")
    waiting.wake(uow, [(location_id, product_id) for location_id, product_id, *_ in found])


def listing(uow: Uow, location: str, *, after: str | None = None, limit: int = 100) -> list[BlockView]:
    """Return the blocks of a location that count now, in order of SKU; NOT_FOUND for an unknown location."""
    place = _place(uow, location)
    statement = views().where(BLOCK.c.location_id == place, counts_at(uow.now)).order_by(_PRODUCT.c.sku).limit(limit)
    if after is not None:
        statement = statement.where(_PRODUCT.c.sku > after)
    return [BlockView(**row) for row in uow.session.connection().execute(statement).mappings()]


def views() -> sa.Select[*tuple[Any, ...]]:
    """Return a SELECT of blocks as they are shown."""
    names = ("until", "until_count", "reason", "actor", "at")
    return (
        sa.select(_LOCATION.c.code.label("location"), _PRODUCT.c.sku, *(BLOCK.c[name] for name in names))
        .join(_LOCATION, _LOCATION.c.id == BLOCK.c.location_id)
        .join(_PRODUCT, _PRODUCT.c.id == BLOCK.c.product_id)
    )


def _lift(uow: Uow, keys: Iterable[Key]) -> list[Key]:
    """End the rows that are not ended yet, passed ones too: a new one must find the place free. Return their keys."""
    rows = fetch_pairs(uow.session, sa.select(BLOCK.c.id, *_PLACE).where(BLOCK.c.lifted_at.is_(None)), _PLACE, keys)
    ended = [{"id": row.id, "lifted_at": uow.now, "lifted_by": uow.actor.label} for row in rows]
    update_columns(uow.session, StockBlock, ended)
    return [(row.location_id, row.product_id) for row in rows]


def _alone(uow: Uow, location_id: int) -> None:
    """Let nobody else block anything there until this transaction ends: a product has one block at most."""
    place = sa.select(_LOCATION.c.id).where(_LOCATION.c.id == location_id)
    uow.session.connection().execute(place.with_for_update(key_share=True))


def _faults(uow: Uow, index: int, item: NewBlock, products: dict[str, int]) -> Iterable[Fault]:
    if item.sku not in products:
        yield Fault(f"/{index}/sku", "unknown_sku", f"There is no product {item.sku}.")
    if item.until is not None and item.until_count:
        yield Fault(f"/{index}/until_count", "two_ends", "A block ends at an instant or with a count, not both.")
    if item.until is not None and item.until <= uow.now:
        yield Fault(f"/{index}/until", "in_the_past", "A block ends in the future.")


def _place(uow: Uow, code: str) -> int:
    found = locations.by_code(uow, [code])
    if code not in found:
        raise not_found("location", code)
    return int(found[code].id or 0)


def _tell_blocked(uow: Uow, location_id: int, code: str, item: NewBlock) -> None:
    data = {
        "location": code,
        "sku": item.sku,
        "until": item.until.isoformat() if item.until else None,
        "until_count": item.until_count,
        "reason": item.reason,
    }
    uow.record(EventType.STOCK_BLOCKED, subject=f"location/{code}", data=data, location_id=location_id)


def _tell_lifted(uow: Uow, location_id: int, code: str, sku: str, reason: str) -> None:
    data = {"location": code, "sku": sku, "reason": reason}
    uow.record(EventType.STOCK_UNBLOCKED, subject=f"location/{code}", data=data, location_id=location_id)
