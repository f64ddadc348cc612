"""The lots of some balances: read, changed in memory by the rules of `fefo.py`, written in one go.

Only balances that have lots come here. Their rows are guarded by the lock on the balance, which the caller holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from backend.inventory import fefo
from backend.inventory.fefo import Lot, LotName, Taken
from backend.inventory.rules import Key
from backend.persistence.bulk import allocate_ids, fetch_in, insert_rows, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.pairs import are_one_of, fetch_pairs
from backend.persistence.uow import Uow
from models.tables import LotAllocation, StockLot

LOT, ALLOCATION = table_of(StockLot), table_of(LotAllocation)

_PLACE = (LOT.c.location_id, LOT.c.product_id)
_NAME = (LOT.c.lot, LOT.c.serial, LOT.c.condition, LOT.c.expires_on)
_PAIR = (ALLOCATION.c.shipment_id, ALLOCATION.c.lot_id)


@dataclass(slots=True)
class Shelf:
    """Lots by balance and id, and which shipment takes how many units of which lot."""

    lots: dict[Key, dict[int, Lot]] = field(default_factory=lambda: defaultdict(dict))
    taken: dict[tuple[int, int], int] = field(default_factory=dict)
    _lots_before: dict[int, Lot] = field(default_factory=dict)
    _taken_before: dict[tuple[int, int], int] = field(default_factory=dict)

    def of(self, key: Key) -> list[Lot]:
        """Return the lots of a balance."""
        return list(self.lots[key].values())

    def has(self, key: Key, name: LotName) -> bool:
        """Return whether a balance has a lot with this name."""
        return any(lot.name == name for lot in self.lots[key].values())

    def named(self, key: Key, name: LotName) -> Lot:
        """Return the lot of a balance with this name."""
        return next(lot for lot in self.lots[key].values() if lot.name == name)

    def put(self, key: Key, lot: Lot) -> None:
        """Set what a lot holds."""
        self.lots[key][lot.id] = lot

    def promise(self, key: Key, needs: Sequence[tuple[int, int]]) -> None:
        """Allocate lots to (shipment, units), those that expire first; what lots cannot cover has none."""
        self._take(key, fefo.allocate(self.of(key), needs))

    def give_back(self, keys: Iterable[Key], shipment_ids: Collection[int]) -> None:
        """Free what these shipments were to be taken from."""
        for key in keys:
            held = [item for item in self._allocated(key) if item.shipment_id in shipment_ids]
            self._take(key, [replace(item, units=-item.units) for item in held])

    def keep_at_most(self, key: Key, shipment_id: int, most: int) -> list[Taken]:
        """Free what a shipment takes from lots beyond `most` units, what expires last first; return what it was."""
        held = {item.lot_id: item for item in self._allocated(key) if item.shipment_id == shipment_id}
        too_many = sum(item.units for item in held.values()) - most
        freed: list[Taken] = []
        for lot in reversed(fefo.in_order(self.of(key))):
            if lot.id in held and too_many > 0:
                freed.append(replace(held[lot.id], units=min(too_many, held[lot.id].units)))
                too_many -= freed[-1].units
        self._take(key, [replace(item, units=-item.units) for item in freed])
        return freed

    def give(self, key: Key, shipment_id: int, freed: Iterable[Taken]) -> None:
        """Let a shipment be taken from what another was to be."""
        self._take(key, [replace(item, shipment_id=shipment_id) for item in freed])

    def leave(self, key: Key, needs: Sequence[tuple[int, int]], on_hand: int) -> list[Taken]:
        """Take (shipment, units) out of the building, of `on_hand` units; return what left of which lot."""
        unlotted = on_hand - sum(lot.on_hand for lot in self.of(key))
        left = fefo.consume(self.of(key), self._allocated(key), needs, unlotted)
        for item in left:
            if item.lot_id is not None:
                lot = self.lots[key][item.lot_id]
                self.put(key, replace(lot, on_hand=lot.on_hand - item.units))
        self.give_back([key], {shipment_id for shipment_id, _ in needs})
        self.mend(key)
        return left

    def mend(self, key: Key) -> None:
        """Withdraw what lots no longer have (counted less, expired) and allocate others instead, where there are."""
        withdrawn = fefo.withdraw(self.of(key), self._allocated(key))
        self._take(key, [replace(item, units=-item.units) for item in withdrawn])
        self.promise(key, [(item.shipment_id, item.units) for item in withdrawn])

    def save(self, uow: Uow) -> None:
        """Write what changed."""
        now = {id_: lot for lots in self.lots.values() for id_, lot in lots.items()}
        changed = [lot for id_, lot in sorted(now.items()) if lot != self._lots_before.get(id_)]
        rows = [
            {
                "id": lot.id,
                "on_hand": lot.on_hand,
                "allocated": lot.allocated,
                "sellable": lot.sellable,
                "updated_at": uow.now,
            }
            for lot in changed
        ]
        update_columns(uow.session, StockLot, rows)
        pairs = {*self.taken, *self._taken_before}
        moved = sorted(pair for pair in pairs if self.taken.get(pair, 0) != self._taken_before.get(pair, 0))
        if known := [pair for pair in moved if pair in self._taken_before]:
            uow.session.connection().execute(ALLOCATION.delete().where(are_one_of(uow.session, _PAIR, known)))
        new = [
            {"shipment_id": pair[0], "lot_id": pair[1], "quantity": self.taken[pair]}
            for pair in moved
            if self.taken.get(pair)
        ]
        insert_rows(uow.session, LotAllocation, new)

    def _allocated(self, key: Key) -> list[Taken]:
        mine = self.lots[key]
        return [Taken(*pair, units) for pair, units in sorted(self.taken.items()) if units and pair[1] in mine]

    def _take(self, key: Key, items: Iterable[Taken]) -> None:
        for item in items:
            if item.lot_id is None:
                continue
            lot = self.lots[key][item.lot_id]
            self.put(key, replace(lot, allocated=lot.allocated + item.units))
            pair = item.shipment_id, item.lot_id
            self.taken[pair] = self.taken.get(pair, 0) + item.units


def shelf(uow: Uow, keys: Iterable[Key]) -> Shelf:
    """Return the lots of these balances and who is to get them."""
    statement: Any = sa.select(*_PLACE, LOT.c.id, *_NAME, LOT.c.sellable, LOT.c.on_hand, LOT.c.allocated)
    found = Shelf()
    for location_id, product_id, id_, *name, sellable, on_hand, allocated in fetch_pairs(
        uow.session, statement, _PLACE, keys
    ):
        lot = Lot(id_, LotName(*name), sellable, on_hand, allocated)
        found.lots[location_id, product_id][id_] = lot
        found._lots_before[id_] = lot
    held = [id_ for id_, lot in found._lots_before.items() if lot.allocated]
    allocations = sa.select(*_PAIR, ALLOCATION.c.quantity)
    for shipment_id, lot_id, units in fetch_in(uow.session, allocations, ALLOCATION.c.lot_id, held):
        found.taken[shipment_id, lot_id] = units
    found._taken_before = dict(found.taken)
    return found


def make(uow: Uow, names: Sequence[tuple[Key, LotName]], days: Mapping[int, date]) -> dict[tuple[Key, LotName], int]:
    """Write new lots, empty, and return their ids; `days` are the days it is at the locations, by their ids."""
    ids = allocate_ids(uow.session, StockLot, len(names))
    rows = [
        {
            "id": id_,
            "location_id": key[0],
            "product_id": key[1],
            "lot": name.lot,
            "serial": name.serial,
            "condition": name.condition,
            "expires_on": name.expires_on,
            "expires_key": name.expires_on.isoformat() if name.expires_on else "",
            "sellable": fefo.is_sellable(name, days[key[0]]),
            "on_hand": 0,
            "allocated": 0,
            "updated_at": uow.now,
        }
        for id_, (key, name) in zip(ids, names, strict=True)
    ]
    insert_rows(uow.session, StockLot, rows)
    return dict(zip(names, ids, strict=True))
