"""What shipments hold of balances, as the ledger says, and writing what becomes of it. Decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from backend.inventory import balances, segments
from backend.inventory.balances import Entry, Locked
from backend.inventory.rules import Balance, Key, Move, apply
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from models.errors import ErrorCode, invalid
from models.tables import StockMovement

_LEDGER = table_of(StockMovement)


@dataclass(frozen=True, slots=True)
class Held:
    """What a shipment still holds of a balance, and on whose account."""

    shipment_id: int
    key: Key
    segment_id: int | None
    units: int


def held_by(uow: Uow, shipment_ids: Iterable[int]) -> list[Held]:
    """Return what the ledger says each shipment still holds; histories without stock control hold nothing."""
    units = sa.func.sum(_LEDGER.c.allocated)
    columns = (_LEDGER.c.shipment_id, _LEDGER.c.location_id, _LEDGER.c.product_id, _LEDGER.c.segment_id)
    statement = sa.select(*columns, units).group_by(*columns).having(units != 0)
    rows = fetch_in(uow.session, statement, _LEDGER.c.shipment_id, shipment_ids)
    return [Held(id_, (location, product), segment, int(sum_)) for id_, location, product, segment, sum_ in rows]


def entry_of(held: Held, reason: str, *, on_hand: int = 0, promised: int) -> Entry:
    """Return the ledger row of something happening to what is held."""
    return Entry(
        held.key,
        reason,
        on_hand=on_hand,
        promised=promised,
        shipment_id=held.shipment_id,
        segment_id=held.segment_id,
    )


def check(locked: Mapping[Key, Locked], entries: Sequence[Entry]) -> dict[Key, Balance]:
    """Return the balances after these entries, or raise CONFLICT."""
    moves = [Move(entry.key, entry.on_hand, entry.promised, index) for index, entry in enumerate(entries)]
    after, faults = apply({key: row.balance for key, row in locked.items()}, moves)
    if faults:
        raise invalid(faults, code=ErrorCode.CONFLICT)
    return after


def write_entries(uow: Uow, locked: Mapping[Key, Locked], entries: Sequence[Entry]) -> None:
    """Write these entries with the balances they leave, and charge their segments; CONFLICT as `check`."""
    after = check(locked, entries)
    if not entries:
        return
    balances.write(uow, locked, after, entries)
    charged: dict[tuple[Key, int], int] = defaultdict(int)
    for entry in entries:
        if entry.segment_id is not None:
            charged[entry.key, entry.segment_id] += entry.promised
    segments.charge(uow, charged)


def with_lots(locked: Mapping[Key, Locked]) -> set[Key]:
    """Return the balances that lots explain."""
    return {key for key, row in locked.items() if row.has_lots}
