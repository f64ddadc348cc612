"""Tell, once per transaction and location, what became of the balances it touched: `inventory.changed`.

Gathered from what was just written and recorded just before the commit; the availability read model lives on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from backend.inventory import segments
from backend.inventory.rules import Balance, Key
from backend.orders import waiting
from backend.persistence.bulk import chunks, fetch_in, table_of
from backend.persistence.uow import Uow
from models.events import EventType
from models.tables import Location, Product

#: Balances per event: a message stays readable, and below what receivers take.
ITEMS = 200

_LOCATION, _PRODUCT = table_of(Location), table_of(Product)


@dataclass(slots=True)
class StockNews:
    """The balances that this transaction touched, as they are now."""

    reason: str = ""
    before: dict[Key, int] = field(default_factory=dict)
    now: dict[Key, tuple[Balance, int]] = field(default_factory=dict)

    def add(self, key: Key, was: Balance, balance: Balance, *, version: int, reason: str) -> None:
        """Note a written balance."""
        self.reason = self.reason or reason
        self.before.setdefault(key, was.available)
        self.now[key] = balance, version

    def close(self, uow: Uow) -> None:
        """Record the events, and wake orders that wait for what there is more of (see `Uow.ending`)."""
        if not self.now:
            return
        by_location: dict[int, list[Key]] = defaultdict(list)
        for key in sorted(self.now):
            by_location[key[0]].append(key)
        codes = _names(uow, _LOCATION.c.id, _LOCATION.c.code, by_location)
        skus = _names(uow, _PRODUCT.c.id, _PRODUCT.c.sku, {product_id for _, product_id in self.now})
        shares = segments.shares(uow, {key: balance for key, (balance, _) in self.now.items()})
        for location_id, keys in by_location.items():
            for chunk in chunks(keys, ITEMS):
                items = [_item(skus[key[1]], *self.now[key]) for key in chunk]
                for key, item in zip(chunk, items, strict=True):
                    if key in shares:
                        item["segments"] = shares[key]
                code = codes[location_id]
                data = {"location": code, "reason": self.reason, "items": items}
                uow.record(EventType.INVENTORY_CHANGED, subject=f"location/{code}", data=data, location_id=location_id)
        more = {key: balance.available - self.before[key] for key, (balance, _) in self.now.items()}
        rises = {key: units for key, units in more.items() if units > 0}
        waiting.wake(uow, rises, units=sum(rises.values()))


def _item(sku: str, balance: Balance, version: int) -> dict[str, Any]:
    return {
        "sku": sku,
        "on_hand": balance.on_hand,
        "unsellable": balance.unsellable,
        "allocated": balance.allocated,
        "pending": balance.pending,
        "safety_stock": balance.safety_stock,
        "floor": balance.floor,
        "available": balance.available,
        "version": version,
    }


def _names(uow: Uow, id_: Any, name: Any, ids: Any) -> Mapping[int, str]:
    return dict(fetch_in(uow.session, sa.select(id_, name), id_, ids))
