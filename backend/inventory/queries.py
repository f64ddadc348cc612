"""Reading balances, one or many. Nothing here locks; what is about to be changed is read by `balances.py`.
Everything about one balance is `detail.py`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from backend.auth.scope import visible
from backend.inventory import blocks
from backend.inventory.rules import Key
from backend.inventory.views import StockRow, StockSort
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from models.errors import not_found
from models.tables import FutureStock, Location, Product, StockBalance, StockBlock

STOCK, LOCATION, PRODUCT = table_of(StockBalance), table_of(Location), table_of(Product)
_BLOCK, _FUTURE = table_of(StockBlock), table_of(FutureStock)

#: A position in a list: the value it is sorted by, then location and SKU.
Position = tuple[int | str, str, str]


def above_zero(amount: Any) -> sa.ColumnElement[int]:
    """Return max(0, amount), which the two databases call by different names."""
    return sa.case((amount > 0, amount), else_=0)


AVAILABLE = above_zero(
    STOCK.c.on_hand - STOCK.c.unsellable - STOCK.c.allocated - STOCK.c.pending - STOCK.c.safety_stock - STOCK.c.floor
)

_SORTED_BY: dict[StockSort, sa.ColumnElement[Any]] = {
    StockSort.LOCATION: LOCATION.c.code,
    StockSort.SKU: PRODUCT.c.sku,
    StockSort.AVAILABLE: AVAILABLE,
    StockSort.ON_HAND: -STOCK.c.on_hand,
    StockSort.PENDING: -STOCK.c.pending,
}


def get(uow: Uow, location_code: str, sku: str) -> StockRow:
    """Return a balance, all zero when nothing was ever there; NOT_FOUND for an unknown location or product."""
    rows = uow.session.connection().execute(
        sa.select(LOCATION.c.name).where(LOCATION.c.code == location_code, visible(uow.actor.scope, LOCATION.c.id))
    )
    location_name = rows.scalar_one_or_none()
    if location_name is None:
        raise not_found("location", location_code)
    product_name = uow.session.connection().execute(sa.select(PRODUCT.c.name).where(PRODUCT.c.sku == sku)).scalar()
    if product_name is None:
        raise not_found("product", sku)
    found = listing(uow, location=location_code, sku=sku, limit=1)
    return found[0] if found else StockRow(location_code, location_name, sku, product_name)


def listing(
    uow: Uow,
    *,
    location: str | None = None,
    sku: str | None = None,
    q: str | None = None,
    low: int | None = None,
    sort: StockSort = StockSort.LOCATION,
    after: Position | None = None,
    limit: int = 100,
) -> list[StockRow]:
    """Return balances: by location over SKUs, by SKU over locations, or all of them.

    `q` is part of a SKU or name; `low` shows those with at most so many units available. Available counts up,
    on hand and pending count down. `after` is `position` of the last one seen.
    """
    sorted_by = (_SORTED_BY[sort], LOCATION.c.code, PRODUCT.c.sku)
    statement = shown_rows(uow).where(visible(uow.actor.scope, STOCK.c.location_id)).order_by(*sorted_by).limit(limit)
    if location is not None:
        statement = statement.where(LOCATION.c.code == location)
    if sku is not None:
        statement = statement.where(PRODUCT.c.sku == sku)
    if q:
        statement = statement.where(_named(q))
    if low is not None:
        statement = statement.where(low >= AVAILABLE)
    if after is not None:
        statement = statement.where(sa.tuple_(*sorted_by) > sa.tuple_(*(sa.literal(part) for part in after)))
    return [StockRow(**row) for row in uow.session.connection().execute(statement).mappings()]


def position(row: StockRow, sort: StockSort) -> Position:
    """Return where a row stands in a list sorted so."""
    by: dict[StockSort, int | str] = {
        StockSort.LOCATION: row.location,
        StockSort.SKU: row.sku,
        StockSort.AVAILABLE: row.available,
        StockSort.ON_HAND: -row.on_hand,
        StockSort.PENDING: -row.pending,
    }
    return by[sort], row.location, row.sku


def available(uow: Uow, product_ids: Iterable[int]) -> dict[Key, int]:
    """Return what is available of these products, by (location, product); zeros are left out."""
    statement = sa.select(STOCK.c.location_id, STOCK.c.product_id, AVAILABLE).where(AVAILABLE > 0)
    rows = fetch_in(uow.session, statement, STOCK.c.product_id, product_ids)
    return {(location_id, product_id): units for location_id, product_id, units in rows}


def shown_rows(uow: Uow) -> sa.Select[*tuple[Any, ...]]:
    """Return a SELECT of balances as they are shown, `StockRow` by name."""
    blocked = sa.exists().where(
        _BLOCK.c.location_id == STOCK.c.location_id,
        _BLOCK.c.product_id == STOCK.c.product_id,
        blocks.counts_at(uow.now),
    )
    coming = (
        _FUTURE.c.location_id == STOCK.c.location_id,
        _FUTURE.c.product_id == STOCK.c.product_id,
        _FUTURE.c.received_at.is_(None),
    )
    arriving = sa.select(sa.func.coalesce(sa.func.sum(_FUTURE.c.quantity - _FUTURE.c.allocated), 0)).where(*coming)
    first = sa.select(sa.func.min(_FUTURE.c.arrives_at, type_=_FUTURE.c.arrives_at.type)).where(*coming)
    same = ("on_hand", "unsellable", "allocated", "pending", "safety_stock", "floor", "has_lots", "attributes")
    return sa.select(
        LOCATION.c.code.label("location"),
        LOCATION.c.name.label("location_name"),
        PRODUCT.c.sku,
        PRODUCT.c.name.label("product_name"),
        *(STOCK.c[name] for name in same),
        AVAILABLE.label("available"),
        blocked.label("blocked"),
        arriving.scalar_subquery().label("arriving"),
        first.scalar_subquery().label("next_arrival"),
        STOCK.c.version,
        STOCK.c.updated_at,
    ).select_from(
        STOCK.join(LOCATION, LOCATION.c.id == STOCK.c.location_id).join(PRODUCT, PRODUCT.c.id == STOCK.c.product_id)
    )


def _named(q: str) -> sa.ColumnElement[bool]:
    return sa.or_(PRODUCT.c.sku.icontains(q, autoescape=True), PRODUCT.c.name.icontains(q, autoescape=True))
