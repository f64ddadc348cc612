"""How stock may move. Pure: quantities in, quantities out. Locking and rows are `service.py`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models.errors import Fault

#: (location id, product id); also the order in which rows are locked.
Key = tuple[int, int]

#: The largest quantity of one product at one location.
MAX_UNITS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Balance:
    """Units there, and units promised to open shipments (`models/tables/inventory.py` says what each means)."""

    on_hand: int = 0
    allocated: int = 0
    pending: int = 0
    unsellable: int = 0
    safety_stock: int = 0
    floor: int = 0

    @property
    def available(self) -> int:
        """Return the units that may still be promised."""
        kept = self.unsellable + self.allocated + self.pending + self.safety_stock + self.floor
        return max(0, self.on_hand - kept)


@dataclass(frozen=True, slots=True)
class Move:
    """A signed change of one balance; `index` is its place in the caller's list, for fault pointers."""

    key: Key
    on_hand: int = 0
    allocated: int = 0
    index: int = 0


def apply(balances: Mapping[Key, Balance], moves: Iterable[Move]) -> tuple[dict[Key, Balance], list[Fault]]:
    """Return the touched balances after all moves, and a fault for every move that would break one.

    Moves on one balance are taken in their order. Never below zero, never less there than is promised.
    """
    after: dict[Key, Balance] = {}
    faults: list[Fault] = []
    for move in moves:
        now = after.get(move.key) or balances.get(move.key) or Balance()
        then = Balance(now.on_hand + move.on_hand, now.allocated + move.allocated)
        fault = _fault(now, then, move.index)
        if fault is None:
            after[move.key] = then
        else:
            faults.append(fault)
    return after, faults


def _fault(now: Balance, then: Balance, index: int) -> Fault | None:
    if then.on_hand > MAX_UNITS:
        return Fault(f"/{index}", "out_of_range", f"A balance holds at most {MAX_UNITS:,} units.")
    if 0 <= then.allocated <= then.on_hand:
        return None
    if then.allocated > now.allocated:
        asked = then.allocated - now.allocated
        return Fault(f"/{index}", "not_enough_stock", f"{asked} asked, {now.available} available.")
    return Fault(
        f"/{index}", "not_enough_stock", f"{now.on_hand} on hand, {now.allocated} promised; {then.on_hand} is too few."
    )


def total(needs: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    """Return the summed quantity per balance, keys ascending."""
    sums: dict[Key, int] = defaultdict(int)
    for key, quantity in needs:
        sums[key] += quantity
    return dict(sorted(sums.items()))
