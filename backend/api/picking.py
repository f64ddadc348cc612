"""Scans, and the lists they are checked against: for handheld apps, and for the Pick page itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from backend.api import faults
from backend.api.deps import Ctx, require
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, WRITE
from backend.api.schemas.picking import (
    KeptScanOut,
    PickListOut,
    ScansIn,
    ScansOut,
    show_kept,
    show_list,
    show_outcome,
    show_progress,
)
from backend.auth.actor import Actor
from backend.persistence.uow import Uow
from backend.picking import queries, service
from models.enums import Permission

router = APIRouter(tags=["picking"])

Reader = Annotated[Actor, Depends(require(Permission.ORDERS_READ))]
Fulfiller = Annotated[Once, once(Permission.SHIPMENTS_WRITE)]
ShipmentId = Annotated[int, Path(ge=1, lt=2**63)]
WaveId = Annotated[int, Path(ge=1, lt=2**63)]


@router.post("/scans", responses=WRITE, response_model=ScansOut)
def record_scans(body: ScansIn, call: Fulfiller) -> Response:
    """Keep scans, in order, and pick what they name. Each counts once by its `scan_id`, so that what was kept while a
    device was away can be sent again and again; a unit is never picked twice."""

    def work(uow: Uow) -> Answer:
        with faults.pointing(prefix="/scans"):
            outcomes = service.record(uow, body.scans_in(uow.now))
        met = {one.outcome.shipment_id for one in outcomes if one.outcome.shipment_id is not None}
        uow.session.expire_all()
        shown = [show_progress(found) for found in queries.progress(uow, met)]
        return Answer(200, ScansOut(items=[show_outcome(one) for one in outcomes], shipments=shown))

    return call.run(work)


@router.get("/shipments/{shipment_id}/scans", responses=READ)
def list_scans(
    shipment_id: ShipmentId, ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None
) -> Page[KeptScanOut]:
    """List the scans of a shipment in the order they were kept, refused ones too."""
    position = decode(after, int)
    with ctx.read(actor) as uow:
        rows = queries.scans_of(uow, shipment_id, after=position[0] if position else 0, limit=limit + 1)
        return page(rows, limit, show_kept, lambda scan: encode(scan.id))


@router.get("/shipments/{shipment_id}/pick-list", responses=READ)
def shipment_pick_list(shipment_id: ShipmentId, ctx: Ctx, actor: Reader) -> PickListOut:
    """Return what there is to pick for a shipment, in walking order."""
    with ctx.read(actor) as uow:
        return show_list(queries.of_shipment(uow, shipment_id))


@router.get("/waves/{wave_id}/pick-list", responses=READ)
def wave_pick_list(wave_id: WaveId, ctx: Ctx, actor: Reader) -> PickListOut:
    """Return what there is to pick for the shipments of a wave, in walking order, with their put-wall slots."""
    with ctx.read(actor) as uow:
        return show_list(queries.of_wave(uow, wave_id))
