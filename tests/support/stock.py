"""Stock in tests: units promised to shipments that need no order, and what is there afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from backend.context import Context
from backend.invariants import violations
from backend.inventory import balances, detail, service
from backend.inventory.detail import key_of
from backend.inventory.rules import Balance, Key
from backend.inventory.service import StockNeed
from backend.inventory.views import StockDetail
from models.tables import Location, Product
from tests.support.shop import order, place


def keys_of(ctx: Context) -> dict[tuple[str, str], Key]:
    """Return (location id, product id) of every pair of codes."""
    with ctx.read() as uow:
        places = uow.session.execute(sa.select(Location.code, Location.id)).tuples().all()
        products = uow.session.execute(sa.select(Product.sku, Product.id)).tuples().all()
    return {(code, sku): (int(a or 0), int(b or 0)) for code, a in places for sku, b in products}


def promise(
    ctx: Context, shipment_id: int, sku: str, units: int, *, at: str = "CHI", segment: int | None = None
) -> bool:
    """Promise units to a shipment; return whether they were there."""
    location_id, product_id = keys_of(ctx)[at, sku]
    need = StockNeed(shipment_id, location_id, product_id, units, segment)
    with ctx.uow() as uow:
        return not service.reserve_what_fits(uow, [[need]])


def balance_of(ctx: Context, sku: str = "tea", at: str = "CHI") -> Balance:
    """Return a balance."""
    with ctx.read() as uow:
        key = key_of(uow, at, sku)
        return balances.lock(uow, [key])[key].balance


def detail_of(ctx: Context, sku: str = "tea", at: str = "CHI") -> StockDetail:
    """Return everything about a balance."""
    with ctx.read() as uow:
        return detail.detail(uow, at, sku)


def shipments(ctx: Context, count: int, *, sku: str = "spare") -> Sequence[int]:
    """Return ids of real shipments, which lots may be allocated to; they hold one unit of `sku` each."""
    placed = place(ctx, *(order(f"S-{sku}-{index}", lines={sku: 1}) for index in range(count)))
    return [item.shipments[0].id for item in placed]


def assert_stock_sound(ctx: Context) -> None:
    """Fail if any rule about stock is broken; shipments made for the test have no lines for what they hold."""
    with ctx.read() as uow:
        found = [
            violation for violation in violations(uow) if not violation.rule.startswith("What open shipments hold")
        ]
    assert found == []
