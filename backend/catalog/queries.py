"""Reading products."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import col, select

from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from models.errors import not_found
from models.tables import Product


def ids_by_sku(uow: Uow, skus: Iterable[str]) -> dict[str, int]:
    """Return the ids of the known products among `skus`."""
    products = table_of(Product)
    statement = products.select().with_only_columns(products.c.sku, products.c.id)
    return dict(fetch_in(uow.session, statement, products.c.sku, skus))


def get(uow: Uow, sku: str) -> Product:
    """Return one product, or raise NOT_FOUND."""
    product = uow.session.exec(select(Product).where(col(Product.sku) == sku)).one_or_none()
    if product is None:
        raise not_found("product", sku)
    return product


def listing(uow: Uow, *, after: str | None, limit: int) -> list[Product]:
    """Return products in order of their SKU, those after `after`, at most `limit`."""
    statement = select(Product).order_by(col(Product.sku)).limit(limit)
    if after is not None:
        statement = statement.where(col(Product.sku) > after)
    return list(uow.session.exec(statement))
