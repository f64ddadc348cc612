"""Stock as rows of a CSV file. Pure; how cells are made safe is `sheet.py`."""

from __future__ import annotations

from backend.inventory.browse import BalanceSum
from backend.inventory.views import StockRow
from dashboard.present.sheet import Cell

BALANCES = (
    *("location", "location_name", "sku", "product", "on_hand", "available", "allocated", "pending", "safety_stock"),
    *("floor", "unsellable", "blocked", "arriving", "next_arrival"),
)
SUMS = (
    *("code", "name", "balances", "without_available", "on_hand", "available", "allocated", "pending", "kept_back"),
    "unsellable",
)


def balance(row: StockRow) -> tuple[Cell, ...]:
    """Return a balance as a row of `BALANCES`."""
    return (
        *(row.location, row.location_name, row.sku, row.product_name),
        *(row.on_hand, row.available, row.allocated, row.pending, row.safety_stock, row.floor, row.unsellable),
        "yes" if row.blocked else "no",
        row.arriving,
        row.next_arrival,
    )


def summed(item: BalanceSum) -> tuple[Cell, ...]:
    """Return a product or a location as a row of `SUMS`."""
    return (
        *(item.code, item.name, item.places, item.out),
        *(item.on_hand, item.available, item.allocated, item.pending, item.kept, item.unsellable),
    )
