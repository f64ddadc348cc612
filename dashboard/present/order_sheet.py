"""Orders as rows of a CSV file. Pure; how cells are made safe is `sheet.py`."""

from __future__ import annotations

from backend.orders.browse import OrderItem
from dashboard.present.orders import urgent_part
from dashboard.present.sheet import Cell

ORDERS = (
    *("order", "id", "channel", "customer", "status", "method", "placed_at", "promised_at", "due_at", "units", "total"),
    *("locations", "sla", "sla_due_at"),
)


def order(item: OrderItem) -> tuple[Cell, ...]:
    """Return an order as a row of `ORDERS`; the total with two decimals."""
    urgent = urgent_part(item.parts)
    return (
        item.external_id,
        item.id,
        item.channel,
        item.customer,
        item.status.value,
        item.method.value,
        item.placed_at,
        item.promised_at,
        item.due_at,
        item.units,
        f"{item.total_minor / 100:.2f}",
        " ".join(dict.fromkeys(part.location for part in item.parts)),
        urgent.sla.value if urgent and urgent.sla else None,
        urgent.due_at if urgent else None,
    )
