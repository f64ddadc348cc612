"""Reading the database for the book: stock, locations, ring-fences, keys, and the feed. SELECT only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.keycache import KnownKey, known
from backend.availability.book import Book, Site
from backend.availability.fences import Fences
from backend.availability.shelf import Arrival, Cell
from backend.context import Context
from backend.inventory import segments
from backend.persistence.bulk import chunks, fetch_in, table_of
from backend.persistence.uow import Uow
from models.tables import ApiKey, FutureStock, Location, Product, SegmentUsage, StockBalance

_STOCK, _PRODUCT, _LOCATION = table_of(StockBalance), table_of(Product), table_of(Location)
_FUTURE, _USAGE = table_of(FutureStock), table_of(SegmentUsage)

_CELLS = sa.select(
    _STOCK.c.location_id,
    _STOCK.c.product_id,
    _STOCK.c.on_hand - _STOCK.c.unsellable,
    _STOCK.c.safety_stock + _STOCK.c.floor,
    _STOCK.c.allocated + _STOCK.c.pending,
    _STOCK.c.version,
)
_ARRIVALS = sa.select(
    _FUTURE.c.product_id,
    _FUTURE.c.location_id,
    _FUTURE.c.reference,
    _FUTURE.c.arrives_at,
    _FUTURE.c.quantity - _FUTURE.c.allocated,
).where(_FUTURE.c.received_at.is_(None))
_USED = sa.select(_USAGE.c.location_id, _USAGE.c.product_id, _USAGE.c.segment_id, _USAGE.c.promised)

#: Products per statement while all are read; other requests go on in between.
_STRETCH = 50


def load(ctx: Context, book: Book, product_ids: Iterable[int]) -> None:
    """Read these products into the book, in a transaction of its own: what is not committed must not get in."""
    for chunk in chunks(sorted(set(product_ids)), _STRETCH):
        with book.reading, ctx.read() as uow:
            names = sa.select(_PRODUCT.c.id, _PRODUCT.c.sku)
            read_products(uow, book, fetch_in(uow.session, names, _PRODUCT.c.id, chunk))


def load_skus(ctx: Context, book: Book, skus: Iterable[str]) -> None:
    """Read the products with these SKUs, as far as there are any, into the book."""
    with book.reading, ctx.read() as uow:
        names = sa.select(_PRODUCT.c.id, _PRODUCT.c.sku)
        read_products(uow, book, fetch_in(uow.session, names, _PRODUCT.c.sku, skus))


def load_all(ctx: Context, book: Book) -> None:
    """Read every product into the book, a stretch at a time."""
    after = 0
    while True:
        with book.reading, ctx.read() as uow:
            names = sa.select(_PRODUCT.c.id, _PRODUCT.c.sku).where(_PRODUCT.c.id > after)
            rows = uow.session.connection().execute(names.order_by(_PRODUCT.c.id).limit(_STRETCH)).all()
            read_products(uow, book, rows)
        if len(rows) < _STRETCH:
            return
        after = rows[-1][0]


def read_products(uow: Uow, book: Book, products: Sequence[Any]) -> None:
    """Read the stock of (product id, SKU) into the book."""
    if not products:
        return
    book.expect((id_, sku) for id_, sku in products)
    ids = [id_ for id_, _ in products]
    used: dict[tuple[int, int], dict[int, int]] = {}
    if book.fences:
        for location_id, product_id, segment_id, promised in fetch_in(uow.session, _USED, _USAGE.c.product_id, ids):
            if promised:
                used.setdefault((location_id, product_id), {})[segment_id] = promised
    rows = fetch_in(uow.session, _CELLS, _STOCK.c.product_id, ids)
    cells = [Cell(r[0], r[1], r[2], r[3], r[4], r[5], used.get((r[0], r[1]), {})) for r in rows]
    arrivals = fetch_in(uow.session, _ARRIVALS, _FUTURE.c.product_id, ids)
    book.fill(ids, cells, [(p, at, reference, Arrival(when, units)) for p, at, reference, when, units in arrivals])


def read_sites(uow: Uow, book: Book, codes: Sequence[str] | None = None) -> None:
    """Read the locations with these codes (None: all) into the book."""
    statement = sa.select(_LOCATION.c.id, _LOCATION.c.code, _LOCATION.c.groups)
    if codes is None:
        rows: Sequence[Any] = uow.session.connection().execute(statement).all()
    else:
        rows = fetch_in(uow.session, statement, _LOCATION.c.code, codes)
    book.put_sites([Site.of(id_, code, frozenset(groups)) for id_, code, groups in rows])


def read_fences(uow: Uow, book: Book) -> None:
    """Read the segments and their quotas into the book."""
    book.put_fences(Fences(segments.rulebook(uow)))


def read_keys(uow: Uow) -> list[KnownKey]:
    """Return every API key that was not revoked."""
    return [known(key) for key in uow.session.scalars(sa.select(ApiKey).where(col(ApiKey.active)))]
