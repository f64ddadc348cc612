"""What must always be true of stock, as SELECTs that find what is not. Run with the others: `backend/invariants.py`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from backend.persistence.bulk import table_of
from models.tables import (
    FutureAllocation,
    FutureStock,
    LotAllocation,
    SegmentUsage,
    StockBalance,
    StockLot,
    StockMovement,
    StockSegment,
)

Select = sa.Select[*tuple[Any, ...]]

_STOCK, _LEDGER = table_of(StockBalance), table_of(StockMovement)
_LOT, _TAKEN = table_of(StockLot), table_of(LotAllocation)
_USAGE, _SEGMENT = table_of(SegmentUsage), table_of(StockSegment)
_FUTURE, _SHARE = table_of(FutureStock), table_of(FutureAllocation)


def rules() -> Iterator[tuple[str, Select]]:
    """Yield every rule in words, with the SELECT of the rows that break it."""
    yield "A balance equals its ledger", _balances()
    yield "Nothing is negative, and sellable units cover what is promised as far as they go", _covered()
    yield "Lots explain no more than is on hand, and all that is unsellable", _lots()
    yield "A lot equals its ledger", _lot_ledger()
    yield "What is allocated of a lot equals what shipments are to take from it", _lot_allocations()
    yield "A shipment takes no more from lots than it holds", _lots_held()
    yield "What a segment has promised equals its ledger", _segments()
    yield "What is promised of an arrival equals what order lines wait for", _future()


def _zero(column: Any) -> Any:
    return sa.func.coalesce(column, 0)


def _balances() -> Select:
    sums = (
        sa.select(
            _LEDGER.c.location_id,
            _LEDGER.c.product_id,
            sa.func.sum(_LEDGER.c.on_hand).label("on_hand"),
            sa.func.sum(_LEDGER.c.unsellable).label("unsellable"),
            sa.func.sum(_LEDGER.c.allocated).label("promised"),
        )
        .group_by(_LEDGER.c.location_id, _LEDGER.c.product_id)
        .subquery()
    )
    same = sa.and_(_STOCK.c.location_id == sums.c.location_id, _STOCK.c.product_id == sums.c.product_id)
    differs = sa.or_(
        _zero(_STOCK.c.on_hand) != _zero(sums.c.on_hand),
        _zero(_STOCK.c.unsellable) != _zero(sums.c.unsellable),
        _zero(_STOCK.c.allocated + _STOCK.c.pending) != _zero(sums.c.promised),
    )
    return (
        sa.select(
            sa.func.coalesce(_STOCK.c.location_id, sums.c.location_id).label("location"),
            sa.func.coalesce(_STOCK.c.product_id, sums.c.product_id).label("product"),
            _STOCK.c.on_hand.label("on_hand"),
            sums.c.on_hand.label("ledger"),
            (_STOCK.c.allocated + _STOCK.c.pending).label("promised"),
            sums.c.promised.label("ledger_promised"),
        )
        .select_from(_STOCK.join(sums, same, full=True))
        .where(differs)
    )


def _covered() -> Select:
    c = _STOCK.c
    negative = [c[name] < 0 for name in ("on_hand", "unsellable", "allocated", "pending", "safety_stock", "floor")]
    wrong = sa.or_(
        *negative,
        c.allocated + c.unsellable > c.on_hand,
        sa.and_(c.pending > 0, c.allocated + c.unsellable < c.on_hand),
    )
    return sa.select(c.location_id, c.product_id, c.on_hand, c.unsellable, c.allocated, c.pending).where(wrong)


def _lots() -> Select:
    sums = (
        sa.select(
            _LOT.c.location_id,
            _LOT.c.product_id,
            sa.func.sum(_LOT.c.on_hand).label("on_hand"),
            sa.func.sum(sa.case((_LOT.c.sellable, 0), else_=_LOT.c.on_hand)).label("unsellable"),
        )
        .group_by(_LOT.c.location_id, _LOT.c.product_id)
        .subquery()
    )
    same = sa.and_(_STOCK.c.location_id == sums.c.location_id, _STOCK.c.product_id == sums.c.product_id)
    wrong = sa.or_(
        _zero(sums.c.on_hand) > _STOCK.c.on_hand,
        _zero(sums.c.unsellable) != _STOCK.c.unsellable,
        sa.and_(sums.c.on_hand > 0, sa.not_(_STOCK.c.has_lots)),
    )
    return (
        sa.select(_STOCK.c.location_id, _STOCK.c.product_id, _STOCK.c.on_hand, sums.c.on_hand.label("in_lots"))
        .select_from(_STOCK.outerjoin(sums, same))
        .where(wrong)
    )


def _lot_ledger() -> Select:
    sums = (
        sa.select(_LEDGER.c.lot_id, sa.func.sum(_LEDGER.c.on_hand).label("on_hand"))
        .where(_LEDGER.c.lot_id.is_not(None))
        .group_by(_LEDGER.c.lot_id)
        .subquery()
    )
    return (
        sa.select(_LOT.c.id.label("lot"), _LOT.c.on_hand, sums.c.on_hand.label("ledger"))
        .select_from(_LOT.outerjoin(sums, sums.c.lot_id == _LOT.c.id))
        .where(_LOT.c.on_hand != _zero(sums.c.on_hand))
    )


def _lot_allocations() -> Select:
    sums = (
        sa.select(_TAKEN.c.lot_id, sa.func.sum(_TAKEN.c.quantity).label("units")).group_by(_TAKEN.c.lot_id).subquery()
    )
    wrong = sa.or_(
        _LOT.c.allocated != _zero(sums.c.units),
        _LOT.c.allocated > sa.case((_LOT.c.sellable, _LOT.c.on_hand), else_=0),
    )
    return (
        sa.select(_LOT.c.id.label("lot"), _LOT.c.allocated, sums.c.units.label("of_shipments"))
        .select_from(_LOT.outerjoin(sums, sums.c.lot_id == _LOT.c.id))
        .where(wrong)
    )


def _lots_held() -> Select:
    place = (_LOT.c.location_id, _LOT.c.product_id)
    taken = (
        sa.select(_TAKEN.c.shipment_id, *place, sa.func.sum(_TAKEN.c.quantity).label("units"))
        .join(_LOT, _LOT.c.id == _TAKEN.c.lot_id)
        .group_by(_TAKEN.c.shipment_id, *place)
        .subquery()
    )
    held = (
        sa.select(sa.func.coalesce(sa.func.sum(_LEDGER.c.allocated), 0))
        .where(
            _LEDGER.c.shipment_id == taken.c.shipment_id,
            _LEDGER.c.location_id == taken.c.location_id,
            _LEDGER.c.product_id == taken.c.product_id,
        )
        .scalar_subquery()
    )
    return sa.select(taken.c.shipment_id.label("shipment"), taken.c.units, held.label("held")).where(
        taken.c.units > held
    )


def _segments() -> Select:
    sums = (
        sa.select(
            _LEDGER.c.location_id,
            _LEDGER.c.product_id,
            _LEDGER.c.segment_id,
            sa.func.sum(_LEDGER.c.allocated).label("units"),
        )
        .join(_SEGMENT, _SEGMENT.c.id == _LEDGER.c.segment_id)
        .group_by(_LEDGER.c.location_id, _LEDGER.c.product_id, _LEDGER.c.segment_id)
        .subquery()
    )
    same = sa.and_(*(_USAGE.c[name] == sums.c[name] for name in ("location_id", "product_id", "segment_id")))
    return (
        sa.select(
            sa.func.coalesce(_USAGE.c.segment_id, sums.c.segment_id).label("segment"),
            sa.func.coalesce(_USAGE.c.location_id, sums.c.location_id).label("location"),
            sa.func.coalesce(_USAGE.c.product_id, sums.c.product_id).label("product"),
            _USAGE.c.promised,
            sums.c.units.label("ledger"),
        )
        .select_from(_USAGE.join(sums, same, full=True))
        .where(_zero(_USAGE.c.promised) != _zero(sums.c.units))
    )


def _future() -> Select:
    sums = (
        sa.select(_SHARE.c.future_id, sa.func.sum(_SHARE.c.quantity).label("units"))
        .group_by(_SHARE.c.future_id)
        .subquery()
    )
    return (
        sa.select(_FUTURE.c.id.label("arrival"), _FUTURE.c.allocated, sums.c.units.label("of_lines"))
        .select_from(_FUTURE.outerjoin(sums, sums.c.future_id == _FUTURE.c.id))
        .where(_FUTURE.c.allocated != _zero(sums.c.units))
    )
