"""The one writer of stock: every change is a ledger row, and no interleaving oversells.

Order of locks everywhere: order rows, shipment rows, stock (ascending key), location loads, arrivals, SLA rows. How
balances are locked and written is `balances.py`; adjustments and counts are `changes.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from backend.inventory import balances, fefo, lots, segments
from backend.inventory.balances import Entry, Locked
from backend.inventory.changes import StockChange, StockCount, StockSettings, adjust, count, put_settings
from backend.inventory.fences import Fence, fence
from backend.inventory.held import check, entry_of, held_by, with_lots, write_entries
from backend.inventory.rules import Key
from backend.persistence.uow import Uow
from models.errors import ErrorCode, Fault, invalid

__all__ = [
    "StockChange",
    "StockCount",
    "StockNeed",
    "StockSettings",
    "adjust",
    "consume",
    "count",
    "lock_available",
    "move",
    "put_settings",
    "release",
    "reserve",
    "reserve_what_fits",
]


@dataclass(frozen=True, slots=True)
class StockNeed:
    """Units that a shipment promises; `segment_id` is the segment its order belongs to, None: only open units."""

    shipment_id: int
    location_id: int
    product_id: int
    quantity: int
    segment_id: int | None = None


def lock_available(uow: Uow, keys: Iterable[Key]) -> dict[Key, int]:
    """Lock existing balances in ascending order until this transaction ends; return the units available in each."""
    return {key: row.balance.available for key, row in balances.lock(uow, keys).items()}


def reserve(uow: Uow, needs: Sequence[StockNeed]) -> None:
    """Promise units to shipments, all or none; CONFLICT names every need that the stock cannot meet."""
    tried = _Reserving(uow, needs)
    faults = []
    for index, need in enumerate(needs):
        if not tried.take([need]):
            left = tried.left(need)
            faults.append(Fault(f"/{index}", "not_enough_stock", f"{need.quantity} asked, {left} available."))
    if faults:
        raise invalid(faults, code=ErrorCode.CONFLICT)
    tried.write(uow)


def reserve_what_fits(
    uow: Uow, groups: Sequence[Sequence[StockNeed]], *, also: Callable[[int], bool] | None = None
) -> list[int]:
    """Promise units to groups of needs, each group all or none, in their order; return the places of those that lost.

    For decisions made on a slightly stale picture: who lost is decided anew, the others are safe. `also` is asked once
    all stock is locked, with the place of each group that fits; when it says no, the group has lost too.
    """
    tried = _Reserving(uow, [need for group in groups for need in group])
    if also is None:
        lost = [index for index, group in enumerate(groups) if not tried.take(group)]
    else:
        lost = [index for index, group in enumerate(groups) if not tried.take(group, partial(also, index))]
    tried.write(uow)
    return lost


def would_fit(uow: Uow, groups: Sequence[Sequence[StockNeed]]) -> bool:
    """Lock what these groups need and return whether all of them could have it; nothing is promised."""
    tried = _Reserving(uow, [need for group in groups for need in group])
    return all(tried.take(group) for group in groups)


class _Reserving:
    """Locked balances, and what is left of them while needs are served one after the other."""

    def __init__(self, uow: Uow, needs: Sequence[StockNeed]) -> None:
        self._locked = balances.lock(uow, {(need.location_id, need.product_id) for need in needs})
        self._open = {key: row.balance.available for key, row in self._locked.items()}
        shares = segments.of_balances(uow, {key: row.balance for key, row in self._locked.items()})
        self._fences: dict[Key, Fence] = {key: fence(self._open[key], found) for key, found in shares.items()}
        self._taken: list[tuple[StockNeed, int, int]] = []  # need, units of its segment, open units

    def left(self, need: StockNeed) -> int:
        """Return what this need could have."""
        key = need.location_id, need.product_id
        return self._fences[key].left(need.segment_id) if key in self._fences else self._open.get(key, 0)

    def take(self, group: Sequence[StockNeed], also: Callable[[], bool] = lambda: True) -> bool:
        """Take all that a group needs, or nothing; nothing too when `also`, asked at the end, says no."""
        start = len(self._taken)
        for need in group:
            key = need.location_id, need.product_id
            if key in self._fences:
                parts = self._fences[key].take(need.segment_id, need.quantity)
                if parts is None:
                    return self._undo(start)
                self._taken.append((need, *parts))
                continue
            left = self._open.get(key, 0) - need.quantity
            if left < 0:
                return self._undo(start)
            self._open[key] = left
            self._taken.append((need, 0, need.quantity))
        return True if also() else self._undo(start)

    def write(self, uow: Uow) -> None:
        """Write what was taken."""
        promised: dict[Key, int] = defaultdict(int)
        charged: dict[tuple[Key, int], int] = defaultdict(int)
        entries: list[Entry] = []
        for need, own, open_ in self._taken:
            key = need.location_id, need.product_id
            promised[key] += need.quantity
            if own and need.segment_id is not None:
                charged[key, need.segment_id] += own
                entries.append(
                    Entry(key, "reserved", promised=own, shipment_id=need.shipment_id, segment_id=need.segment_id)
                )
            if open_:
                entries.append(Entry(key, "reserved", promised=open_, shipment_id=need.shipment_id))
        if not entries:
            return
        after = {key: self._locked[key].balance.after(promised=units) for key, units in promised.items()}
        balances.write(uow, self._locked, after, entries)
        segments.charge(uow, charged)
        if lotted := with_lots(self._locked):
            wanted: dict[Key, list[tuple[int, int]]] = defaultdict(list)
            for need, own, open_ in self._taken:
                wanted[need.location_id, need.product_id].append((need.shipment_id, own + open_))
            shelf = lots.shelf(uow, lotted & wanted.keys())
            for key in sorted(lotted & wanted.keys()):
                shelf.promise(key, wanted[key])
            shelf.save(uow)

    def _undo(self, start: int) -> bool:
        while len(self._taken) > start:
            need, own, open_ = self._taken.pop()
            key = need.location_id, need.product_id
            if key in self._fences:
                self._fences[key].give_back(need.segment_id, (own, open_))
            else:
                self._open[key] += open_
        return False


def release(uow: Uow, shipment_ids: Sequence[int]) -> None:
    """Give back whatever these shipments still hold, each unit to the segment it came from."""
    held = held_by(uow, shipment_ids)
    locked = balances.lock(uow, [item.key for item in held])
    if lotted := with_lots(locked):
        shelf = lots.shelf(uow, lotted)
        shelf.give_back(lotted, set(shipment_ids))
        shelf.save(uow)
    write_entries(uow, locked, [entry_of(item, "released", promised=-item.units) for item in held])


def consume(uow: Uow, shipment_ids: Sequence[int]) -> None:
    """Take what these shipments hold out of the building: it left with the carrier or the customer.

    CONFLICT when so much is not there: somebody counted less in the meantime, and has to count again first.
    """
    held = held_by(uow, shipment_ids)
    locked = balances.lock(uow, [item.key for item in held])
    entries = [entry_of(item, "consumed", on_hand=-item.units, promised=-item.units) for item in held]
    if lotted := with_lots(locked):
        check(locked, entries)  # before lots are asked for what is not there
        entries = _leaving_lots(uow, locked, lotted, entries)
    write_entries(uow, locked, entries)


def _leaving_lots(uow: Uow, locked: Mapping[Key, Locked], lotted: set[Key], entries: Sequence[Entry]) -> list[Entry]:
    """Take the units of these entries out of their lots; return the entries split by lot, to trace each unit."""
    shelf = lots.shelf(uow, lotted)
    split = [entry for entry in entries if entry.key not in lotted]
    by_key: dict[Key, dict[int, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        if entry.key in lotted:
            by_key[entry.key][entry.shipment_id or 0].append(entry)
    for key, by_shipment in sorted(by_key.items()):
        needs = [(id_, -sum(entry.on_hand for entry in mine)) for id_, mine in by_shipment.items()]
        left = shelf.leave(key, needs, locked[key].balance.on_hand)
        for id_, mine in by_shipment.items():
            dealt = fefo.deal([-entry.on_hand for entry in mine], [item for item in left if item.shipment_id == id_])
            split += [
                replace(entry, on_hand=-units, promised=-units, lot_id=lot_id)
                for entry, parts in zip(mine, dealt, strict=True)
                for lot_id, units in parts
            ]
    shelf.save(uow)
    return split


def move(uow: Uow, shipment_id: int, *, to_location_id: int) -> None:
    """Release what a shipment holds and reserve the same elsewhere, or raise CONFLICT; both places locked together."""
    held = held_by(uow, [shipment_id])
    sums: dict[int, int] = defaultdict(int)
    segment_ids = {item.key[1]: item.segment_id for item in held if item.segment_id is not None}
    for item in held:
        sums[item.key[1]] += item.units
    needs = [StockNeed(shipment_id, to_location_id, id_, units, segment_ids.get(id_)) for id_, units in sums.items()]
    balances.lock(uow, [*(item.key for item in held), *((to_location_id, product_id) for product_id in sums)])
    release(uow, [shipment_id])
    reserve(uow, needs)
