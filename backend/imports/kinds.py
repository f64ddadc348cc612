"""What each kind of file holds: the schema of a row, who may bring it, and the service that takes a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from backend.api.schemas.inventory import CountIn
from backend.api.schemas.locations import NamedLocationIn
from backend.api.schemas.orders import OrderIn
from backend.api.schemas.products import NamedProductIn
from backend.catalog.service import put_products
from backend.imports.rows import SourceRow, join_order_lines
from backend.inventory import service as inventory
from backend.inventory.service import StockCount
from backend.locations.service import put_locations
from backend.orders import service as orders
from backend.persistence.uow import Uow
from models.enums import ImportKind, Permission

#: Writes all of a batch or raises INVALID with pointers `/{index}/…`.
Write = Callable[[Uow, Sequence[Any]], object]


def as_they_are(rows: Iterator[SourceRow]) -> Iterator[SourceRow]:
    """Return the rows: each is a document by itself."""
    return rows


@dataclass(frozen=True, slots=True)
class Kind:
    """How files of one kind are taken in; what `yields` waits while too many orders come in one by one."""

    schema: type[BaseModel]
    permission: Permission
    write: Write
    prepare: Callable[[Iterator[SourceRow]], Iterator[SourceRow]] = as_they_are
    yields: bool = False


def _locations(uow: Uow, items: Sequence[Any]) -> object:
    return put_locations(uow, [item.to_input(item.code) for item in items])


def _products(uow: Uow, items: Sequence[Any]) -> object:
    return put_products(uow, [item.to_input(item.sku) for item in items])


def _stock(uow: Uow, items: Sequence[Any]) -> None:
    counts = [StockCount(item.location, item.sku, item.on_hand, item.reason, item.lot_name()) for item in items]
    inventory.count(uow, counts)


def _orders(uow: Uow, items: Sequence[Any]) -> object:
    return orders.accept(uow, [item.to_input() for item in items])  # routing follows, in the worker


KINDS: Mapping[ImportKind, Kind] = {
    ImportKind.LOCATIONS: Kind(NamedLocationIn, Permission.LOCATIONS_WRITE, _locations),
    ImportKind.PRODUCTS: Kind(NamedProductIn, Permission.PRODUCTS_WRITE, _products),
    ImportKind.STOCK: Kind(CountIn, Permission.INVENTORY_WRITE, _stock),
    ImportKind.ORDERS: Kind(OrderIn, Permission.ORDERS_WRITE, _orders, join_order_lines, yields=True),
}
