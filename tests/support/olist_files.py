"""Small Olist files for tests, written as the public download writes them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

HEADERS = {
    "olist_orders_dataset.csv": (
        "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,"
        "order_delivered_customer_date,order_estimated_delivery_date"
    ),
    "olist_order_items_dataset.csv": (
        "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value"
    ),
    "olist_sellers_dataset.csv": "seller_id,seller_zip_code_prefix,seller_city,seller_state",
    "olist_customers_dataset.csv": (
        "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state"
    ),
    "olist_products_dataset.csv": (
        "product_id,product_category_name,product_name_lenght,product_description_lenght,product_photos_qty,"
        "product_weight_g,product_length_cm,product_height_cm,product_width_cm"
    ),
    "olist_geolocation_dataset.csv": (
        "geolocation_zip_code_prefix,geolocation_lat,geolocation_lng,geolocation_city,geolocation_state"
    ),
}

ORDERS, ITEMS, SELLERS, CUSTOMERS, PRODUCTS, PLACES = HEADERS


def order(
    key: str,
    *,
    approved: str = "2017-11-24 10:00:00",
    collected: str = "",
    status: str = "delivered",
    customer: str = "c1",
    purchased: str = "2017-11-24 09:00:00",
) -> list[str]:
    """Return a line of the orders file."""
    return [key, customer, status, purchased, approved, collected, "", "2017-12-20 00:00:00"]


def item(
    order_id: str, number: int = 1, *, seller: str = "s1", limit: str = "2017-11-28 10:00:00", price: str = "10.00"
) -> list[str]:
    """Return a line of the items file."""
    return [order_id, str(number), "p1", seller, limit, price, "5.00"]


def write(
    directory: Path,
    *,
    orders: Sequence[Sequence[str]],
    items: Sequence[Sequence[str]],
    sellers: Sequence[str] = ("s1",),
) -> Path:
    """Write the six files and return their directory."""
    rows: dict[str, Sequence[Sequence[str]]] = {
        ORDERS: orders,
        ITEMS: items,
        SELLERS: [[seller, "01001", "sao paulo", "SP"] for seller in sellers],
        CUSTOMERS: [["c1", "u1", "01001", "sao paulo", "SP"]],
        PRODUCTS: [["p1", "cool_stuff", "", "", "", "350", "", "", ""]],
        PLACES: [["01001", "-23.5", "-46.5", "sao paulo", "SP"], ["01001", "-23.7", "-46.7", "sao paulo", "SP"]],
    }
    directory.mkdir(parents=True, exist_ok=True)
    for name, header in HEADERS.items():
        with (directory / name).open("w", newline="") as stream:
            writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
            writer.writerow(header.split(","))
            writer.writerows(rows[name])
    return directory
