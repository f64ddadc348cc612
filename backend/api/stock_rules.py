"""Who may take stock: product × location blocks, and segments that ring-fence it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError

from backend.api import faults
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, decode, encode, page, page_of_all
from backend.api.responses import READ, WRITE, put
from backend.api.schemas.common import Code, Done
from backend.api.schemas.inventory import BlockOut
from backend.api.schemas.stock_rules import BlocksIn, QuotaIn, SegmentIn, SegmentOut, show_segment
from backend.auth.actor import Actor
from backend.inventory import blocks, ringfences
from backend.inventory.ringfences import SegmentInput
from backend.persistence.uow import Uow
from models.enums import Permission
from models.errors import Fault

router = APIRouter(tags=["inventory"])

Reader = Annotated[Actor, Depends(require(Permission.INVENTORY_READ))]
Writer = Annotated[Actor, Depends(require(Permission.INVENTORY_WRITE))]
Version = Annotated[int | None, Depends(expected_version)]


@router.post("/locations/{code}/blocks", responses=WRITE, response_model=Done)
def block(code: Code, body: BlocksIn, call: Annotated[Once, once(Permission.INVENTORY_WRITE)]) -> Response:
    """Block products at a location, all or nothing: routing gives it none. A block that is there is replaced."""

    def work(uow: Uow) -> Answer:
        with faults.pointing(prefix="/items"):
            blocks.block(uow, code, [item.to_input() for item in body.items])
        return Answer(200, Done(count=len(body.items)))

    return call.run(work)


@router.get("/locations/{code}/blocks", responses=READ)
def list_blocks(code: Code, ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None) -> Page[BlockOut]:
    """List the blocks of a location that count now, in order of SKU."""
    cursor = decode(after, str)
    with ctx.read(actor) as uow:
        rows = blocks.listing(uow, code, after=cursor[0] if cursor else None, limit=limit + 1)
    return page(rows, limit, lambda row: BlockOut(**asdict(row)), lambda row: encode(row.sku))


@router.delete("/locations/{code}/blocks/{sku}", responses=WRITE, status_code=204)
def lift_block(code: Code, sku: Code, ctx: Ctx, actor: Writer) -> None:
    """Lift a block by hand."""
    with ctx.uow(actor) as uow:
        blocks.lift(uow, code, sku)


@router.get("/segments", responses=READ)
def list_segments(ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None) -> Page[SegmentOut]:
    """List all segments, in the order in which an order is asked whether it belongs there."""
    with ctx.read(actor) as uow:
        rows = ringfences.listing(uow)
    return page_of_all(rows, limit, after, show_segment, lambda row: (row.rank, row.code), int, str)


@router.get("/segments/{code}", responses=READ)
def get_segment(code: Code, response: Response, ctx: Ctx, actor: Reader) -> SegmentOut:
    """Return a segment with its quotas."""
    with ctx.read(actor) as uow:
        view = ringfences.get(uow, code)
    response.headers["ETag"] = etag_of(view.version)
    return show_segment(view)


def _segment_faults(uow: Uow, body: Any) -> list[Fault]:
    """Return what is wrong with the quotas of a raw body that are quotas at all."""
    stated = body.get("quotas") if isinstance(body, Mapping) else None
    quotas: dict[int, QuotaIn] = {}
    for index, quota in enumerate(stated if isinstance(stated, list) else []):
        with suppress(ValidationError):
            quotas[index] = QuotaIn.model_validate(quota)
    found = ringfences.faults_of(uow, SegmentInput("", quotas=tuple(quota.to_input() for quota in quotas.values())))
    places = list(quotas)
    return [faults.moved(fault, "/quotas", places) for fault in found]


@router.put("/segments/{code}", responses=put(SegmentOut), response_model=SegmentOut)
@faults.also(_segment_faults)
def put_segment(
    code: Code, body: SegmentIn, response: Response, ctx: Ctx, actor: Writer, version: Version
) -> SegmentOut:
    """Create or replace a segment and its quotas: 201 when it is new. With If-Match only over the version you read."""
    with ctx.uow(actor) as uow:
        is_new = ringfences.put(uow, code, body.to_input(), expected_version=version)
        view = ringfences.get(uow, code)
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag_of(view.version)
    return show_segment(view)
