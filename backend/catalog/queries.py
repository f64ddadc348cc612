"""Reading products."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlmodel import col, select

from backend.catalog.codes import forms
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from models.errors import not_found
from models.tables import Product


def ids_by_sku(uow: Uow, skus: Iterable[str]) -> dict[str, int]:
    """Return the ids of the known products among `skus`."""
    products = table_of(Product)
    statement = products.select().with_only_columns(products.c.sku, products.c.id)
    return dict(fetch_in(uow.session, statement, products.c.sku, skus))


def words_by_sku(uow: Uow, skus: Iterable[str]) -> dict[str, str]:
    """Return what people call products, with the SKU: "Oak shelf (SH-4)"; one without a name is not there."""
    products = table_of(Product)
    statement = products.select().with_only_columns(products.c.sku, products.c.name)
    names = fetch_in(uow.session, statement, products.c.sku, skus)
    return {sku: f"{name} ({sku})" for sku, name in names if name and name != sku}


def known_codes(uow: Uow, codes: Collection[str]) -> frozenset[str]:
    """Return those of the scanned codes that some product answers to, by its SKU or a barcode."""
    if not codes:
        return frozenset()
    products = table_of(Product)
    connection = uow.session.connection()
    wanted = sorted({form for code in codes for form in forms(code)})
    holds: sa.ColumnElement[bool] = sa.true()
    if connection.dialect.name == "postgresql":
        barcodes = sa.func.jsonb_array_elements_text(products.c.barcodes).table_valued("value").render_derived()
        holds = products.c.barcodes.op("?|")(sa.cast(wanted, sa.ARRAY(sa.Text)))  # ix_product_barcodes finds them
    else:
        barcodes = sa.func.json_each(products.c.barcodes).table_valued("value")
    by_barcode = sa.select(barcodes.c.value).select_from(products.join(barcodes, sa.true()))
    by_barcode = by_barcode.where(holds, barcodes.c.value.in_(wanted))
    by_sku = sa.select(products.c.sku).where(products.c.sku.in_(codes))
    found = {text for (text,) in connection.execute(sa.union_all(by_barcode, by_sku))}
    return frozenset(code for code in codes if found & {*forms(code)})


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
