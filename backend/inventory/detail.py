"""Everything about one balance: its lots, who keeps what of it, its block, what is to come, its last movements."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from backend.auth.scope import visible
from backend.inventory import blocks, segments
from backend.inventory.fences import fence
from backend.inventory.queries import get
from backend.inventory.rules import Balance, Key
from backend.inventory.views import BlockView, FutureView, LotView, MovementView, SegmentShare, StockDetail, StockRow
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from models.errors import not_found
from models.tables import FutureStock, Location, Product, StockLot, StockMovement, StockSegment

#: Movements that a detail shows; the others are paged with `movements`.
LAST = 20

_LOCATION, _PRODUCT = table_of(Location), table_of(Product)
_LEDGER, _LOT, _SEGMENT = table_of(StockMovement), table_of(StockLot), table_of(StockSegment)
_FUTURE = table_of(FutureStock)


def detail(uow: Uow, location: str, sku: str) -> StockDetail:
    """Return a balance with all that explains it; NOT_FOUND for an unknown location or product."""
    row = get(uow, location, sku)
    key = key_of(uow, location, sku)
    shares, open_units = _shares(uow, key, row)
    return StockDetail(
        row,
        open_units,
        _lots(uow, key),
        shares,
        _block(uow, key),
        _future(uow, key),
        tuple(movements(uow, location, sku, limit=LAST)),
    )


def key_of(uow: Uow, location: str, sku: str) -> Key:
    """Return (location id, product id), or raise NOT_FOUND for the one that the actor does not know."""
    connection = uow.session.connection()
    here = sa.select(_LOCATION.c.id).where(_LOCATION.c.code == location, visible(uow.actor.scope, _LOCATION.c.id))
    location_id = connection.execute(here).scalar_one_or_none()
    if location_id is None:
        raise not_found("location", location)
    product_id = connection.execute(sa.select(_PRODUCT.c.id).where(_PRODUCT.c.sku == sku)).scalar_one_or_none()
    if product_id is None:
        raise not_found("product", sku)
    return location_id, product_id


def movements(uow: Uow, location: str, sku: str, *, before: int | None = None, limit: int = 100) -> list[MovementView]:
    """Return the ledger of a balance, the newest first; `before` is the id of the last one seen."""
    location_id, product_id = key_of(uow, location, sku)
    statement = (
        sa.select(
            _LEDGER.c.id,
            _LEDGER.c.at,
            _LEDGER.c.reason,
            _LEDGER.c.on_hand,
            _LEDGER.c.unsellable,
            _LEDGER.c.allocated.label("promised"),
            _LEDGER.c.shipment_id,
            _SEGMENT.c.code.label("segment"),
            sa.case((_LOT.c.lot == "", _LOT.c.serial), else_=_LOT.c.lot).label("lot"),
            _LEDGER.c.actor,
        )
        .outerjoin(_SEGMENT, _SEGMENT.c.id == _LEDGER.c.segment_id)
        .outerjoin(_LOT, _LOT.c.id == _LEDGER.c.lot_id)
        .where(_LEDGER.c.location_id == location_id, _LEDGER.c.product_id == product_id)
        .order_by(_LEDGER.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(_LEDGER.c.id < before)
    return [MovementView(**row) for row in uow.session.connection().execute(statement).mappings()]


def _shares(uow: Uow, key: Key, row: StockRow) -> tuple[tuple[SegmentShare, ...], int]:
    balance = Balance(row.on_hand, row.allocated, row.pending, row.unsellable, row.safety_stock, row.floor)
    shares = segments.of_balances(uow, {key: balance}).get(key, [])
    left = fence(balance.available, shares)
    codes = {share.segment.code for share in shares}
    named = sa.select(_SEGMENT.c.code, _SEGMENT.c.name).where(_SEGMENT.c.code.in_(codes))
    names: dict[str, str] = dict(uow.session.execute(named).tuples().all()) if codes else {}
    shown = tuple(
        SegmentShare(s.segment.code, names[s.segment.code], s.quota, s.used, left.kept[s.segment.id]) for s in shares
    )
    return shown, left.open


def _lots(uow: Uow, key: Key) -> tuple[LotView, ...]:
    """Return the lots that hold something, in the order in which they are taken; unsellable ones last."""
    c = _LOT.c
    statement = (
        sa.select(c.lot, c.serial, c.condition, c.expires_on, c.sellable, c.on_hand, c.allocated)
        .where(c.location_id == key[0], c.product_id == key[1], c.on_hand > 0)
        .order_by(c.sellable.desc(), sa.func.coalesce(c.expires_key, ""), c.lot, c.id)
    )
    rows = [LotView(*row) for row in uow.session.connection().execute(statement)]
    return tuple(sorted(rows, key=lambda lot: (not lot.sellable, lot.expires_on is None)))


def _block(uow: Uow, key: Key) -> BlockView | None:
    c = blocks.BLOCK.c
    statement = blocks.views().where(c.location_id == key[0], c.product_id == key[1], blocks.counts_at(uow.now))
    row = uow.session.connection().execute(statement).mappings().one_or_none()
    return BlockView(**row) if row else None


def _future(uow: Uow, key: Key) -> tuple[FutureView, ...]:
    statement = future_views().where(
        _FUTURE.c.location_id == key[0], _FUTURE.c.product_id == key[1], _FUTURE.c.received_at.is_(None)
    )
    rows = uow.session.connection().execute(statement.order_by(_FUTURE.c.arrives_at, _FUTURE.c.id))
    return tuple(FutureView(**row) for row in rows.mappings())


def future_views() -> sa.Select[*tuple[Any, ...]]:
    """Return a SELECT of arrivals as they are shown."""
    names = ("reference", "quantity", "allocated", "arrives_at", "received_at", "version")
    return (
        sa.select(_LOCATION.c.code.label("location"), _PRODUCT.c.sku, *(_FUTURE.c[name] for name in names))
        .select_from(_FUTURE)
        .join(_LOCATION, _LOCATION.c.id == _FUTURE.c.location_id)
        .join(_PRODUCT, _PRODUCT.c.id == _FUTURE.c.product_id)
    )
