"""What does not go as planned with a shipment: split, picked short, filled by another product or a
transfer, waiting for stock, handed to others."""

from __future__ import annotations

from fastapi import APIRouter, Response

from backend.api import errors, faults
from backend.api.idempotency import Answer
from backend.api.responses import WRITE
from backend.api.schemas.common import Problem, ProblemFault
from backend.api.schemas.orders import ReasonIn
from backend.api.schemas.shipment_moves import (
    HandedOut,
    HandOverIn,
    HandOverOut,
    ReceiveIn,
    ShortIn,
    SplitIn,
    SubstituteIn,
    TransferIn,
)
from backend.api.schemas.shipments import ShipmentOut
from backend.api.shipments import Fulfiller, ShipmentId, Version, answer
from backend.fulfillment import awaited, bulk, remainder, substitution, transfers
from backend.fulfillment.bulk import Handed
from backend.fulfillment.remainder import ShortLine
from backend.fulfillment.splitting import AskedLine
from backend.fulfillment.substitution import Substitute
from backend.orders import by_hand
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
        picking.complete(uow, [shipment_id])
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


@router.post("/shipments/{shipment_id}/substitute", responses=WRITE, response_model=ShipmentOut)
def put_substitute(shipment_id: ShipmentId, body: SubstituteIn, call: Fulfiller, version: Version) -> Response:
    """Put another product in the place of units that are not picked yet, where order and product allow it."""

    def work(uow: Uow) -> Answer:
        ask = Substitute(body.sku, body.by, body.quantity)
        with faults.pointing(drop="/0"):
            substitution.substitute(uow, shipment_id, ask, expected_version=version)
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


@router.post("/shipments/{shipment_id}/backorder", responses=WRITE, response_model=ShipmentOut)
def backorder(shipment_id: ShipmentId, body: ReasonIn, call: Fulfiller, version: Version) -> Response:
    """Call a shipment back and let its units wait for stock: the first that comes, anywhere, has routing look again."""

    def work(uow: Uow) -> Answer:
        with faults.pointing(drop="/0"):
            by_hand.backorder(uow, shipment_id, reason=body.reason, expected_version=version)
        return answer(uow, shipment_id)

    return call.run(work)


@router.post("/shipments/reassign", responses=WRITE, response_model=HandOverOut)
@faults.also(faults.reassign)
def hand_over_many(body: HandOverIn, call: Fulfiller) -> Response:
    """Hand the work on shipments to another location, or to whoever routing finds: each for itself, so that what cannot
    go does not keep the others. Sent again, it moves only what did not go."""

    def work() -> Answer:
        done = bulk.hand_over(call.ctx, call.actor, body.ids, to=body.location, reason=body.reason)
        items = [HandedOut(id=each.shipment_id, status=_status(each), error=_problem(each)) for each in done]
        moved = sum(each.error is None for each in done)
        return Answer(200, HandOverOut(moved=moved, refused=len(done) - moved, items=items))

    return call.run_apart(work)


def _status(each: Handed) -> int:
    return 200 if each.error is None else errors.STATUS[each.error.code]


def _problem(each: Handed) -> Problem | None:
    error = each.error
    if error is None:
        return None
    return Problem(
        type=f"urn:pickwatch:problem:{error.code.value}",
        title=error.code.value.replace("_", " ").capitalize(),
        status=errors.STATUS[error.code],
        detail=error.message,
        code=error.code.value,
        errors=[
            ProblemFault(pointer=fault.pointer.removeprefix("/0"), code=fault.code, message=fault.message)
            for fault in error.faults
        ],
    )
