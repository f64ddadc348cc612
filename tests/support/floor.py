"""A store with work to pick, for pages: products with barcodes that lie in bins, shipments of one and of several
products, a wave. Made by the services that a real shop calls, before the program starts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from backend import runtime
from backend.auth.people import NewUser, create_user
from backend.catalog.service import ProductInput, put_products
from backend.config import Settings
from backend.context import Context
from backend.persistence.bulk import insert_rows
from backend.persistence.migrate import upgrade
from backend.sla.definitions import ensure_defaults
from models.enums import Method, Role
from models.tables import Location, Product, StockBin
from tests.support import shop
from tests.support.picking import wave_of

PASSWORD = "a long enough password"
#: SKU → name, barcode, bin. The walk goes by bin: tea, cup, pot, mug.
GOODS = {
    "TEA-1": ("Green tea, 100 g", "4006381333931", "A-2"),
    "CUP-1": ("Cup, blue", "4006381333948", "A-10"),
    "POT-1": ("Teapot, 1 l", "4006381333955", "B-1"),
    "MUG-1": ("Mug, white", "4006381333962", "C-3"),
}
BARCODE = {sku: barcode for sku, (_, barcode, _) in GOODS.items()}
#: The lines of each shipment; the fourth and fifth are in the wave.
SHIPMENTS = (
    {"TEA-1": 2, "CUP-1": 1},
    {"POT-1": 1},
    {"TEA-1": 3, "MUG-1": 1},
    {"TEA-1": 1, "CUP-1": 1},
    {"TEA-1": 2},
    {"CUP-1": 4},
    {"TEA-1": 1, "POT-1": 1},
)


def seed(folder: Path) -> tuple[list[int], int]:
    """Fill the SQLite database in `folder`; return the ids of the shipments and of the wave. People: `ann` and `ben`
    (fulfillers), with PASSWORD."""
    ctx = runtime.build(Settings(var_dir=folder, database_url=""))
    upgrade(ctx.engine)
    with ctx.uow() as uow:
        ensure_defaults(uow)
        for name in ("ann", "ben"):
            create_user(uow, NewUser(name, PASSWORD, Role.FULFILLER))
    _stock(ctx)
    with ctx.read() as uow:
        placed_at = uow.now - timedelta(minutes=30)
    orders = [
        shop.order(f"WEB-10{number:02}", lines=lines, method=Method.SHIP, placed_at=placed_at)
        for number, lines in enumerate(SHIPMENTS, 1)
    ]
    ids = [shipment.id for one in shop.place(ctx, *orders) for shipment in one.shipments]
    wave = wave_of(ctx, ids[3:5])
    ctx.engine.dispose()
    return ids, wave


def _stock(ctx: Context) -> None:
    shop.open_shop(ctx, {"CHI": dict.fromkeys(GOODS, 500)}, CHI=shop.location("CHI", name="Chicago Loop"))
    with ctx.uow() as uow:
        put_products(uow, [ProductInput(sku, name, barcodes=(code,)) for sku, (name, code, _) in GOODS.items()])
        place = uow.session.execute(sa.select(Location.id)).scalars().one()
        products = dict(uow.session.execute(sa.select(Product.sku, Product.id)).tuples().all())
        bins = [
            {"location_id": place, "product_id": products[sku], "code": at, "zone": at[0], "updated_at": uow.now}
            for sku, (_, _, at) in GOODS.items()
        ]
        insert_rows(uow.session, StockBin, bins)
