"""Stock read from the database for one batch: the truth of this transaction, where the book (`availability`) may lag.

`read` looks, `lock` holds what it saw until the transaction ends. Segments count as they do when stock is reserved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from backend.inventory import balances, queries, segments
from backend.inventory.fences import Fence, Rulebook, fence
from backend.inventory.rules import Balance, Key
from backend.persistence.bulk import fetch_in
from backend.persistence.uow import Uow
from backend.routing.document import Strategy
from backend.routing.facts import Held, OrderFacts
from backend.routing.prepare import compiled


class FreshStock:
    """Implements `facts.Stock` on balances at hand."""

    def __init__(self, available: Mapping[Key, int], fences: Mapping[Key, Fence], rules: Rulebook) -> None:
        """Take the units available and, where a quota touches a balance, its fence; by (location id, product id)."""
        self._rules = rules
        self._units: dict[int, dict[int, int]] = defaultdict(dict)
        self._fences: dict[int, dict[int, Fence]] = defaultdict(dict)
        for (location_id, product_id), units in available.items():
            if units > 0:
                self._units[product_id][location_id] = units
        for (location_id, product_id), found in fences.items():
            self._fences[product_id][location_id] = found

    def holders(self, product_id: int, order: OrderFacts) -> Mapping[int, int]:
        """Return units available to this order by location id."""
        units = self._units.get(product_id, {})
        fences = self._fences.get(product_id)
        if not fences:
            return units
        own = self._segment(order)
        mine = {at: fences[at].left(own) if at in fences else count for at, count in units.items()}
        return {at: count for at, count in mine.items() if count > 0}

    def take(self, location_id: int, product_id: int, units: int, order: OrderFacts) -> None:
        """Count these units as promised."""
        held = self._units[product_id]
        left = held.get(location_id, 0) - units
        if left > 0:
            held[location_id] = left
        else:
            held.pop(location_id, None)
        if (kept := self._fences.get(product_id, {}).get(location_id)) is not None:
            kept.take(self._segment(order), units)

    def copy(self) -> FreshStock:
        """Return the same stock, from which somebody else may take."""
        other = FreshStock({}, {}, self._rules)
        for product_id, units in self._units.items():
            other._units[product_id] = dict(units)
        for product_id, fences in self._fences.items():
            other._fences[product_id] = {at: Fence(kept.open, dict(kept.kept)) for at, kept in fences.items()}
        return other

    def _segment(self, order: OrderFacts) -> int | None:
        return segment_of(self._rules, order)


def segment_of(rules: Rulebook, order: OrderFacts) -> int | None:
    """Return the id of the segment an order takes from, None when it has only the open units."""
    found = rules.segment_of(channel=order.channel, method=order.method.value, customer=order.customer)
    return found.id if found else None


def read(uow: Uow, product_ids: Iterable[int]) -> FreshStock:
    """Return the stock of these products as it is now; nothing is locked."""
    rules = segments.rulebook(uow)
    if not rules:
        return FreshStock(queries.available(uow, product_ids), {}, rules)
    return _fenced(uow, _balances(uow, product_ids), rules)


def lock(uow: Uow, product_ids: Iterable[int]) -> FreshStock:
    """Lock the stock of these products wherever there is any, and return it: what is decided on it cannot be lost."""
    rules = segments.rulebook(uow)
    held = balances.lock(uow, queries.available(uow, product_ids))
    return _fenced(uow, {key: row.balance for key, row in held.items()}, rules)


def held(uow: Uow, strategy: Strategy, product_ids: Iterable[int]) -> dict[Key, Held]:
    """Return the balances of these products as a strategy's filters ask about them; nothing when none asks."""
    if not compiled(strategy).asks_balances:
        return {}
    names = ("on_hand", "unsellable", "allocated", "pending", "safety_stock", "floor", "attributes")
    columns = [queries.STOCK.c[name] for name in ("location_id", "product_id", *names)]
    rows = fetch_in(uow.session, sa.select(*columns), queries.STOCK.c.product_id, product_ids)
    return {(location_id, product_id): Held(*recorded) for location_id, product_id, *recorded in rows}


def _balances(uow: Uow, product_ids: Iterable[int]) -> dict[Key, Balance]:
    columns = [queries.STOCK.c[name] for name in ("location_id", "product_id", *_AMOUNTS)]
    statement = sa.select(*columns).where(queries.AVAILABLE > 0)
    rows = fetch_in(uow.session, statement, queries.STOCK.c.product_id, product_ids)
    return {(location_id, product_id): Balance(*amounts) for location_id, product_id, *amounts in rows}


_AMOUNTS = ("on_hand", "allocated", "pending", "unsellable", "safety_stock", "floor")


def _fenced(uow: Uow, found: Mapping[Key, Balance], rules: Rulebook) -> FreshStock:
    available = {key: balance.available for key, balance in found.items()}
    shares = segments.of_balances(uow, found) if rules else {}
    return FreshStock(available, {key: fence(available[key], those) for key, those in shares.items()}, rules)
