"""Housekeeping of the demo network: stock is replenished, and what is long finished is forgotten.

Forgetting deletes rows directly, which nobody else does: a real network keeps its history. The demo runs for weeks on a
laptop, and makes about a hundred thousand orders a day; it keeps the last six hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from backend.inventory.service import StockChange, adjust
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from models.enums import OrderStatus
from models.tables import (
    Delivery,
    Event,
    Location,
    Order,
    OrderLine,
    Parcel,
    PickWave,
    Product,
    RoutingDecision,
    RoutingExclusion,
    Scan,
    Shipment,
    ShipmentLine,
    ShipmentStep,
    SlaClock,
    SlaTransition,
    StockBalance,
    StockMovement,
    WaveShipment,
)

KEPT = timedelta(hours=6)
_LOW_STOCK, _TOP_UP = 30, 200
_RESTOCK_SECONDS, _FORGET_SECONDS = 300, 30
_BATCH = 400


def keep_up(uow: Uow, *, start: datetime, end: datetime) -> None:
    """Do the housekeeping that falls due in (start, end]."""
    if _crosses(start, end, _RESTOCK_SECONDS):
        restock(uow)
    if _crosses(start, end, _FORGET_SECONDS):
        forget(uow, before=end - KEPT)


def closed_codes(uow: Uow) -> Sequence[str]:
    """Return the locations that are closed by hand, by code."""
    query = sa.select(col(Location.code)).where(col(Location.closed_reason).is_not(None))
    return uow.session.scalars(query.order_by(col(Location.code))).all()


def closed_for(uow: Uow, code: str) -> str | None:
    """Return why a location is closed, None when it is not."""
    return uow.session.scalar(sa.select(col(Location.closed_reason)).where(col(Location.code) == code))


def restock(uow: Uow) -> None:
    """Top up what is nearly sold out, as a truck would."""
    low = uow.session.execute(
        sa.select(col(Location.code), col(Product.sku))
        .select_from(StockBalance)
        .join(Location, col(Location.id) == col(StockBalance.location_id))
        .join(Product, col(Product.id) == col(StockBalance.product_id))
        .where(col(StockBalance.on_hand) - col(StockBalance.allocated) < _LOW_STOCK)
        .order_by(col(Location.id), col(Product.id))
        .limit(_BATCH)
    ).all()
    if low:
        adjust(uow, [StockChange(code, sku, _TOP_UP, "replenishment truck") for code, sku in low])


def forget(uow: Uow, *, before: datetime) -> None:
    """Delete some of the orders finished before an instant with all that hangs on them, and old events."""
    done = (OrderStatus.FULFILLED.value, OrderStatus.CANCELLED.value, OrderStatus.UNASSIGNED.value)
    old = sa.select(col(Order.id)).where(col(Order.placed_at) < before, col(Order.status).in_(done))
    order_ids = uow.session.scalars(old.order_by(col(Order.placed_at)).limit(_BATCH)).all()
    if order_ids:
        ships = uow.session.scalars(sa.select(col(Shipment.id)).where(col(Shipment.order_id).in_(order_ids))).all()
        for table, column, ids in (
            (SlaTransition, col(SlaTransition.shipment_id), ships),
            (SlaClock, col(SlaClock.shipment_id), ships),
            (StockMovement, col(StockMovement.shipment_id), ships),
            (WaveShipment, col(WaveShipment.shipment_id), ships),
            (ShipmentStep, col(ShipmentStep.shipment_id), ships),
            (Scan, col(Scan.shipment_id), ships),
            (Parcel, col(Parcel.shipment_id), ships),
            (ShipmentLine, col(ShipmentLine.shipment_id), ships),
            (Shipment, col(Shipment.id), ships),
            (RoutingDecision, col(RoutingDecision.order_id), order_ids),
            (RoutingExclusion, col(RoutingExclusion.order_id), order_ids),
            (OrderLine, col(OrderLine.order_id), order_ids),
            (Order, col(Order.id), order_ids),
        ):
            uow.session.connection().execute(table_of(table).delete().where(column.in_(ids)))
    _forget_waves(uow, before)
    _forget_events(uow, before)


def _forget_waves(uow: Uow, before: datetime) -> None:
    """Delete waves that ended long ago and of whose shipments none is left."""
    waves = table_of(PickWave)
    left = sa.select(col(WaveShipment.wave_id)).where(col(WaveShipment.wave_id) == waves.c.id)
    old = sa.select(waves.c.id).where(waves.c.closed_at < before, ~sa.exists(left)).limit(_BATCH)
    uow.session.connection().execute(waves.delete().where(waves.c.id.in_(old)))


def _forget_events(uow: Uow, before: datetime) -> None:
    """Delete old events, oldest first, but none that is still owed to, or on record for, a subscriber."""
    events = table_of(Event)
    owed = sa.select(col(Delivery.event_id)).where(col(Delivery.event_id) == events.c.id)
    oldest = sa.select(events.c.id, events.c.at).order_by(events.c.id).limit(_BATCH * 12).subquery()
    ids = sa.select(oldest.c.id).where(oldest.c.at < before)
    uow.session.connection().execute(events.delete().where(events.c.id.in_(ids), ~sa.exists(owed)))


def _crosses(start: datetime, end: datetime, seconds: int) -> bool:
    return int(start.timestamp()) // seconds != int(end.timestamp()) // seconds
