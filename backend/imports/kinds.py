"""What each kind of file holds: the schema of a row, who may bring it, and the service that takes a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from backend.api import faults
from backend.api.faults import Check
from backend.api.schemas.inventory import CountIn
from backend.api.schemas.locations import NamedLocationIn
from backend.api.schemas.orders import OrderIn
from backend.api.schemas.products import NamedProductIn
from backend.catalog.service import put_products
from backend.imports.rows import SourceRow, join_order_lines
from backend.inventory import service as inventory
from backend.inventory.service import StockCount
from backend.locations.service import put_locations
from backend.orders import resent
from backend.orders import service as orders
from backend.orders.rules import NewOrder
from backend.persistence.uow import Uow
from models.enums import ImportKind, Permission
from models.errors import DomainError, Fault

#: The fault of a row that is there already.
EXISTS = "already_exists"

#: Writes all of a batch or raises INVALID with pointers `/{index}/…`.
Write = Callable[[Uow, Sequence[Any]], object]


def as_they_are(rows: Iterator[SourceRow]) -> Iterator[SourceRow]:
    """Return the rows: each is a document by itself."""
    return rows


@dataclass(frozen=True, slots=True)
class Kind:
    """How files of one kind are taken in. `also` finds what else is wrong with a row that its schema refuses; what
    `yields` waits while too many orders come in one by one."""

    schema: type[BaseModel]
    permission: Permission
    write: Write
    also: Check
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
    given = [item.to_input() for item in items]
    try:
        return orders.accept(uow, given)  # routing follows, in the worker
    except DomainError as refused:
        raise DomainError(refused.code, refused.message, faults=_resent(uow, given, refused.faults)) from refused


def _resent(uow: Uow, given: Sequence[NewOrder], faults: Sequence[Fault]) -> list[Fault]:
    """Return the faults; an order that is there already with another content says so: it is not only known."""
    if all(fault.code != EXISTS for fault in faults):
        return [*faults]
    other = resent.differences(uow, given)
    return [_with_content(fault, given, other) for fault in faults]


def _with_content(fault: Fault, given: Sequence[NewOrder], other: Mapping[resent.Name, list[str]]) -> Fault:
    if fault.code != EXISTS:
        return fault
    order = given[int(fault.pointer.split("/")[1])]
    names = other.get((order.channel, order.external_id))
    if not names:
        return fault
    words = f"{fault.message[:-1]}, with other content: {', '.join(names)}."
    return Fault(fault.pointer, "other_content", words)


KINDS: Mapping[ImportKind, Kind] = {
    ImportKind.LOCATIONS: Kind(NamedLocationIn, Permission.LOCATIONS_WRITE, _locations, faults.location),
    ImportKind.PRODUCTS: Kind(NamedProductIn, Permission.PRODUCTS_WRITE, _products, lambda _uow, _row: []),
    ImportKind.STOCK: Kind(CountIn, Permission.INVENTORY_WRITE, _stock, faults.count),
    ImportKind.ORDERS: Kind(OrderIn, Permission.ORDERS_WRITE, _orders, faults.orders, join_order_lines, yields=True),
}
