"""Adjustments and counts: units on hand, lot by lot where a lot is named, all or none.

A count below what is promised is taken: somebody looked. It leaves pending units. An item that names no lot speaks
of the whole balance; what lots explain it cannot take away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from backend.catalog import queries as catalog
from backend.inventory import balances, blocks
from backend.inventory import lots as lot_rows
from backend.inventory.balances import Entry, Locked
from backend.inventory.fefo import Lot, LotName, is_sellable
from backend.inventory.lots import Shelf
from backend.inventory.rules import MAX_UNITS, Key, Move, apply
from backend.locations import queries as locations
from backend.persistence.uow import Uow
from models.errors import DomainError, ErrorCode, Fault, invalid
from models.tables import Location


@dataclass(frozen=True, slots=True)
class StockChange:
    """A signed movement of units on hand; `segment_id` notes which segment's order they came back from."""

    location: str
    sku: str
    delta: int
    reason: str = "adjustment"
    lot: LotName = field(default_factory=LotName)
    segment_id: int | None = None


@dataclass(frozen=True, slots=True)
class StockCount:
    """What was counted: the units on hand become this, of the lot when one is named."""

    location: str
    sku: str
    on_hand: int
    reason: str = "count"
    lot: LotName = field(default_factory=LotName)


@dataclass(frozen=True, slots=True)
class StockSettings:
    """Units of a balance that stay back, and what is noted of it (None: as it is); with `expected_version` only over
    the balance that was read."""

    location: str
    sku: str
    safety_stock: int
    floor: int
    expected_version: int | None = None
    attributes: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Places:
    """The balances of the items whose codes are known, by place in the call; the day it is at each location; and what
    is wrong so far, so that the next look can go on with the others and everything is named at once."""

    keys: dict[int, Key]
    days: dict[int, date]
    faults: list[Fault]

    def sound(self) -> dict[int, Key]:
        """Return the balances of the items of which nothing wrong is known."""
        wrong = {int(fault.pointer.split("/")[1]) for fault in self.faults}
        return {index: key for index, key in self.keys.items() if index not in wrong}


def adjust(uow: Uow, changes: Sequence[StockChange]) -> None:
    """Move stock by deltas, all or none; INVALID names every unknown code and every balance that would break."""
    places = _places(uow, changes)
    places.faults.extend(
        Fault(f"/{index}/delta", "out_of_range", f"A delta is not 0 and at most {MAX_UNITS:,}.")
        for index, change in enumerate(changes)
        if change.delta == 0 or abs(change.delta) > MAX_UNITS
    )
    _carry_out(uow, changes, places)


def count(uow: Uow, counts: Sequence[StockCount]) -> None:
    """Set units on hand, all or none; INVALID names every unknown code. Lifts blocks that waited for the count."""
    places = _places(uow, counts)
    places.faults.extend(
        Fault(f"/{index}/on_hand", "out_of_range", f"A count is from 0 to {MAX_UNITS:,}.")
        for index, item in enumerate(counts)
        if not 0 <= item.on_hand <= MAX_UNITS
    )
    seen: set[tuple[Key, LotName]] = set()
    for index, key in places.keys.items():
        if (key, counts[index].lot) in seen:
            words = "This location and SKU come twice in this batch."
            places.faults.append(Fault(f"/{index}", "duplicate", words))
        seen.add((key, counts[index].lot))
    _carry_out(uow, counts, places)
    blocks.counted(uow, list(places.keys.values()))


def put_settings(uow: Uow, settings: Sequence[StockSettings]) -> None:
    """Set safety stock, floor and attributes, all or none; INVALID names every fault, STALE is for a version that has
    passed."""
    places = _places(uow, settings)
    places.faults.extend(
        Fault(f"/{index}/{name}", "out_of_range", f"Units kept back are from 0 to {MAX_UNITS:,}.")
        for index, item in enumerate(settings)
        for name, units in (("safety_stock", item.safety_stock), ("floor", item.floor))
        if not 0 <= units <= MAX_UNITS
    )
    _refuse(places.faults)
    locked = balances.lock_or_make(uow, list(places.keys.values()))
    after = {}
    for key, item in zip(places.keys.values(), settings, strict=True):
        if item.expected_version is not None and item.expected_version != locked[key].version:
            raise DomainError(ErrorCode.STALE, f"The stock of {item.sku} at {item.location} has changed since.")
        after[key] = locked[key].balance.keeping(safety_stock=item.safety_stock, floor=item.floor)
    noted = {
        key: item.attributes
        for key, item in zip(places.keys.values(), settings, strict=True)
        if item.attributes is not None
    }
    new = balances.note(uow, noted)
    changed = {key: balance for key, balance in after.items() if balance != locked[key].balance or key in new}
    balances.write(uow, locked, changed, [])


def _carry_out(uow: Uow, items: Sequence[StockChange | StockCount], places: _Places) -> None:
    keys = places.sound()
    locked = balances.lock_or_make(uow, list(keys.values()))
    asked = [(key, items[index].lot) for index, key in keys.items() if items[index].lot]
    named = {key for key, _ in asked}
    lotted = named | {key for key in keys.values() if locked[key].has_lots}
    work = _Work(locked, lotted, _shelf(uow, places, asked, lotted))
    for index, key in keys.items():
        work.take(index, key, items[index])
    after, faults = apply({key: row.balance for key, row in locked.items()}, work.moves)
    _refuse([*places.faults, *work.faults, *faults])
    if lotted:
        balances.mark_lots(uow, sorted(key for key in named if not locked[key].has_lots))
        for key in sorted(lotted):
            work.shelf.mend(key)
        work.shelf.save(uow)
    balances.write(uow, locked, after, work.entries)


def _shelf(uow: Uow, places: _Places, asked: Sequence[tuple[Key, LotName]], lotted: set[Key]) -> Shelf:
    """Return the lots of these balances, with a row for each lot that is named for the first time."""
    if not lotted:
        return Shelf()
    shelf = lot_rows.shelf(uow, lotted)
    new = [(key, name) for key, name in dict.fromkeys(asked) if not shelf.has(key, name)]
    for (key, name), id_ in lot_rows.make(uow, new, places.days).items():
        shelf.put(key, Lot(id_, name, is_sellable(name, places.days[key[0]])))
    return shelf


class _Work:
    """Items turned into moves of balances and lots, one after the other."""

    def __init__(self, locked: dict[Key, Locked], lotted: set[Key], shelf: Shelf) -> None:
        self._on_hand = {key: row.balance.on_hand for key, row in locked.items()}
        self._lotted = lotted
        self.shelf = shelf
        self.moves: list[Move] = []
        self.entries: list[Entry] = []
        self.faults: list[Fault] = []

    def take(self, index: int, key: Key, item: StockChange | StockCount) -> None:
        """Turn one item into its move and its ledger row, or a fault."""
        if item.lot:
            self._lot(index, key, item)
            return
        delta = item.delta if isinstance(item, StockChange) else item.on_hand - self._on_hand[key]
        explained = sum(lot.on_hand for lot in self.shelf.of(key)) if key in self._lotted else 0
        if delta < 0 and explained and 0 <= self._on_hand[key] + delta < explained:
            words = f"{explained} units are in lots: name the lot that they are taken from."
            self.faults.append(Fault(f"/{index}", "in_lots", words))
            return
        self._move(index, key, delta, 0, Entry(key, item.reason, on_hand=delta, segment_id=_segment(item)))

    def _lot(self, index: int, key: Key, item: StockChange | StockCount) -> None:
        known = self.shelf.named(key, item.lot)
        delta = item.delta if isinstance(item, StockChange) else item.on_hand - known.on_hand
        if fault := self._objection(index, key, item.lot, known.on_hand, delta):
            self.faults.append(fault)
            return
        self.shelf.put(key, replace(known, on_hand=known.on_hand + delta))
        unsellable = 0 if known.sellable else delta
        entry = Entry(
            key, item.reason, on_hand=delta, unsellable=unsellable, lot_id=known.id, segment_id=_segment(item)
        )
        self._move(index, key, delta, unsellable, entry)

    def _objection(self, index: int, key: Key, name: LotName, had: int, delta: int) -> Fault | None:
        if had + delta < 0:
            return Fault(f"/{index}", "not_enough_stock", f"{had} on hand in this lot; {-delta} is too many to take.")
        if not name.serial or had + delta == 0:
            return None
        if had + delta > 1:
            return Fault(f"/{index}", "serial_taken", "A serial number is one unit.")
        others = [lot for lot in self.shelf.of(key) if lot.name.serial == name.serial and lot.name != name]
        if any(lot.on_hand for lot in others):
            return Fault(f"/{index}", "serial_taken", f"The serial number {name.serial} is there already.")
        return None

    def _move(self, index: int, key: Key, delta: int, unsellable: int, entry: Entry) -> None:
        self._on_hand[key] += delta
        self.moves.append(Move(key, on_hand=delta, unsellable=unsellable, index=index))
        self.entries.append(entry)


def _segment(item: StockChange | StockCount) -> int | None:
    return item.segment_id if isinstance(item, StockChange) else None


def _places(uow: Uow, items: Sequence[StockChange | StockCount | StockSettings]) -> _Places:
    """Return each item's balance, and every unknown code."""
    known = locations.by_code(uow, [item.location for item in items])
    products = catalog.ids_by_sku(uow, [item.sku for item in items])
    faults: list[Fault] = []
    for index, item in enumerate(items):
        if item.location not in known:
            faults.append(Fault(f"/{index}/location", "unknown_location", f"There is no location {item.location}."))
        if item.sku not in products:
            faults.append(Fault(f"/{index}/sku", "unknown_sku", f"There is no product {item.sku}."))
    keys = {
        index: (int(known[item.location].id or 0), products[item.sku])
        for index, item in enumerate(items)
        if item.location in known and item.sku in products
    }
    return _Places(keys, {int(place.id or 0): _today(uow, place) for place in known.values()}, faults)


def _today(uow: Uow, place: Location) -> date:
    return uow.now.astimezone(ZoneInfo(place.time_zone)).date()


def _refuse(faults: Iterable[Fault]) -> None:
    if found := list(faults):
        raise invalid(found)
