"""The one writer of stock: every change is a ledger row, and no interleaving oversells.

Order of locks everywhere: order rows, shipment rows, stock (ascending key), then SLA rows. A balance is locked before
it is read for a decision; the UPDATE still compares the version, so a forgotten lock cannot become a lost unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend.catalog import queries as catalog
from backend.inventory.rules import MAX_UNITS, Balance, Key, Move, apply
from backend.locations import queries as locations
from backend.persistence.bulk import chunks, fetch_in, insert_missing, insert_rows, table_of, update_rows
from backend.persistence.uow import Uow
from models.errors import DomainError, ErrorCode, Fault, invalid
from models.events import EventType
from models.tables import StockBalance, StockMovement

_STOCK = table_of(StockBalance)
_LEDGER = table_of(StockMovement)


@dataclass(frozen=True, slots=True)
class StockChange:
    """A signed movement of units on hand."""

    location: str
    sku: str
    delta: int
    reason: str = "adjustment"


@dataclass(frozen=True, slots=True)
class StockCount:
    """What was counted: the units on hand become this."""

    location: str
    sku: str
    on_hand: int
    reason: str = "count"


@dataclass(frozen=True, slots=True)
class StockNeed:
    """Units that a shipment promises."""

    shipment_id: int
    location_id: int
    product_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class _Locked:
    balance: Balance
    version: int


def adjust(uow: Uow, changes: Sequence[StockChange]) -> None:
    """Move stock by deltas, all or none; INVALID names every unknown code and every balance that would break."""
    keys = _keys(uow, changes)
    faults = [
        Fault(f"/{index}/delta", "out_of_range", f"A delta is not 0 and at most {MAX_UNITS:,}.")
        for index, change in enumerate(changes)
        if change.delta == 0 or abs(change.delta) > MAX_UNITS
    ]
    if faults:
        raise invalid(faults)
    moves = [
        Move(key, on_hand=change.delta, index=i) for i, (key, change) in enumerate(zip(keys, changes, strict=True))
    ]
    locked = _lock(uow, keys)
    _write(uow, locked, moves, reasons=[change.reason for change in changes], shipment_ids=[None] * len(changes))
    _tell(uow, changes, keys)


def count(uow: Uow, counts: Sequence[StockCount]) -> None:
    """Set units on hand, all or none; INVALID names every unknown code and every count below what is promised."""
    keys = _keys(uow, counts)
    faults = [
        Fault(f"/{index}/on_hand", "out_of_range", f"A count is from 0 to {MAX_UNITS:,}.")
        for index, item in enumerate(counts)
        if not 0 <= item.on_hand <= MAX_UNITS
    ]
    seen: set[Key] = set()
    for index, key in enumerate(keys):
        if key in seen:
            faults.append(Fault(f"/{index}", "duplicate", "This location and SKU come twice in this batch."))
        seen.add(key)
    if faults:
        raise invalid(faults)
    locked = _lock(uow, keys)
    deltas = [item.on_hand - locked[key].balance.on_hand for key, item in zip(keys, counts, strict=True)]
    moves = [Move(key, on_hand=delta, index=i) for i, (key, delta) in enumerate(zip(keys, deltas, strict=True))]
    _write(uow, locked, moves, reasons=[item.reason for item in counts], shipment_ids=[None] * len(counts))
    _tell(uow, counts, keys)


def lock_available(uow: Uow, keys: Iterable[Key]) -> dict[Key, int]:
    """Lock existing balances in ascending order until this transaction ends; return the units available in each."""
    return {key: row.balance.available for key, row in _select_for_update(uow, keys).items()}


def reserve(uow: Uow, needs: Sequence[StockNeed]) -> None:
    """Promise units to shipments, all or none; CONFLICT names every need that the stock cannot meet."""
    keys = [(need.location_id, need.product_id) for need in needs]
    moves = [Move(key, allocated=n.quantity, index=i) for i, (key, n) in enumerate(zip(keys, needs, strict=True))]
    locked = _select_for_update(uow, keys)
    shipment_ids = [need.shipment_id for need in needs]
    _write(uow, locked, moves, reasons=["reserved"] * len(needs), shipment_ids=shipment_ids, refusal=ErrorCode.CONFLICT)


def release(uow: Uow, shipment_ids: Sequence[int]) -> None:
    """Give back whatever these shipments still hold."""
    held = _held(uow, shipment_ids)
    moves = [Move(key, allocated=-units) for _, key, units in held]
    _give_back(uow, held, moves, "released")


def consume(uow: Uow, shipment_ids: Sequence[int]) -> None:
    """Take what these shipments hold out of the building: it left with the carrier or the customer."""
    held = _held(uow, shipment_ids)
    moves = [Move(key, on_hand=-units, allocated=-units) for _, key, units in held]
    _give_back(uow, held, moves, "consumed")


def move(uow: Uow, shipment_id: int, *, to_location_id: int) -> None:
    """Release what a shipment holds and reserve the same elsewhere, or raise CONFLICT; both places locked together."""
    held = _held(uow, [shipment_id])
    needs = [StockNeed(shipment_id, to_location_id, key[1], units) for _, key, units in held]
    _select_for_update(uow, [*(key for _, key, _ in held), *((n.location_id, n.product_id) for n in needs)])
    release(uow, [shipment_id])
    reserve(uow, needs)


def _give_back(uow: Uow, held: Sequence[tuple[int, Key, int]], moves: Sequence[Move], reason: str) -> None:
    locked = _select_for_update(uow, [move.key for move in moves])
    ids = [shipment_id for shipment_id, _, _ in held]
    _write(uow, locked, moves, reasons=[reason] * len(moves), shipment_ids=ids, refusal=ErrorCode.CONFLICT)


def _held(uow: Uow, shipment_ids: Sequence[int]) -> list[tuple[int, Key, int]]:
    """Return what the ledger says each shipment still holds; histories without stock control hold nothing."""
    units = sa.func.sum(_LEDGER.c.allocated)
    statement = (
        sa.select(_LEDGER.c.shipment_id, _LEDGER.c.location_id, _LEDGER.c.product_id, units)
        .group_by(_LEDGER.c.shipment_id, _LEDGER.c.location_id, _LEDGER.c.product_id)
        .having(units != 0)
    )
    rows = fetch_in(uow.session, statement, _LEDGER.c.shipment_id, shipment_ids)
    return [(shipment_id, (location_id, product_id), int(sum_)) for shipment_id, location_id, product_id, sum_ in rows]


def _keys(uow: Uow, items: Sequence[StockChange | StockCount]) -> list[Key]:
    """Return each item's balance key, or raise INVALID with every unknown code."""
    places = locations.by_code(uow, [item.location for item in items])
    products = catalog.ids_by_sku(uow, [item.sku for item in items])
    faults: list[Fault] = []
    for index, item in enumerate(items):
        if item.location not in places:
            faults.append(Fault(f"/{index}/location", "unknown_location", f"There is no location {item.location}."))
        if item.sku not in products:
            faults.append(Fault(f"/{index}/sku", "unknown_sku", f"There is no product {item.sku}."))
    if faults:
        raise invalid(faults)
    return [(int(places[item.location].id or 0), products[item.sku]) for item in items]


def _lock(uow: Uow, keys: Iterable[Key]) -> dict[Key, _Locked]:
    """Lock balances in ascending key order, making the missing ones first."""
    wanted = sorted(set(keys))
    rows = [
        {"location_id": key[0], "product_id": key[1], "on_hand": 0, "allocated": 0, "version": 1, "updated_at": uow.now}
        for key in wanted
    ]
    insert_missing(uow.session, StockBalance, rows)
    return _select_for_update(uow, wanted)


def _select_for_update(uow: Uow, keys: Iterable[Key]) -> dict[Key, _Locked]:
    pair = sa.tuple_(_STOCK.c.location_id, _STOCK.c.product_id)
    columns = (_STOCK.c.location_id, _STOCK.c.product_id, _STOCK.c.on_hand, _STOCK.c.allocated, _STOCK.c.version)
    found: dict[Key, _Locked] = {}
    for chunk in chunks(sorted(set(keys)), 2_000):
        statement = sa.select(*columns).where(pair.in_(chunk)).order_by(*columns[:2]).with_for_update()
        for location_id, product_id, on_hand, allocated, version in uow.session.connection().execute(statement):
            found[location_id, product_id] = _Locked(Balance(on_hand, allocated), version)
    return found


def _write(
    uow: Uow,
    locked: Mapping[Key, _Locked],
    moves: Sequence[Move],
    *,
    reasons: Sequence[str],
    shipment_ids: Sequence[int | None],
    refusal: ErrorCode = ErrorCode.INVALID,
) -> None:
    """Apply moves to locked balances and write the ledger, or raise `refusal` with every fault."""
    after, faults = apply({key: row.balance for key, row in locked.items()}, moves)
    if faults:
        raise invalid(faults, code=refusal)
    rows = [_update_values(uow, key, locked[key].version, balance) for key, balance in sorted(after.items())]
    if update_rows(uow.session, _UPDATE, rows) != len(rows):
        raise DomainError(ErrorCode.CONFLICT, "The stock changed at the same moment; try again.", retry_after=1)
    ledger = [
        {
            "location_id": move.key[0],
            "product_id": move.key[1],
            "on_hand": move.on_hand,
            "allocated": move.allocated,
            "reason": reason,
            "shipment_id": shipment_id,
            "actor": uow.actor.label,
            "at": uow.now,
        }
        for move, reason, shipment_id in zip(moves, reasons, shipment_ids, strict=True)
        if move.on_hand or move.allocated
    ]
    insert_rows(uow.session, StockMovement, ledger)


_UPDATE = (
    _STOCK.update()
    .where(
        _STOCK.c.location_id == sa.bindparam("at_location"),
        _STOCK.c.product_id == sa.bindparam("of_product"),
        _STOCK.c.version == sa.bindparam("was"),
    )
    .values(
        on_hand=sa.bindparam("new_on_hand"),
        allocated=sa.bindparam("new_allocated"),
        version=_STOCK.c.version + 1,
        updated_at=sa.bindparam("new_updated_at"),
    )
)


def _update_values(uow: Uow, key: Key, version: int, balance: Balance) -> dict[str, Any]:
    return {
        "at_location": key[0],
        "of_product": key[1],
        "was": version,
        "new_on_hand": balance.on_hand,
        "new_allocated": balance.allocated,
        "new_updated_at": uow.now,
    }


def _tell(uow: Uow, items: Sequence[StockChange | StockCount], keys: Sequence[Key]) -> None:
    """Record one inventory.changed per location, with the balances as they are now."""
    now = _select_for_update(uow, keys)
    by_location: dict[str, dict[str, Key]] = {}
    for item, key in zip(items, keys, strict=True):
        by_location.setdefault(item.location, {})[item.sku] = key
    for code, skus in sorted(by_location.items()):
        lines = [
            {"sku": sku, "on_hand": now[key].balance.on_hand, "allocated": now[key].balance.allocated}
            for sku, key in skus.items()
        ]
        location_id = next(iter(skus.values()))[0]
        data = {"location": code, "reason": items[0].reason, "items": lines}
        uow.record(EventType.INVENTORY_CHANGED, subject=f"location/{code}", data=data, location_id=location_id)
