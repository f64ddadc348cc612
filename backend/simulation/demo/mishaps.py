"""A few shipments with which something did not go as planned: split, picked short, waiting for a transfer."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import col

from backend.context import Context
from backend.fulfillment import remainder, transfers
from backend.fulfillment.remainder import ShortLine
from backend.fulfillment.splitting import PICKABLE, AskedLine
from backend.orders import service as orders
from backend.persistence.uow import Uow
from models.enums import Method
from models.errors import DomainError
from models.tables import Shipment, ShipmentLine

#: How many of each there are.
_EACH = 2


def happen(ctx: Context) -> None:
    """Let each kind happen to the first shipments of more than one unit that allow it."""
    with ctx.read() as uow:
        left = _candidates(uow)
    for act in (_split, _short, _transfer):
        done = 0
        while left and done < _EACH:
            shipment_id, order_id, sku = left.pop(0)
            try:
                with ctx.uow() as uow:
                    act(uow, shipment_id, order_id, sku)
                done += 1
            except DomainError:  # nobody has it to send, or somebody else was quicker
                continue


def _candidates(uow: Uow) -> list[tuple[int, int, str]]:
    """Return (shipment, order, SKU) of lines with more than one unit that nobody has picked from."""
    statement = (
        sa.select(col(Shipment.id), col(Shipment.order_id), sa.func.min(col(ShipmentLine.sku)))
        .join(ShipmentLine, col(ShipmentLine.shipment_id) == col(Shipment.id))
        .where(
            col(Shipment.status).in_([status.value for status in PICKABLE]),
            col(Shipment.held).is_(False),
            col(Shipment.method) != Method.TRANSFER.value,
            col(ShipmentLine.quantity) > 1,
            col(ShipmentLine.picked) == 0,
        )
        .group_by(col(Shipment.id), col(Shipment.order_id))
        .order_by(col(Shipment.id))
        .limit(20 * _EACH)
    )
    return [(id_, order_id, sku) for id_, order_id, sku in uow.session.execute(statement)]


def _split(uow: Uow, shipment_id: int, _order_id: int, sku: str) -> None:
    remainder.split(uow, shipment_id, [AskedLine(sku, 1)], reason="Too large for one parcel")


def _short(uow: Uow, shipment_id: int, order_id: int, sku: str) -> None:
    remainder.short(uow, shipment_id, [ShortLine(sku, 1)], reason="not_found")
    orders.route_accepted(uow, [order_id])


def _transfer(uow: Uow, shipment_id: int, _order_id: int, sku: str) -> None:
    transfers.transfer(uow, shipment_id, [AskedLine(sku, 1)], reason="damaged")
