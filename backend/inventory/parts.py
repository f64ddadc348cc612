"""A part of what a shipment holds goes to another shipment of its location, or is free again. Ledger rows, lots and
segments follow; a shipment that holds nothing (a history without stock control) has nothing to part with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from backend.inventory import balances, lots
from backend.inventory.held import Held, entry_of, held_by, with_lots, write_entries
from backend.inventory.rules import Key
from backend.persistence.uow import Uow
from models.errors import DomainError, ErrorCode


@dataclass(frozen=True, slots=True)
class Part:
    """Units of a product that leave a shipment, for the shipment `to`; None: for nobody."""

    shipment_id: int
    product_id: int
    units: int
    to: int | None = None


def part_with(uow: Uow, parts: Sequence[Part]) -> None:
    """Take parts off shipments whose rows are locked; where `to` names another it gets the promise, balance unchanged.

    Raises CONFLICT when a shipment does not hold that much.
    """
    held = held_by(uow, {part.shipment_id for part in parts})
    locked = balances.lock(uow, {item.key for item in held})
    dealt = list(_deal(held, parts))
    if lotted := with_lots(locked):
        _part_lots(uow, lotted, held, dealt)
    passed = [
        entry
        for item, to in dealt
        if to is not None
        for entry in (
            entry_of(item, "passed_on", promised=-item.units),
            entry_of(replace(item, shipment_id=to), "passed_on", promised=item.units),
        )
    ]
    balances.write(uow, locked, {}, passed)  # the balances stay as they are
    write_entries(uow, locked, [entry_of(item, "released", promised=-item.units) for item, to in dealt if to is None])


def lock_held(uow: Uow, shipment_ids: Iterable[int], *, also: Iterable[Key] = ()) -> None:
    """Lock every balance these shipments hold units of, and those in `also`, in one ascending sweep: whoever changes
    several of them one after the other starts with this."""
    balances.lock(uow, [*(item.key for item in held_by(uow, shipment_ids)), *also])


def _deal(held: Sequence[Held], parts: Iterable[Part]) -> Iterable[tuple[Held, int | None]]:
    """Yield what is taken of each held share, and for whom: open units before those a segment pays for, as a promise
    is charged to its segment first."""
    known = {item.shipment_id for item in held}
    left: dict[tuple[int, int], list[Held]] = defaultdict(list)
    for item in sorted(held, key=lambda item: (item.segment_id is not None, item.segment_id or 0)):
        left[item.shipment_id, item.key[1]].append(item)
    for part in parts:
        if part.shipment_id not in known:
            continue
        shares, missing = left[part.shipment_id, part.product_id], part.units
        while missing and shares:
            first = shares.pop(0)
            units = min(missing, first.units)
            missing -= units
            if first.units > units:
                shares.insert(0, replace(first, units=first.units - units))
            yield replace(first, units=units), part.to
        if missing:
            words = f"Shipment {part.shipment_id} does not hold {part.units} of product {part.product_id}."
            raise DomainError(ErrorCode.CONFLICT, words)


def _part_lots(uow: Uow, lotted: set[Key], held: Sequence[Held], dealt: Sequence[tuple[Held, int | None]]) -> None:
    """Units that no lot covers go first; of the rest those that expire last."""
    shelf = lots.shelf(uow, lotted)
    still: dict[tuple[int, Key], int] = defaultdict(int)
    for item in held:
        still[item.shipment_id, item.key] += item.units
    for item, to in dealt:
        if item.key not in lotted:
            continue
        still[item.shipment_id, item.key] -= item.units
        freed = shelf.keep_at_most(item.key, item.shipment_id, still[item.shipment_id, item.key])
        if to is not None:
            shelf.give(item.key, to, freed)
    shelf.save(uow)
