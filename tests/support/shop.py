"""A small shop for tests: locations, products, stock and orders in one line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from backend.catalog.service import ProductInput, put_products
from backend.context import Context
from backend.inventory import service as inventory
from backend.inventory.service import StockCount
from backend.locations.rules import LocationInput
from backend.locations.service import put_locations
from backend.orders import service as orders
from backend.orders.rules import NewLine, NewOrder
from backend.orders.service import PlacedOrder
from models.enums import LocationKind, Method
from models.tables import Product, StockBalance

CHICAGO = (41.88, -87.63)
NEW_YORK = (40.71, -74.01)
DENVER = (39.74, -104.99)

ALL_METHODS = tuple(Method)


def location(code: str, *, at: tuple[float, float] = CHICAGO, **changes: Any) -> LocationInput:
    """Return a store that offers everything."""
    stated: dict[str, Any] = {
        "code": code,
        "name": f"Store {code}",
        "kind": LocationKind.STORE,
        "time_zone": "America/Chicago",
        "methods": ALL_METHODS,
        "latitude": at[0],
        "longitude": at[1],
    }
    return LocationInput(**{**stated, **changes})


def open_shop(ctx: Context, stock: Mapping[str, Mapping[str, int]], **places: LocationInput) -> None:
    """Make the locations and products named in `stock` and put the units there."""
    skus = sorted({sku for units in stock.values() for sku in units})
    with ctx.uow() as uow:
        put_locations(uow, [places.get(code, location(code)) for code in stock])
        put_products(uow, [ProductInput(sku, f"Product {sku}") for sku in skus])
        counts = [StockCount(code, sku, units) for code, line in stock.items() for sku, units in line.items()]
        inventory.count(uow, counts)


def order(external_id: str = "A-1", *, lines: Mapping[str, int] | None = None, **changes: Any) -> NewOrder:
    """Return an order for one unit of `tea`, to be shipped to Chicago."""
    wanted = tuple(NewLine(sku, quantity, 500) for sku, quantity in (lines or {"tea": 1}).items())
    stated: dict[str, Any] = {
        "external_id": external_id,
        "channel": "web",
        "method": Method.SHIP,
        "lines": wanted,
        "ship_to": {"latitude": CHICAGO[0], "longitude": CHICAGO[1]},
    }
    return NewOrder(**{**stated, **changes})


def place(ctx: Context, *new: NewOrder) -> list[PlacedOrder]:
    """Place orders in a transaction of their own."""
    with ctx.uow() as uow:
        return orders.place(uow, new)


def stock_of(ctx: Context, sku: str = "tea") -> tuple[int, int]:
    """Return (on hand, allocated) over the whole network."""
    statement = (
        sa.select(
            sa.func.coalesce(sa.func.sum(StockBalance.on_hand), 0),
            sa.func.coalesce(sa.func.sum(StockBalance.allocated), 0),
        )
        .join(Product, Product.id == StockBalance.product_id)
        .where(Product.sku == sku)
    )
    with ctx.read() as uow:
        on_hand, allocated = uow.session.execute(statement).one()
    return int(on_hand), int(allocated)


def row_counts(ctx: Context) -> dict[str, int]:
    """Return the number of rows of every table: equal before and after means that nothing was added or removed."""
    with ctx.read() as uow:
        return {
            table.name: uow.session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in SQLModel.metadata.sorted_tables
        }


def rows_of(ctx: Context, model: type[SQLModel]) -> list[dict[str, Any]]:
    """Return all rows of a table as dicts, in order of the primary key."""
    table = SQLModel.metadata.tables[str(model.__tablename__)]
    with ctx.read() as uow:
        return [dict(row._mapping) for row in uow.session.execute(table.select().order_by(*table.primary_key))]
