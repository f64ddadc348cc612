"""What a balance may become. Pure. Lots are `fefo.py`, ring-fenced shares `fences.py`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from models.errors import Fault

#: The most units a balance or a change may hold.
MAX_UNITS = 1_000_000_000

#: (location id, product id); balances are locked in ascending order of it.
Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Balance:
    """Units at one location of one product (`models/tables/inventory.py` says what each means)."""

    on_hand: int = 0
    allocated: int = 0
    pending: int = 0
    unsellable: int = 0
    safety_stock: int = 0
    floor: int = 0

    @property
    def promised(self) -> int:
        """Return the units promised to shipments, covered or not."""
        return self.allocated + self.pending

    @property
    def sellable(self) -> int:
        """Return the units on hand that may leave the building."""
        return self.on_hand - self.unsellable

    @property
    def free(self) -> int:
        """Return the sellable units that are not kept back, promised or not."""
        return max(0, self.sellable - self.safety_stock - self.floor)

    @property
    def available(self) -> int:
        """Return the units that may still be promised."""
        kept = self.unsellable + self.allocated + self.pending + self.safety_stock + self.floor
        return max(0, self.on_hand - kept)

    def after(self, *, on_hand: int = 0, unsellable: int = 0, promised: int = 0) -> Balance:
        """Return the balance after these signed changes: sellable units cover what is promised, the rest is pending.

        So stock that arrives releases pending by itself, and a count below what is promised makes some.
        """
        promised += self.allocated + self.pending
        on_hand += self.on_hand
        unsellable += self.unsellable
        allocated = min(promised, max(0, on_hand - unsellable))
        return Balance(on_hand, allocated, promised - allocated, unsellable, self.safety_stock, self.floor)

    def keeping(self, *, safety_stock: int, floor: int) -> Balance:
        """Return the balance with other units kept back."""
        return replace(self, safety_stock=safety_stock, floor=floor)


@dataclass(frozen=True, slots=True)
class Move:
    """A signed change of one balance; `index` is its place in the caller's list, for fault pointers.

    `allocated` counts promised units (covered or pending).
    """

    key: Key
    on_hand: int = 0
    allocated: int = 0
    index: int = 0
    unsellable: int = 0


def apply(balances: Mapping[Key, Balance], moves: Iterable[Move]) -> tuple[dict[Key, Balance], list[Fault]]:
    """Return the touched balances after all moves, and a fault for every move that would break one.

    Moves on one balance are taken in their order. Never below zero, and no more newly promised than is available.
    """
    after: dict[Key, Balance] = {}
    faults: list[Fault] = []
    for move in moves:
        now = after.get(move.key) or balances.get(move.key) or Balance()
        words = _objection(now, move)
        if words is None:
            after[move.key] = now.after(on_hand=move.on_hand, unsellable=move.unsellable, promised=move.allocated)
        else:
            faults.append(Fault(f"/{move.index}", *words))
    return after, faults


def _objection(now: Balance, move: Move) -> tuple[str, str] | None:
    """Return the code and words of what is wrong with a move, if anything."""
    on_hand, unsellable = now.on_hand + move.on_hand, now.unsellable + move.unsellable
    if on_hand > MAX_UNITS:
        return "out_of_range", f"A balance holds at most {MAX_UNITS:,} units."
    if move.allocated > now.available:
        return "not_enough_stock", f"{move.allocated} asked, {now.available} available."
    if on_hand < 0:
        return "not_enough_stock", f"{now.on_hand} on hand; {-move.on_hand} is too many to take."
    if not 0 <= unsellable <= on_hand:
        return "not_enough_stock", f"{now.on_hand} on hand, {now.unsellable} of them unsellable; too few are sellable."
    if now.promised + move.allocated < 0:
        return "not_promised", f"{now.promised} promised; {-move.allocated} is too many to give back."
    return None


def total(needs: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    """Return the summed quantity per balance, keys ascending."""
    sums: dict[Key, int] = defaultdict(int)
    for key, quantity in needs:
        sums[key] += quantity
    return dict(sorted(sums.items()))
