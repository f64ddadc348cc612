"""Lock balances, write them and their ledger: the only statements that change stock. What may change is `rules.py`.

Balances are locked in ascending key order, in one statement, before they are read for a decision; the UPDATE still
compares the version, so a forgotten lock cannot become a lost unit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.inventory.news import StockNews
from backend.inventory.rules import Balance, Key
from backend.persistence.bulk import chunks, insert_missing, insert_rows, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.pairs import fetch_pairs
from backend.persistence.uow import Uow
from models.errors import DomainError, ErrorCode
from models.tables import StockBalance, StockMovement

STOCK = table_of(StockBalance)

#: Keys per statement; more than this are locked chunk by chunk, still in ascending order.
_CHUNK = 5_000

_COLUMNS = "location_id, product_id, on_hand, allocated, pending, unsellable, safety_stock, floor, version, has_lots"


@dataclass(frozen=True, slots=True)
class Locked:
    """A balance as it is until this transaction ends, unless this transaction changes it."""

    balance: Balance
    version: int
    has_lots: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One ledger row, in signed units."""

    key: Key
    reason: str
    on_hand: int = 0
    promised: int = 0
    unsellable: int = 0
    shipment_id: int | None = None
    segment_id: int | None = None
    lot_id: int | None = None


def lock(uow: Uow, keys: Iterable[Key]) -> dict[Key, Locked]:
    """Lock the existing balances among `keys` until this transaction ends."""
    found: dict[Key, Locked] = {}
    connection = uow.session.connection()
    on_postgresql = connection.dialect.name == "postgresql"
    for chunk in chunks(sorted(set(keys)), _CHUNK):
        rows: Iterable[Any]
        rows = connection.execute(_LOCK_ARRAYS, _arrays(chunk)) if on_postgresql else _read_sqlite(connection, chunk)
        for location_id, product_id, on_hand, allocated, pending, unsellable, safety, floor, version, lots in rows:
            balance = Balance(on_hand, allocated, pending, unsellable, safety, floor)
            found[location_id, product_id] = Locked(balance, version, bool(lots))
    return found


def lock_or_make(uow: Uow, keys: Iterable[Key]) -> dict[Key, Locked]:
    """Lock these balances, making the missing ones first."""
    wanted = sorted(set(keys))
    found = lock(uow, wanted)
    missing = [key for key in wanted if key not in found]
    if not missing:
        return found
    rows = [
        {"location_id": key[0], "product_id": key[1], "on_hand": 0, "allocated": 0, "version": 1, "updated_at": uow.now}
        for key in missing
    ]
    insert_missing(uow.session, StockBalance, rows)
    return lock(uow, wanted)


def write(uow: Uow, locked: Mapping[Key, Locked], after: Mapping[Key, Balance], entries: Sequence[Entry]) -> None:
    """Write balances, their ledger and the news of them; CONFLICT when a row is not as it was locked."""
    keys = sorted(after)
    rows = [_row(uow, key, locked[key], after[key]) for key in keys]
    done = update_columns(uow.session, StockBalance, rows, key=("location_id", "product_id"))
    if done != len(rows):
        raise DomainError(ErrorCode.CONFLICT, "The stock changed at the same moment; try again.", retry_after=1)
    actor, at = uow.actor.label, uow.now
    ledger = [
        {
            "location_id": entry.key[0],
            "product_id": entry.key[1],
            "on_hand": entry.on_hand,
            "unsellable": entry.unsellable,
            "allocated": entry.promised,
            "reason": entry.reason,
            "shipment_id": entry.shipment_id,
            "segment_id": entry.segment_id,
            "lot_id": entry.lot_id,
            "actor": actor,
            "at": at,
        }
        for entry in entries
        if entry.on_hand or entry.promised or entry.unsellable
    ]
    insert_rows(uow.session, StockMovement, ledger)
    news = uow.ending(StockNews)
    reason = entries[0].reason if entries else "settings"
    for key in keys:
        news.add(key, locked[key].balance, after[key], version=locked[key].version + 1, reason=reason)


def note(uow: Uow, attributes: Mapping[Key, Mapping[str, Any]]) -> set[Key]:
    """Set the attributes of locked balances; return those that had others. Their version is `write`'s."""
    pair = (STOCK.c.location_id, STOCK.c.product_id)
    rows = fetch_pairs(uow.session, sa.select(*pair, STOCK.c.attributes), pair, attributes)
    new = {(place, product) for place, product, was in rows if was != attributes[place, product]}
    for key in sorted(new):
        mine = STOCK.update().where(pair[0] == key[0], pair[1] == key[1])
        uow.session.connection().execute(mine.values(attributes=dict(attributes[key])))
    return new


def mark_lots(uow: Uow, keys: Iterable[Key]) -> None:
    """Note that lots explain (part of) these balances: from now on they are allocated lot by lot."""
    pair = sa.tuple_(col(StockBalance.location_id), col(StockBalance.product_id))
    for chunk in chunks(sorted(set(keys)), 500):
        uow.session.connection().execute(STOCK.update().where(pair.in_(chunk)).values(has_lots=True))


def _row(uow: Uow, key: Key, was: Locked, balance: Balance) -> dict[str, Any]:
    return {
        "location_id": key[0],
        "product_id": key[1],
        "was_version": was.version,
        "on_hand": balance.on_hand,
        "allocated": balance.allocated,
        "pending": balance.pending,
        "unsellable": balance.unsellable,
        "safety_stock": balance.safety_stock,
        "floor": balance.floor,
        "version": was.version + 1,
        "updated_at": uow.now,
    }


_LOCK_ARRAYS = sa.text(
    f"SELECT {', '.join('s.' + name for name in _COLUMNS.split(', '))} "  # noqa: S608  # our own names
    "FROM unnest(CAST(:locations AS bigint[]), CAST(:products AS bigint[])) AS k(location_id, product_id) "
    "JOIN stock_balance AS s ON s.location_id = k.location_id AND s.product_id = k.product_id "
    "ORDER BY s.location_id, s.product_id FOR UPDATE OF s"
)
_READ_JSON = (
    f"SELECT {', '.join('s.' + name for name in _COLUMNS.split(', '))} "  # noqa: S608  # our own names
    "FROM json_each(?) AS k JOIN stock_balance AS s "
    "ON s.location_id = json_extract(k.value, '$[0]') AND s.product_id = json_extract(k.value, '$[1]') "
    "ORDER BY s.location_id, s.product_id"
)


def _arrays(keys: Sequence[Key]) -> dict[str, str]:
    return {
        "locations": "{" + ",".join([str(location_id) for location_id, _ in keys]) + "}",
        "products": "{" + ",".join([str(product_id) for _, product_id in keys]) + "}",
    }


def _read_sqlite(connection: sa.Connection, keys: Sequence[Key]) -> Iterable[Any]:
    """Read balances; SQLite has one writer, who locked the file when he began."""
    return connection.exec_driver_sql(_READ_JSON, (json.dumps(keys),))
