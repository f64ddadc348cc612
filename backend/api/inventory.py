"""Stock: movements and counts, and what is there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from backend.api import faults
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of
from backend.api.idempotency import Answer, Once, once
from backend.api.responses import READ, WRITE
from backend.api.schemas.common import Code, Done
from backend.api.schemas.inventory import AdjustmentsIn, CountsIn, StockOut, show
from backend.auth.actor import Actor
from backend.inventory import queries, service
from backend.inventory.service import StockChange, StockCount
from backend.persistence.uow import Uow
from models.enums import Permission

router = APIRouter(tags=["inventory"])

Reader = Annotated[Actor, Depends(require(Permission.NETWORK_READ))]


@router.post("/inventory/adjustments", responses=WRITE, response_model=Done)
@faults.also(faults.stock)
def adjust(body: AdjustmentsIn, call: Annotated[Once, once(Permission.INVENTORY_WRITE)]) -> Response:
    """Move units on hand by signed deltas: at most 1,000 items, all or nothing."""

    def work(uow: Uow) -> Answer:
        changes = [StockChange(item.location, item.sku, item.delta, item.reason) for item in body.items]
        with faults.pointing(prefix="/items"):
            service.adjust(uow, changes)
        return Answer(200, Done(count=len(changes)))

    return call.run(work)


@router.post("/inventory/counts", responses=WRITE, response_model=Done)
@faults.also(faults.stock)
def count(body: CountsIn, call: Annotated[Once, once(Permission.INVENTORY_WRITE)]) -> Response:
    """Set units on hand to what was counted: at most 1,000 items, all or nothing."""

    def work(uow: Uow) -> Answer:
        counts = [StockCount(item.location, item.sku, item.on_hand, item.reason) for item in body.items]
        with faults.pointing(prefix="/items"):
            service.count(uow, counts)
        return Answer(200, Done(count=len(counts)))

    return call.run(work)


@router.get("/inventory/{location}/{sku}", responses=READ)
def get_stock(location: Code, sku: Code, response: Response, ctx: Ctx, actor: Reader) -> StockOut:
    """Return the stock of a product at a location; all zero when nothing was ever there."""
    with ctx.read(actor) as uow:
        view = queries.get(uow, location, sku)
    response.headers["ETag"] = etag_of(view.version)
    return show(view)
