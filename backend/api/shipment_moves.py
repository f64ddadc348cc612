"""What does not go as planned with a shipment: it is split, picked short, filled by a transfer."""

from __future__ import annotations

from fastapi import APIRouter, Response

from backend.api import faults
from backend.api.idempotency import Answer
from backend.api.responses import WRITE
from backend.api.schemas.shipments import ReceiveIn, ShipmentOut, ShortIn, SplitIn, TransferIn
from backend.api.shipments import Fulfiller, ShipmentId, Version, answer
from backend.fulfillment import awaited, remainder, transfers
from backend.fulfillment.remainder import ShortLine
from backend.fulfillment.splitting import AskedLine
from backend.persistence.uow import Uow
from backend.picking import service as picking

router = APIRouter(tags=["shipments"])


@router.post("/shipments/{shipment_id}/split", responses=WRITE, response_model=ShipmentOut)
def split(shipment_id: ShipmentId, body: SplitIn, call: Fulfiller, version: Version) -> Response:
    """Part units from a shipment: into a shipment of their own, here or at another location, or back to routing, which
    finds them another place at once. Answers what stays; `parent_id` of the other one is its id."""
    asked = [AskedLine(line.sku, line.quantity) for line in body.lines]

    def work(uow: Uow) -> Answer:
        if body.route:
            remainder.reject_part(uow, shipment_id, asked, reason=body.reason, expected_version=version)
        else:
            with faults.renaming("/location", "/to"):
                remainder.split(uow, shipment_id, asked, reason=body.reason, to=body.to, expected_version=version)
        return answer(uow, shipment_id)

    return call.run(work)


@router.post("/shipments/{shipment_id}/short", responses=WRITE, response_model=ShipmentOut)
def short(shipment_id: ShipmentId, body: ShortIn, call: Fulfiller, version: Version) -> Response:
    """Go on without what was not found: it is routed elsewhere at once. When nothing else is left, the whole shipment
    is given back."""
    missing = [ShortLine(line.sku, line.missing) for line in body.lines]

    def work(uow: Uow) -> Answer:
        with faults.renaming("/quantity", "/missing"):
            remainder.short(uow, shipment_id, missing, reason=body.reason, expected_version=version)
        picking.complete(uow, [shipment_id])
        return answer(uow, shipment_id)

    return call.run(work)


@router.post("/shipments/{shipment_id}/transfer", responses=WRITE, response_model=ShipmentOut)
def transfer(shipment_id: ShipmentId, body: TransferIn, call: Fulfiller, version: Version) -> Response:
    """Have another location send what the shipment lacks: it waits, its clocks pause, and it goes on when it came.
    Answers the shipment that waits; the transfer is a shipment whose `for_shipment_id` it is."""
    asked = [AskedLine(line.sku, line.quantity) for line in body.lines]

    def work(uow: Uow) -> Answer:
        with faults.pointing(drop="/0"):
            transfers.transfer(
                uow, shipment_id, asked, reason=body.reason, source=body.source, expected_version=version
            )
        return answer(uow, shipment_id)

    return call.run(work)


@router.post("/shipments/{shipment_id}/receive", responses=WRITE, response_model=ShipmentOut)
def receive(shipment_id: ShipmentId, call: Fulfiller, version: Version, body: ReceiveIn | None = None) -> Response:
    """Take in a transfer where it goes: its stock is on hand there, for the shipment that waits. What did not come is
    routed elsewhere."""
    lines = None if body is None or body.lines is None else body.lines
    came = None if lines is None else [AskedLine(line.sku, line.quantity) for line in lines]

    def work(uow: Uow) -> Answer:
        with faults.pointing(drop="/0"):
            transfers.receive(uow, shipment_id, came, expected_version=version)
        with awaited.beyond(uow):  # who receives it need not see where it comes from otherwise
            return answer(uow, shipment_id)

    return call.run(work)
