"""Reading stock. Nothing here locks; what is about to be changed is read by `service.py`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.inventory.rules import Key
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from models.errors import not_found
from models.tables import Location, Product, StockBalance


@dataclass(frozen=True, slots=True)
class StockView:
    """One balance, with the codes people use."""

    location: str
    sku: str
    on_hand: int
    allocated: int
    version: int
    updated_at: datetime | None

    @property
    def available(self) -> int:
        """Return the units that may still be promised."""
        return self.on_hand - self.allocated


def get(uow: Uow, location_code: str, sku: str) -> StockView:
    """Return a balance, all zero when nothing was ever there; NOT_FOUND for an unknown location or product."""
    balance = sa.and_(
        col(StockBalance.location_id) == col(Location.id), col(StockBalance.product_id) == col(Product.id)
    )
    statement = (
        sa.select(col(Location.id), col(Product.id), StockBalance)
        .select_from(Location)
        .outerjoin(Product, col(Product.sku) == sku)
        .outerjoin(StockBalance, balance)
        .where(col(Location.code) == location_code, visible(uow.actor.scope, col(Location.id)))
    )
    row = uow.session.execute(statement).one_or_none()
    if row is None:
        raise not_found("location", location_code)
    if row[1] is None:
        raise not_found("product", sku)
    stock: StockBalance | None = row[2]
    if stock is None:
        return StockView(location_code, sku, 0, 0, 0, None)
    return StockView(location_code, sku, stock.on_hand, stock.allocated, stock.version, stock.updated_at)


def available(uow: Uow, product_ids: Iterable[int]) -> dict[Key, int]:
    """Return the units available of these products wherever there are any, by (location id, product id)."""
    stock = table_of(StockBalance)
    free = stock.c.on_hand - stock.c.allocated
    statement = sa.select(stock.c.location_id, stock.c.product_id, free).where(free > 0)
    rows = fetch_in(uow.session, statement, stock.c.product_id, product_ids)
    return {(location_id, product_id): units for location_id, product_id, units in rows}
