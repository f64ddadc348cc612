"""What may go in the place of a product that is not there: allowed by order and catalogue, and free here. SELECT only;
the swap itself is `backend/fulfillment/substitution.py`."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Protocol

import sqlalchemy as sa

from backend.catalog.codes import codes_of
from backend.fulfillment import substitution
from backend.inventory import blocks
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from models.tables import Order, Product, Shipment, StockBalance

_ORDERS, _SHIPMENTS, _PRODUCTS, _STOCK = (table_of(one) for one in (Order, Shipment, Product, StockBalance))


@dataclass(frozen=True, slots=True)
class StandIn:
    """A product that may go instead; `free` units of it are here."""

    sku: str
    name: str
    codes: tuple[str, ...]
    free: int


class Wanted(Protocol):
    """A line that is picked."""

    @property
    def shipment_id(self) -> int:
        """Return whose it is."""

    @property
    def sku(self) -> str:
        """Return its product."""

    @property
    def ordered_sku(self) -> str | None:
        """Return what was ordered, when the product is a stand-in itself."""


def of(uow: Uow, location_id: int, lines: Sequence[Wanted]) -> list[tuple[StandIn, ...]]:
    """Return what may go instead of each line here, the best first; a stand-in has none itself."""
    allowed = _allowed(uow, {line.shipment_id for line in lines})
    asked = {line.sku for line in lines if line.shipment_id in allowed and line.ordered_sku is None}
    columns = sa.select(_PRODUCTS.c.sku, _PRODUCTS.c.attributes)
    named = {
        sku: substitution.stand_ins(stated) for sku, stated in fetch_in(uow.session, columns, _PRODUCTS.c.sku, asked)
    }
    here = _here(uow, location_id, {sku for skus in named.values() for sku in skus})
    return [
        tuple(here[sku] for sku in named.get(line.sku, ()) if sku in here)
        if line.shipment_id in allowed and line.ordered_sku is None
        else ()
        for line in lines
    ]


def _allowed(uow: Uow, shipment_ids: Iterable[int]) -> set[int]:
    """Return the shipments whose orders take other products."""
    statement = sa.select(_SHIPMENTS.c.id, _ORDERS.c.attributes).join(_ORDERS, _ORDERS.c.id == _SHIPMENTS.c.order_id)
    rows = fetch_in(uow.session, statement, _SHIPMENTS.c.id, shipment_ids)
    return {id_ for id_, attributes in rows if substitution.order_allows(attributes)}


def _here(uow: Uow, location_id: int, skus: Iterable[str]) -> dict[str, StandIn]:
    """Return those of these products that are free at a location and not blocked there."""
    kept = (_STOCK.c[name] for name in ("unsellable", "allocated", "pending", "safety_stock", "floor"))
    free = reduce(operator.sub, kept, _STOCK.c.on_hand)
    statement = (
        sa.select(_PRODUCTS.c.id, _PRODUCTS.c.sku, _PRODUCTS.c.name, _PRODUCTS.c.barcodes, free.label("free"))
        .join(_STOCK, _STOCK.c.product_id == _PRODUCTS.c.id)
        .where(_STOCK.c.location_id == location_id, free > 0)
    )
    rows = fetch_in(uow.session, statement, _PRODUCTS.c.sku, skus)
    blocked = blocks.active(uow, {row.id for row in rows})
    return {
        row.sku: StandIn(row.sku, row.name, tuple(sorted(codes_of(row.sku, row.barcodes))), row.free)
        for row in rows
        if (location_id, row.id) not in blocked
    }
