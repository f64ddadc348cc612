"""Lists of stock as people look through them: summed up by product or by location, or balance by balance; filtered,
sorted, page by page. SELECT only. One balance whole is `detail.py`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from backend.auth.scope import visible
from backend.inventory.queries import AVAILABLE, LOCATION, PRODUCT, STOCK, shown_rows
from backend.inventory.views import StockRow
from backend.persistence.uow import Uow
from backend.sla.views import Direction


class Side(StrEnum):
    """What a list sums up over."""

    SKU = "sku"
    LOCATION = "location"


class BalanceSort(StrEnum):
    """Columns that lists of stock can be ordered by; `NAME` is that of the product, or of the location."""

    NAME = "name"
    AVAILABLE = "available"
    ON_HAND = "on_hand"
    ALLOCATED = "allocated"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class BalanceFilter:
    """Which balances; empty matches all. `text` is part of a code or a name, `low` at most so many units available."""

    sku: str = ""
    location: str = ""
    text: str = ""
    low: int | None = None


@dataclass(frozen=True, slots=True)
class BalanceSum:
    """One product over its locations, or one location over its products; `places` counts balances, `out` those of
    them with nothing available."""

    code: str
    name: str
    places: int
    out: int
    on_hand: int
    unsellable: int
    allocated: int
    pending: int
    kept: int
    available: int


@dataclass(frozen=True, slots=True)
class SumPage:
    """One page of sums, and how many there are in all."""

    items: tuple[BalanceSum, ...]
    total: int


@dataclass(frozen=True, slots=True)
class BalancePage:
    """One page of balances, and how many there are in all."""

    items: tuple[StockRow, ...]
    total: int


def sums(
    uow: Uow,
    side: Side,
    wanted: BalanceFilter,
    *,
    sort: BalanceSort = BalanceSort.NAME,
    direction: Direction = Direction.ASCENDING,
    offset: int = 0,
    limit: int = 50,
) -> SumPage:
    """Return one page of products or of locations with what there is of them, as far as the actor sees it."""
    grouped = _sums(uow, side, wanted).subquery()
    total = uow.session.scalar(sa.select(sa.func.count()).select_from(grouped)) or 0
    key = grouped.c[sort.value]
    ends = key.desc() if direction is Direction.DESCENDING else key.asc()
    statement = sa.select(grouped).order_by(ends, grouped.c.code).offset(offset).limit(limit)
    found = uow.session.connection().execute(statement)
    return SumPage(tuple(BalanceSum(code, name, *map(int, numbers)) for code, name, *numbers in found), total)


def balances(
    uow: Uow,
    wanted: BalanceFilter,
    *,
    sort: BalanceSort = BalanceSort.NAME,
    direction: Direction = Direction.ASCENDING,
    offset: int = 0,
    limit: int = 50,
) -> BalancePage:
    """Return one page of balances: of a product over its locations, or of a location over its products."""
    conditions = [visible(uow.actor.scope, STOCK.c.location_id), *_conditions(wanted)]
    total = uow.session.scalar(sa.select(sa.func.count()).select_from(_JOINED).where(*conditions)) or 0
    key = {
        BalanceSort.NAME: LOCATION.c.name if wanted.sku else PRODUCT.c.name,
        BalanceSort.AVAILABLE: AVAILABLE,
        BalanceSort.ON_HAND: STOCK.c.on_hand,
        BalanceSort.ALLOCATED: STOCK.c.allocated,
        BalanceSort.PENDING: STOCK.c.pending,
    }[sort]
    ends = key.desc() if direction is Direction.DESCENDING else key.asc()
    statement = shown_rows(uow).where(*conditions).order_by(ends, LOCATION.c.code, PRODUCT.c.sku)
    found = uow.session.connection().execute(statement.offset(offset).limit(limit)).mappings()
    return BalancePage(tuple(StockRow(**row) for row in found), total)


_JOINED = STOCK.join(LOCATION, LOCATION.c.id == STOCK.c.location_id).join(PRODUCT, PRODUCT.c.id == STOCK.c.product_id)


def _conditions(wanted: BalanceFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.sku:
        conditions.append(PRODUCT.c.sku == wanted.sku)
    if wanted.location:
        conditions.append(LOCATION.c.code == wanted.location)
    if wanted.text:
        named = LOCATION if wanted.sku else PRODUCT
        conditions.append(_named(named, wanted.text))
    if wanted.low is not None:
        conditions.append(wanted.low >= AVAILABLE)
    return conditions


def _named(table: sa.Table, text: str) -> sa.ColumnElement[bool]:
    code = PRODUCT.c.sku if table is PRODUCT else LOCATION.c.code
    return sa.or_(code.icontains(text, autoescape=True), table.c.name.icontains(text, autoescape=True))


def _sums(uow: Uow, side: Side, wanted: BalanceFilter) -> sa.Select[Any]:
    """Return a SELECT of sums; what has no balance at all is there with zeros, so that it can be found."""
    table, code = (PRODUCT, PRODUCT.c.sku) if side is Side.SKU else (LOCATION, LOCATION.c.code)
    link = STOCK.c.product_id if side is Side.SKU else STOCK.c.location_id
    here = sa.and_(link == table.c.id, visible(uow.actor.scope, STOCK.c.location_id))
    available = sa.func.coalesce(sa.func.sum(AVAILABLE), 0)
    names = ("on_hand", "unsellable", "allocated", "pending")
    amounts = [sa.func.coalesce(sa.func.sum(STOCK.c[name]), 0).label(name) for name in names]
    kept = sa.func.coalesce(sa.func.sum(STOCK.c.safety_stock + STOCK.c.floor), 0).label("kept")
    out = sa.func.coalesce(sa.func.sum(sa.case((AVAILABLE == 0, 1), else_=0)), 0).label("out")
    count = sa.func.count(STOCK.c.location_id)
    statement = (
        sa.select(
            code.label("code"),
            table.c.name.label("name"),
            count.label("places"),
            sa.case((count == 0, 0), else_=out).label("out"),
            *amounts,
            kept,
            available.label("available"),
        )
        .select_from(table.outerjoin(STOCK, here))
        .group_by(table.c.id, code, table.c.name)
    )
    if side is Side.LOCATION:
        statement = statement.where(visible(uow.actor.scope, LOCATION.c.id))
    if wanted.text:
        statement = statement.where(_named(table, wanted.text))
    if wanted.low is not None:
        statement = statement.having(wanted.low >= available)
    return statement
