"""Lots: which units may be sold, and which are taken first. Pure.

First expired, first out: of the sellable lots the earliest expiry comes first, none last, then lot code, then id.
Units on hand that no lot explains come after all lots.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: Conditions that a customer may be sent without asking; every other word (damaged, returned, open box) may not.
SELLABLE = frozenset({"new"})


@dataclass(frozen=True, slots=True)
class LotName:
    """What tells one lot from another; "" and None are not recorded."""

    lot: str = ""
    serial: str = ""
    condition: str = "new"
    expires_on: date | None = None

    def __bool__(self) -> bool:
        """Whether anything is recorded that makes it a lot at all."""
        return self != LotName()


@dataclass(frozen=True, slots=True)
class Lot:
    """Units of one lot at one location; id 0 is not written yet."""

    id: int
    name: LotName
    sellable: bool = True
    on_hand: int = 0
    allocated: int = 0

    @property
    def unsellable(self) -> int:
        """Return its units that may not leave the building."""
        return 0 if self.sellable else self.on_hand

    @property
    def free(self) -> int:
        """Return its units that may be allocated."""
        return self.on_hand - self.allocated if self.sellable else 0


@dataclass(frozen=True, slots=True)
class Taken:
    """Units of a lot (None: units that no lot explains) for a shipment."""

    shipment_id: int
    lot_id: int | None
    units: int


def is_sellable(name: LotName, today: date) -> bool:
    """Return whether a lot may be sold on this day of its location: in a good condition, its last day not over."""
    return name.condition in SELLABLE and (name.expires_on is None or name.expires_on >= today)


def expires_at(expires_on: date, time_zone: str) -> datetime:
    """Return the instant at which a lot can no longer be sold: the midnight after its last day, at its location."""
    return datetime.combine(expires_on + timedelta(days=1), time(), ZoneInfo(time_zone)).astimezone(UTC)


def in_order(lots: Iterable[Lot]) -> list[Lot]:
    """Return lots in the order in which they are taken."""
    return sorted(lots, key=lambda lot: (lot.name.expires_on or date.max, lot.name.lot, lot.id))


def allocate(lots: Iterable[Lot], needs: Sequence[tuple[int, int]]) -> list[Taken]:
    """Return what each (shipment, units) gets of the free units of lots; what they cannot cover is left out."""
    free = [[lot.id, lot.free] for lot in in_order(lots) if lot.free > 0]
    taken: list[Taken] = []
    for shipment_id, units in needs:
        while units and free:
            part = min(units, free[0][1])
            taken.append(Taken(shipment_id, free[0][0], part))
            units -= part
            free[0][1] -= part
            if not free[0][1]:
                free.pop(0)
    return taken


def withdraw(lots: Iterable[Lot], allocated: Sequence[Taken]) -> list[Taken]:
    """Return what must be taken from shipments again, because a lot no longer has it: the latest shipment first."""
    withdrawn: list[Taken] = []
    for lot in lots:
        over = lot.allocated - (lot.on_hand if lot.sellable else 0)
        of_lot = sorted((item for item in allocated if item.lot_id == lot.id), key=lambda item: -item.shipment_id)
        for item in of_lot:
            if over <= 0:
                break
            part = min(over, item.units)
            withdrawn.append(replace(item, units=part))
            over -= part
    return withdrawn


def consume(
    lots: Sequence[Lot], allocated: Sequence[Taken], needs: Sequence[tuple[int, int]], unlotted: int
) -> list[Taken]:
    """Return which units leave with each (shipment, units): its own allocated lots, then units of no lot, then free
    lots, and last what is allocated to others (who lose it: see `withdraw`)."""
    left = {lot.id: lot.on_hand for lot in lots if lot.sellable}
    own = [item for item in allocated if item.lot_id in left]
    kept = {lot.id: lot.allocated for lot in lots}
    taken: list[Taken] = []

    def take(shipment_id: int, lot_id: int | None, units: int) -> int:
        if units > 0:
            taken.append(Taken(shipment_id, lot_id, units))
        return max(0, units)

    for shipment_id, units in needs:
        for item in own:
            if item.shipment_id == shipment_id and item.lot_id is not None:
                part = take(shipment_id, item.lot_id, min(units, item.units, left[item.lot_id]))
                left[item.lot_id] -= part
                kept[item.lot_id] -= part
                units -= part
        part = take(shipment_id, None, min(units, unlotted))
        unlotted -= part
        units -= part
        for spare in (kept, dict.fromkeys(kept, 0)):
            for lot in in_order(lot for lot in lots if lot.sellable):
                part = take(shipment_id, lot.id, min(units, left[lot.id] - spare[lot.id]))
                left[lot.id] -= part
                units -= part
    return taken


def deal(portions: Sequence[int], taken: Sequence[Taken]) -> list[list[tuple[int | None, int]]]:
    """Return for each portion (units) the lots it is made of, dealt in order; both add up to the same."""
    left = [(item.lot_id, item.units) for item in reversed(taken)]
    dealt: list[list[tuple[int | None, int]]] = []
    for portion in portions:
        parts: list[tuple[int | None, int]] = []
        while portion:
            lot_id, units = left.pop()
            part = min(units, portion)
            parts.append((lot_id, part))
            portion -= part
            if units > part:
                left.append((lot_id, units - part))
        dealt.append(parts)
    return dealt
