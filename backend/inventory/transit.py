"""Stock that one location sent to another: it comes in, lot by lot as it left, and is promised to who waits for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from backend.inventory import balances, lots
from backend.inventory.balances import Entry
from backend.inventory.changes import StockChange, adjust
from backend.inventory.fefo import LotName
from backend.inventory.held import with_lots
from backend.inventory.parts import Part
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from models.tables import Product, StockLot, StockMovement

_LEDGER, _LOTS, _PRODUCTS = table_of(StockMovement), table_of(StockLot), table_of(Product)


def take_in(uow: Uow, to: Mapping[int, str], units: Mapping[int, Mapping[str, int]]) -> None:
    """Put units by SKU on hand at the locations `to` that shipments, by id, were sent to."""
    left = _left(uow, to)
    changes = [
        StockChange(code, sku, taken, "transfer", lot)
        for id_, code in sorted(to.items())
        for sku, wanted in sorted(units.get(id_, {}).items())
        for lot, taken in _deal(left.get((id_, sku), ()), wanted)
    ]
    if changes:
        adjust(uow, changes)


def promise(uow: Uow, location_id: int, promises: Sequence[Part]) -> None:
    """Promise units that came in for shipments to these, whatever else is short there: they were sent for them."""
    locked = balances.lock(uow, {(location_id, part.product_id) for part in promises})
    units: dict[tuple[int, int], int] = defaultdict(int)
    for part in promises:
        units[location_id, part.product_id] += part.units
    entries = [
        Entry((location_id, part.product_id), "reserved", promised=part.units, shipment_id=part.shipment_id)
        for part in promises
    ]
    after = {key: locked[key].balance.after(promised=more) for key, more in units.items()}
    balances.write(uow, locked, after, entries)
    shelf = lots.shelf(uow, with_lots(locked))
    for key in sorted(with_lots(locked)):
        shelf.promise(key, [(part.shipment_id, part.units) for part in promises if part.product_id == key[1]])
    shelf.save(uow)


def _left(uow: Uow, shipment_ids: Mapping[int, str]) -> dict[tuple[int, str], list[tuple[LotName, int]]]:
    """Return what of which lot left with each shipment, by shipment and SKU; what left without one is not told."""
    names = (_LOTS.c.lot, _LOTS.c.serial, _LOTS.c.condition, _LOTS.c.expires_on)
    statement = (
        sa.select(_LEDGER.c.shipment_id, _PRODUCTS.c.sku, *names, sa.func.sum(_LEDGER.c.on_hand))
        .join(_LOTS, _LOTS.c.id == _LEDGER.c.lot_id)
        .join(_PRODUCTS, _PRODUCTS.c.id == _LEDGER.c.product_id)
        .where(_LEDGER.c.on_hand < 0)
        .group_by(_LEDGER.c.shipment_id, _PRODUCTS.c.sku, _LOTS.c.id, *names)
        .order_by(_LOTS.c.id)
    )
    found: dict[tuple[int, str], list[tuple[LotName, int]]] = defaultdict(list)
    for shipment_id, sku, *name, units in fetch_in(uow.session, statement, _LEDGER.c.shipment_id, shipment_ids):
        found[shipment_id, sku].append((LotName(*name), -int(units)))
    return found


def _deal(known: Sequence[tuple[LotName, int]], wanted: int) -> Iterator[tuple[LotName, int]]:
    """Yield lots with what came of each; what no lot explains comes without one."""
    for lot, units in known:
        taken = min(units, wanted)
        if taken:
            yield lot, taken
        wanted -= taken
    if wanted:
        yield LotName(), wanted
