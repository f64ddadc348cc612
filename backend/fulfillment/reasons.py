"""Why work is given back, as data: what a reason says of the location's stock, and doing that to it.

A reason is a code of this table or plain words; plain words say nothing of stock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from backend.inventory import balances, blocks, fefo, lots
from backend.inventory import service as inventory
from backend.inventory.blocks import NewBlock
from backend.inventory.rules import Key
from backend.inventory.service import StockCount
from backend.persistence.bulk import insert_missing, table_of
from backend.persistence.pairs import fetch_pairs
from backend.persistence.uow import Uow
from models.enums import ShipmentStatus
from models.errors import DomainError, ErrorCode, not_found
from models.events import EventType
from models.floor import StockEffect
from models.tables import RejectReason, Shipment, ShipmentLine

_SHIPMENTS, _LINES = table_of(Shipment), table_of(ShipmentLine)
_E = StockEffect


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason; `collateral`: what the location has of the product in other open shipments is given back too."""

    code: str
    name: str
    effect: StockEffect = StockEffect.NONE
    collateral: bool = False
    active: bool = True
    version: int = 0


@dataclass(frozen=True, slots=True)
class Product:
    """A product at a location, by its ids and codes."""

    location_id: int
    location: str
    product_id: int
    sku: str

    @property
    def key(self) -> Key:
        """Return the key of its balance."""
        return self.location_id, self.product_id


BUILT_IN: Mapping[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason("not_found", "Not found on the shelf", _E.BLOCK_UNTIL_COUNT),
        Reason("damaged", "Damaged", _E.BLOCK_UNTIL_COUNT),
        Reason("sold_out", "The shelf is empty", _E.SET_TO_ZERO, collateral=True),
        Reason("not_for_sale", "Must not be sold", _E.KEEP_BLOCKED, collateral=True),
        Reason("no_time", "Nobody has time for it"),
    )
}


def known(uow: Uow) -> dict[str, Reason]:
    """Return every reason by code, in order of code: those built in, as far as nobody set them otherwise."""
    rows = uow.session.execute(sa.select(RejectReason)).scalars()
    return dict(sorted({**BUILT_IN, **{row.code: _reason(row) for row in rows}}.items()))


def of(uow: Uow, words: str) -> Reason:
    """Return the reason of this code; for plain words, or a code no longer in use, one that says nothing of stock."""
    found = known(uow).get(words)
    return found if found is not None and found.active else Reason(words, words)


def get(uow: Uow, code: str) -> Reason:
    """Return a reason, or raise NOT_FOUND."""
    found = known(uow).get(code)
    if found is None:
        raise not_found("reject reason", code)
    return found


def put(uow: Uow, given: Reason, *, expected_version: int | None = None) -> Reason:
    """Set a reason; one that is so already is left alone. STALE when somebody else edited it."""
    insert_missing(uow.session, RejectReason, [_row(uow, BUILT_IN.get(given.code, given), version=0)])
    row = uow.session.get(RejectReason, given.code, with_for_update=True, populate_existing=True)
    if row is None:
        raise not_found("reject reason", given.code)
    if expected_version is not None and row.version != expected_version:
        raise DomainError(ErrorCode.STALE, f"The reason {given.code} has changed since you read it.")
    wanted = (given.name, given.effect.value, given.collateral, given.active)
    if row.version and (row.name, row.effect, row.collateral, row.active) == wanted:
        return _reason(row)
    row.name, row.effect, row.collateral, row.active = wanted
    row.version += 1
    row.updated_at = uow.now
    uow.session.flush()
    data = {"reason": row.code, "effect": row.effect, "collateral": row.collateral, "active": row.active}
    uow.record(
        EventType.REJECT_REASON_CHANGED, subject=f"reject_reason/{row.code}", data={**data, "version": row.version}
    )
    return _reason(row)


def carry_out(uow: Uow, reason: Reason, products: Collection[Product]) -> None:
    """Do to the stock of these products what the reason says; the caller holds their balances, if they have any."""
    if reason.effect is _E.SET_TO_ZERO:
        _set_to_zero(uow, sorted(set(products), key=lambda product: product.key))
        return
    if reason.effect is _E.NONE:
        return
    by_place: dict[str, set[str]] = defaultdict(set)
    for product in products:
        by_place[product.location].add(product.sku)
    until_count = reason.effect is _E.BLOCK_UNTIL_COUNT
    for code, skus in sorted(by_place.items()):
        blocks.block(uow, code, [NewBlock(sku, reason.name, until_count=until_count) for sku in sorted(skus)])


def _set_to_zero(uow: Uow, products: Iterable[Product]) -> None:
    """Count what is left as what fillers have in hand, and what cannot be sold anyway. Never more than was there."""
    of_key = {product.key: product for product in products}
    locked = balances.lock(uow, of_key)
    hands = _in_hand(uow, locked)
    shelf = lots.shelf(uow, [key for key, row in locked.items() if row.has_lots])
    counts: list[StockCount] = []
    for key, row in locked.items():
        left = min(row.balance.sellable, hands.get(key, 0))
        place = of_key[key].location, of_key[key].sku
        target = left + row.balance.unsellable
        for lot in fefo.in_order(shelf.of(key)) if row.has_lots else ():
            if lot.sellable:
                stays = min(lot.on_hand, left)
                left -= stays
                counts.append(StockCount(*place, stays, "rejected", lot.name))
        counts.append(StockCount(*place, target, "rejected"))
    if counts:
        inventory.count(uow, counts)


def _in_hand(uow: Uow, keys: Iterable[Key]) -> dict[Key, int]:
    """Return the units that were picked and have not left, by balance."""
    place = (_SHIPMENTS.c.location_id, _LINES.c.product_id)
    inside = [status.value for status in ShipmentStatus if status not in _GONE]
    statement = (
        sa.select(*place, sa.func.sum(_LINES.c.picked))
        .join(_SHIPMENTS, _SHIPMENTS.c.id == _LINES.c.shipment_id)
        .where(_SHIPMENTS.c.status.in_(inside))
        .group_by(*place)
    )
    rows = fetch_pairs(uow.session, statement, place, keys)
    return {(location, product): int(units) for location, product, units in rows}


_GONE = (ShipmentStatus.SHIPPED, ShipmentStatus.HANDED_OVER, ShipmentStatus.CANCELLED)


def _row(uow: Uow, reason: Reason, *, version: int) -> dict[str, object]:
    return {
        "code": reason.code,
        "name": reason.name,
        "effect": reason.effect.value,
        "collateral": reason.collateral,
        "active": reason.active,
        "version": version,
        "updated_at": uow.now,
    }


def _reason(row: RejectReason) -> Reason:
    return Reason(row.code, row.name, StockEffect(row.effect), row.collateral, row.active, row.version)
