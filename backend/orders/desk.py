"""What a committer of orders (`intake.py`) remembers from one group to the next."""

from __future__ import annotations

import time
from collections.abc import Iterable

from backend.catalog import queries as catalog
from backend.orders.rules import NewOrder
from backend.persistence.uow import Uow

#: How long groups are looked up first after a repetition.
_LOOK_SECONDS = 1.0
_MOST_PRODUCTS = 500_000


class Desk:
    """What a committer remembers between groups: ids of products, which never change, and whether to look first.

    Most orders are new. So a group is written without asking whether its keys and orders are there already; the unique
    keys tell, and then it is judged again, having looked. After that, groups are looked up first for a while.
    """

    def __init__(self) -> None:
        self._products: dict[str, int] = {}
        self._look_until = 0.0

    def looks(self) -> bool:
        """Return whether repetitions are about."""
        return time.monotonic() < self._look_until

    def repeated(self) -> None:
        """Note that something was there already."""
        self._look_until = time.monotonic() + _LOOK_SECONDS

    def products(self, uow: Uow, orders: Iterable[NewOrder]) -> dict[str, int]:
        """Return the ids of the known products of these orders by SKU."""
        wanted = {line.sku for order in orders for line in order.lines}
        if len(self._products) > _MOST_PRODUCTS:
            self._products.clear()
        missing = wanted - self._products.keys()
        if missing:
            self._products.update(catalog.ids_by_sku(uow, missing))
        return {sku: self._products[sku] for sku in wanted if sku in self._products}
