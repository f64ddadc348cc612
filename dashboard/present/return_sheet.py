"""Returns as rows of a CSV file, one per line of a return. Pure."""

from __future__ import annotations

from backend.returns.queries import ReturnView
from dashboard.present.sheet import Cell

RETURNS = (
    *("number", "order", "status", "resolution", "location", "sku", "quantity", "received", "restocked"),
    *("written_off", "condition", "reason", "authorised_at", "closed_at"),
)


def lines(view: ReturnView) -> list[tuple[Cell, ...]]:
    """Return the lines of a return as rows of `RETURNS`."""
    one = view.row
    head = (one.number, view.order_external_id, one.status, one.resolution, view.location)
    return [
        (
            *head,
            line.sku,
            line.quantity,
            line.received,
            line.restocked,
            line.written_off,
            line.condition,
            line.reason or one.reason,
            one.authorised_at,
            one.closed_at,
        )
        for line in view.lines
    ]
