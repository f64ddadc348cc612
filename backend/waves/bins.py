"""Where products lie in a building: read, and stated product by product. Walking order is `walk.py`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from backend.catalog import queries as catalog
from backend.locations import queries as locations
from backend.persistence.bulk import chunks, fetch_in, insert_rows, table_of
from backend.persistence.uow import Uow
from models.errors import Fault, invalid, not_found
from models.events import EventType
from models.tables import Location, Product, StockBin

_BIN, _PRODUCT = table_of(StockBin), table_of(Product)

#: How many SKUs an event names; of a longer list it says how many there are.
_TOLD = 100


@dataclass(frozen=True, slots=True)
class BinInput:
    """A place, its part of the building, and what lies there when it is counted by bin."""

    code: str
    zone: str = ""
    units: int | None = None


@dataclass(frozen=True, slots=True)
class ProductBins:
    """All places of one product; none: it has no place of its own any more."""

    sku: str
    bins: tuple[BinInput, ...]


@dataclass(frozen=True, slots=True)
class BinView:
    """A product in a place."""

    bin: str
    zone: str
    sku: str
    units: int | None


def put_bins(uow: Uow, location: str, given: Sequence[ProductBins]) -> int:
    """Replace the places of these products at a location, all or none; return how many of them had none before.

    Raises NOT_FOUND for the location, INVALID with every fault, pointers `/{index}/…`.
    """
    place = place_of(uow, location)
    products = catalog.ids_by_sku(uow, [item.sku for item in given])
    faults = [
        Fault(f"/{index}/sku", "unknown_sku", f"There is no product {item.sku}.")
        for index, item in enumerate(given)
        if item.sku not in products
    ]
    faults += _twice(given)
    if faults:
        raise invalid(faults)
    connection = uow.session.connection()
    alone = sa.select(sa.literal(1)).select_from(table_of(Location)).where(table_of(Location).c.id == place)
    connection.execute(alone.with_for_update(key_share=True))  # two who replace the same products take turns
    had = sa.select(_BIN.c.product_id).where(_BIN.c.location_id == place)
    known = {product for (product,) in fetch_in(uow.session, had, _BIN.c.product_id, products.values())}
    for chunk in chunks(sorted(known)):
        connection.execute(_BIN.delete().where(_BIN.c.location_id == place, _BIN.c.product_id.in_(chunk)))
    rows = [
        {
            "location_id": place,
            "product_id": products[item.sku],
            "code": bin_.code,
            "zone": bin_.zone,
            "units": bin_.units,
            "updated_at": uow.now,
        }
        for item in given
        for bin_ in item.bins
    ]
    insert_rows(uow.session, StockBin, rows)
    skus = sorted(products)
    data = {"location": location, "products": len(skus), "skus": skus[:_TOLD]}
    uow.record(EventType.BINS_CHANGED, subject=f"location/{location}", data=data, location_id=place)
    return sum(1 for item in given if item.bins and products[item.sku] not in known)


def listing(uow: Uow, location: str, *, after: tuple[str, str] | None = None, limit: int = 100) -> list[BinView]:
    """Return places in order of their code and SKU, those after `after`; NOT_FOUND for an unknown location."""
    statement = (
        sa.select(_BIN.c.code, _BIN.c.zone, _PRODUCT.c.sku, _BIN.c.units)
        .join(_PRODUCT, _PRODUCT.c.id == _BIN.c.product_id)
        .where(_BIN.c.location_id == place_of(uow, location))
        .order_by(_BIN.c.code, _PRODUCT.c.sku)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(sa.tuple_(_BIN.c.code, _PRODUCT.c.sku) > sa.tuple_(*map(sa.literal, after)))
    return [BinView(*row) for row in uow.session.connection().execute(statement)]


def place_of(uow: Uow, code: str) -> int:
    """Return the id of a location that the actor may see, or raise NOT_FOUND."""
    found = locations.by_code(uow, [code]).get(code)
    if found is None or found.id is None:
        raise not_found("location", code)
    return found.id


def _twice(given: Sequence[ProductBins]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, item in enumerate(given):
        if item.sku in seen:
            yield Fault(f"/{index}/sku", "duplicate", f"{item.sku} comes twice in this batch.")
        seen.add(item.sku)
        codes = [bin_.code for bin_ in item.bins]
        for number, code in enumerate(codes):
            if code in codes[:number]:
                yield Fault(f"/{index}/bins/{number}/bin", "duplicate", f"{code} is stated twice for {item.sku}.")
