"""What makes stock and orders of the demo interesting to look at: lots that expire, segments, blocks, arrivals, stock
kept back, a product that everybody waits for, orders that no single location can fill. Through the public services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from backend.catalog import queries as catalog
from backend.catalog.service import ProductInput, put_products
from backend.inventory import blocks, future, ringfences
from backend.inventory.blocks import NewBlock
from backend.inventory.fefo import LotName
from backend.inventory.service import StockChange, StockSettings, adjust, put_settings
from backend.inventory.views import QuotaView
from backend.orders import service as orders
from backend.orders.lines import open_lines
from backend.orders.rules import NewLine, NewOrder
from backend.persistence.uow import Uow
from backend.routing import strategies
from backend.routing.defaults import DEFAULT_STRATEGY
from backend.simulation.demo.network import Site
from backend.simulation.demo.products import DemoProduct, demo_products
from models.enums import LocationKind, Method

#: Nobody has it until it arrives.
AWAITED = "AC-0900"
_STRATEGY = "waits-for-stock"
_CITIES: tuple[tuple[str, str, str, float, float], ...] = (
    ("Austin", "TX", "Congress Avenue 1100", 30.27, -97.74),
    ("Chicago", "IL", "Wacker Drive 233", 41.88, -87.63),
    ("Denver", "CO", "Blake Street 1601", 39.75, -105.0),
)
_PEOPLE = ("Ada Romero", "Ben Whitaker", "Clara Osei")


def seed_stock(uow: Uow, sites: list[Site], *, now: datetime) -> None:
    """Add lots, segments, blocks, arrivals and stock kept back to the opening stock."""
    bulk = [site.code for site in sites if site.format.kind is LocationKind.WAREHOUSE]
    stores = [site.code for site in sites if site.format.kind is LocationKind.STORE]
    products = demo_products()
    put_products(uow, [ProductInput(AWAITED, "Advent Calendar, Wooden", weight_g=900)])
    _lots(uow, bulk[:4], _named(products, "Coffee Beans", "Face Cream"), now)
    watch, tea = _named(products, "Smart Watch")[0], _named(products, "Everyday T-Shirt")[:6]
    _segments(uow, watch)
    put_settings(uow, [StockSettings(code, sku, 12, 4) for code in stores[:6] for sku in tea])
    for place, code in enumerate(stores[2:5]):
        until = now + timedelta(hours=20) if place == 0 else None
        reason = ("Water damage in the stock room", "Numbers differ, to be counted", "Recalled by the maker")[place]
        blocks.block(uow, code, [NewBlock(tea[place], reason, until, place == 1)])
    for days, code in enumerate(bulk[:3], start=4):
        future.announce(uow, code, AWAITED, f"PO-77{days}", quantity=240, arrives_at=now + timedelta(days=days))
        future.announce(uow, code, watch, f"PO-78{days}", quantity=500, arrives_at=now + timedelta(days=days, hours=5))


def _named(products: list[DemoProduct], *parts: str) -> list[str]:
    return [item.sku for item in products if any(words in item.name for words in parts)]


def _lots(uow: Uow, places: list[str], skus: list[str], now: datetime) -> None:
    changes = []
    for place, code in enumerate(places):
        for number, sku in enumerate(skus):
            for batch, days in enumerate((45, 160, 300)):
                name = LotName(f"L{place}{number}{batch}", "", "new", (now + timedelta(days=days + 7 * number)).date())
                changes.append(StockChange(code, sku, 120 + 40 * batch, "delivery", name))
            changes.append(StockChange(code, sku, 6, "returned by a customer", LotName("", "", "damaged")))
    adjust(uow, changes)


def _segments(uow: Uow, sku: str) -> None:
    app = (QuotaView(percent=20, sku=sku), QuotaView("DC-ATL", sku=sku, units=300))
    ringfences.put(uow, "app-first", ringfences.SegmentInput("First for the app", channel="app", rank=1, quotas=app))
    pickup = (QuotaView(percent=10, sku=sku),)
    kept = ringfences.SegmentInput("Kept for pickup", method=Method.PICKUP.value, rank=2, quotas=pickup)
    ringfences.put(uow, "pickup", kept)


def seed_strategy(uow: Uow) -> None:
    """Let what no location has wait for stock rather than stay unassigned."""
    changed = {"title": "Nearest with all of it, else it waits", "otherwise": "backorder"}
    document: dict[str, Any] = {**DEFAULT_STRATEGY, **changed}
    strategies.put(uow, _STRATEGY, document, note="Holiday season: customers would rather wait than be refused.")
    strategies.activate(uow, _STRATEGY)


def place_orders(uow: Uow) -> None:
    """Place orders that wait for stock, that are split, and both."""
    apart = _one_of_each_drop_shipper()
    plain = demo_products()[40].sku
    carts: tuple[Mapping[str, int], ...] = ({AWAITED: 1}, apart, {plain: 2, AWAITED: 1})
    placed = orders.place(uow, [_order(number, cart) for number, cart in enumerate(carts)])
    for done in placed:
        future.promise_future(uow, _waiting(uow, done.id))


def _waiting(uow: Uow, order_id: int) -> list[tuple[int, int, int, int | None]]:
    """Return what of an order waits for stock: (line, product, units, any location)."""
    waiting = open_lines(uow, [order_id]).get(order_id, [])
    products = catalog.ids_by_sku(uow, [line.sku for line in waiting])
    return [(line.id, products[line.sku], line.units, None) for line in waiting]


def _one_of_each_drop_shipper() -> dict[str, int]:
    alone: dict[str, str] = {}
    for item in demo_products():
        if item.only_at:
            alone.setdefault(item.only_at, item.sku)
    return dict.fromkeys(list(alone.values())[:2], 1)


def _order(number: int, cart: Mapping[str, int]) -> NewOrder:
    city, state, street, latitude, longitude = _CITIES[number]
    name = _PEOPLE[number]
    prices = {item.sku: item.price_minor for item in demo_products()}
    return NewOrder(
        external_id=f"HOLIDAY-{number + 1}",
        channel="web",
        method=Method.SHIP,
        lines=tuple(NewLine(sku, units, prices.get(sku, 4900)) for sku, units in cart.items()),
        customer={"id": f"C9000{number}", "name": name, "email": f"{name.split()[0].lower()}@example.com"},
        ship_to={
            "street": street,
            "city": city,
            "state": state,
            "country": "US",
            "latitude": latitude,
            "longitude": longitude,
        },
    )
