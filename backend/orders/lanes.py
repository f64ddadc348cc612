"""Which priority lane an order takes: 0 routes first. The active routing strategy says so."""

from __future__ import annotations

from collections.abc import Sequence

from backend.orders.rules import NewOrder
from backend.persistence.uow import Uow
from models.tables.orders import LAST_LANE


def lanes(_uow: Uow, orders: Sequence[NewOrder]) -> list[int]:
    """Return the lane of each order, in order."""
    return [LAST_LANE] * len(orders)
