"""What does not go as planned with a shipment: it is split, picked short."""

from __future__ import annotations

from fastapi import APIRouter, Response

from backend.api import faults
from backend.api.idempotency import Answer
from backend.api.responses import WRITE
from backend.api.schemas.shipments import ShipmentOut, ShortIn, SplitIn
from backend.api.shipments import Fulfiller, ShipmentId, Version, answer
from backend.fulfillment import remainder
from backend.fulfillment.remainder import ShortLine
from backend.fulfillment.splitting import AskedLine
from backend.persistence.uow import Uow

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
        return answer(uow, shipment_id)

    return call.run(work)
