"""A store in which not everything goes as planned, for pages: shipments to split, to fill from another store, to fill
by another product; one with steps of the store's own; some that customers collect. Made by the services a
real shop calls, before the program starts."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import sqlalchemy as sa

from backend.auth.people import NewUser, create_user
from backend.catalog.service import ProductInput, put_products
from backend.context import Context
from backend.fulfillment import workflows
from backend.fulfillment.defaults import DEFAULT_DOCUMENTS
from backend.persistence.bulk import insert_rows
from backend.persistence.migrate import upgrade
from backend.sla.definitions import ensure_defaults
from models.enums import Method, Role
from models.tables import Location, Product, StockBin
from tests.support import shop
from tests.support.floor import PASSWORD

__all__ = ["BARCODE", "PASSWORD", "seed"]

#: SKU → name, barcode, bin.
GOODS = {
    "TEA-1": ("Green tea, 100 g", "4006381333931", "A-2"),
    "TEA-2": ("Green tea, 200 g", "4006381333979", "A-3"),
    "CUP-1": ("Cup, blue", "4006381333948", "A-10"),
    "POT-1": ("Teapot, 1 l", "4006381333955", "B-1"),
}
BARCODE = {sku: barcode for sku, (_, barcode, _) in GOODS.items()}
_ASKS = [
    {"name": "state", "label": "How is it?", "kind": "choice", "required": True, "options": ["good", "repacked"]},
    {"name": "degrees", "label": "Temperature, °C", "kind": "number", "required": True, "min": 0, "max": 8},
    {"name": "seal", "label": "Number of the seal", "kind": "text", "required": True, "pattern": "@@-####"},
    {"name": "cold", "label": "Ice pack added", "kind": "boolean"},
]
#: Name → method and lines; one shipment each, all in Chicago.
ORDERS: Mapping[str, tuple[Method, dict[str, int]]] = {
    "split": (Method.SHIP, {"TEA-1": 3, "CUP-1": 1}),
    "moved": (Method.SHIP, {"POT-1": 4}),
    "transfer": (Method.SHIP, {"CUP-1": 4}),
    "substitute": (Method.SHIP, {"TEA-1": 2, "CUP-1": 1}),
    "strict": (Method.SHIP, {"TEA-1": 1}),
    "scans": (Method.SHIP, {"POT-1": 1}),
    "fork": (Method.CURBSIDE, {"TEA-1": 1}),
    "code": (Method.PICKUP, {"CUP-1": 1}),
    "name": (Method.PICKUP, {"POT-1": 1}),
    "last": (Method.SHIP, {"TEA-1": 2, "POT-1": 1}),
    "by-scan": (Method.SHIP, {"TEA-1": 1, "CUP-1": 1}),
    "look-short": (Method.SHIP, {"TEA-1": 2, "CUP-1": 1}),
    "look-fork": (Method.CURBSIDE, {"TEA-1": 1}),
    "look-code": (Method.PICKUP, {"CUP-1": 1}),
}
_SUBSTITUTED = ("substitute", "by-scan", "look-short")


def seed(ctx: Context) -> dict[str, int]:
    """Fill an empty database; return the shipments by the names of `ORDERS`. People: `ann` (fulfiller) and `max`
    (manager), with PASSWORD."""
    upgrade(ctx.engine)
    with ctx.uow() as uow:
        ensure_defaults(uow)
        create_user(uow, NewUser("ann", PASSWORD, Role.FULFILLER))
        create_user(uow, NewUser("max", PASSWORD, Role.MANAGER))
    _stock(ctx)
    with ctx.uow() as uow:
        workflows.put(uow, "checked", _fork())
        workflows.activate(uow, "checked")
    counter = (Method.PICKUP, Method.CURBSIDE)
    return {
        name: shop.place(
            ctx,
            shop.order(
                f"WEB-{name.upper()}",
                method=method,
                lines=lines,
                pickup_location="CHI" if method in counter else None,
                attributes={"allow_substitutes": True} if name in _SUBSTITUTED else {},
            ),
        )[0]
        .shipments[0]
        .id
        for name, (method, lines) in ORDERS.items()
    }


def _fork() -> dict[str, Any]:
    """Return curbside with a check before packing, and a hand-over that insists on a code or a name."""
    document = deepcopy(DEFAULT_DOCUMENTS[Method.CURBSIDE])
    check = {"code": "check", "name": "Cold check", "action": "step", "asks": _ASKS}
    steps = [step if step["action"] != "hand-over" else {**step, "proof": "either"} for step in document["steps"]]
    return {**document, "title": "Curbside, cold", "group": "cold", "steps": [*steps[:2], check, *steps[2:]]}


def _stock(ctx: Context) -> None:
    chicago = shop.location("CHI", name="Chicago Loop", groups=("cold",))
    york = shop.location("NYC", name="New York 5th", at=shop.NEW_YORK)
    denver = shop.location("DEN", name="Denver Union", at=shop.DENVER)
    stock = {"CHI": dict.fromkeys(GOODS, 40), "NYC": dict.fromkeys(GOODS, 40), "DEN": {"TEA-1": 40}}
    shop.open_shop(ctx, stock, CHI=chicago, NYC=york, DEN=denver)
    with ctx.uow() as uow:
        named = [
            ProductInput(sku, name, barcodes=(code,), attributes={"substitutes": ["TEA-2"]} if sku == "TEA-1" else {})
            for sku, (name, code, _) in GOODS.items()
        ]
        put_products(uow, named)
        place = uow.session.execute(sa.select(Location.id).where(Location.code == "CHI")).scalars().one()  # type: ignore[arg-type]
        products = dict(uow.session.execute(sa.select(Product.sku, Product.id)).tuples().all())
        rows = [
            {"location_id": place, "product_id": products[sku], "code": at, "zone": at[0], "updated_at": uow.now}
            for sku, (_, _, at) in GOODS.items()
        ]
        insert_rows(uow.session, StockBin, rows)
