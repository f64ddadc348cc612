"""The six Olist files as rows: names, columns, and what must hold between them. Not here: which orders count and what a
clock is (`mapping.py`), CSV itself (`sheets.py`).

The same code reads the sample and the complete public download ("Brazilian E-Commerce Public Dataset by Olist"), whose
geolocation file has many rows per zip prefix: their mean is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backend.simulation.olist.sheets import Faults, find, read
from models.errors import DomainError, ErrorCode

ORDERS = "olist_orders_dataset.csv"
ITEMS = "olist_order_items_dataset.csv"
SELLERS = "olist_sellers_dataset.csv"
CUSTOMERS = "olist_customers_dataset.csv"
PRODUCTS = "olist_products_dataset.csv"
GEOLOCATION = "olist_geolocation_dataset.csv"
FILES = (ORDERS, ITEMS, SELLERS, CUSTOMERS, PRODUCTS, GEOLOCATION)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order; times are local and naive, as in the file."""

    order_id: str
    customer_id: str
    status: str
    purchased: datetime
    approved: datetime | None
    collected: datetime | None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One unit in an order; `line` is where in the file it stands."""

    order_id: str
    number: int
    line: int
    product_id: str
    seller_id: str
    limit: datetime
    price_minor: int


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A seller or a customer and where he is."""

    party_id: str
    zip_prefix: str
    city: str
    state: str


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product: the files give no name, only a category (which may be empty)."""

    product_id: str
    category: str
    weight_g: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """All that the files say and a replay uses. `places` maps a zip prefix to its mean (latitude, longitude)."""

    orders: dict[str, OrderRow]
    items: dict[tuple[str, int], ItemRow]
    sellers: dict[str, PartyRow]
    customers: dict[str, PartyRow]
    products: dict[str, ProductRow]
    places: dict[str, tuple[float, float]]


def read_dataset(directory: Path) -> Dataset:
    """Read the six files, or raise INVALID naming every fault by file, line and column."""
    if not directory.is_dir():
        raise DomainError(ErrorCode.INVALID, f"{directory} is not a directory with the Olist files.")
    faults = Faults()
    paths: dict[str, Path] = {}
    for name in FILES:
        path = find(directory, name)
        if path is None:
            faults.add(name, "missing_file", f"{name} (or {name}.gz) is missing")
        else:
            paths[name] = path
    faults.raise_if_any(directory)
    sellers = _parties(paths[SELLERS], "seller", faults)
    sellers_are_whole = not faults.count
    dataset = Dataset(
        orders=_orders(paths[ORDERS], faults),
        items=_items(paths[ITEMS], faults),
        sellers=sellers,
        customers=_parties(paths[CUSTOMERS], "customer", faults),
        products=_products(paths[PRODUCTS], faults),
        places=_places(paths[GEOLOCATION], faults),
    )
    if sellers_are_whole:  # else each item would be called wrong for what is wrong with that file
        _check_items(dataset, faults)
    faults.raise_if_any(directory)
    return dataset


def _orders(path: Path, faults: Faults) -> dict[str, OrderRow]:
    columns = ("order_id", "customer_id", "order_status", "order_purchase_timestamp")
    orders: dict[str, OrderRow] = {}
    for row in read(path, (*columns, "order_approved_at", "order_delivered_carrier_date"), faults):
        order_id, status, purchased = row.text(0), row.text(2), row.required_instant(3)
        approved, collected = row.instant(4), row.instant(5)
        if order_id in orders:
            row.fault(0, "duplicate", f"{order_id} is there a second time")
        if purchased is not None:
            orders[order_id] = OrderRow(order_id, row.optional(1), status, purchased, approved, collected)
    return orders


def _items(path: Path, faults: Faults) -> dict[tuple[str, int], ItemRow]:
    columns = ("order_id", "order_item_id", "product_id", "seller_id", "shipping_limit_date", "price")
    items: dict[tuple[str, int], ItemRow] = {}
    for row in read(path, columns, faults):
        order_id, product_id, seller_id = row.text(0), row.text(2), row.text(3)
        number, limit, price = row.number(1), row.required_instant(4), row.number(5)
        if limit is None or number is None:
            continue
        key = (order_id, int(number))
        if key in items:
            row.fault(1, "duplicate", f"{key[1]} of order {order_id} is there a second time")
        items[key] = ItemRow(order_id, key[1], row.line, product_id, seller_id, limit, round((price or 0) * 100))
    return items


def _parties(path: Path, kind: str, faults: Faults) -> dict[str, PartyRow]:
    columns = (f"{kind}_id", f"{kind}_zip_code_prefix", f"{kind}_city", f"{kind}_state")
    parties: dict[str, PartyRow] = {}
    for row in read(path, columns, faults):
        party_id = row.text(0)
        if party_id in parties:
            row.fault(0, "duplicate", f"{party_id} is there a second time")
        parties[party_id] = PartyRow(party_id, row.optional(1), row.optional(2), row.optional(3))
    return parties


def _products(path: Path, faults: Faults) -> dict[str, ProductRow]:
    products: dict[str, ProductRow] = {}
    for row in read(path, ("product_id", "product_category_name", "product_weight_g"), faults):
        product_id = row.text(0)
        if product_id in products:
            row.fault(0, "duplicate", f"{product_id} is there a second time")
        products[product_id] = ProductRow(product_id, row.optional(1), max(0, round(row.number(2) or 0)))
    return products


def _places(path: Path, faults: Faults) -> dict[str, tuple[float, float]]:
    sums: dict[str, tuple[float, float, int]] = {}
    columns = ("geolocation_zip_code_prefix", "geolocation_lat", "geolocation_lng")
    for row in read(path, columns, faults):
        prefix, latitude, longitude = row.text(0), row.number(1), row.number(2)
        if latitude is None or longitude is None:
            continue
        if abs(latitude) > 90 or abs(longitude) > 180:
            row.fault(1, "out_of_range", f"{latitude}, {longitude} is no place on Earth")
            continue
        north, east, count = sums.get(prefix, (0.0, 0.0, 0))
        sums[prefix] = (north + latitude, east + longitude, count + 1)
    return {prefix: (north / count, east / count) for prefix, (north, east, count) in sums.items()}


def _check_items(dataset: Dataset, faults: Faults) -> None:
    """Note items whose seller is unknown: he is to become a location. Orders left out of a sample are fine."""
    for item in dataset.items.values():
        if item.order_id in dataset.orders and item.seller_id not in dataset.sellers:
            where = f"{ITEMS}:{item.line}:seller_id"
            faults.add(where, "unknown_seller", f"line {item.line}: seller_id {item.seller_id} is not in {SELLERS}")
