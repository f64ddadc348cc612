"""How waves of a location are planned: where products lie, and the rules that plan by themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from backend.api import faults
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, put
from backend.api.schemas.common import Code, Done
from backend.api.schemas.wave_rules import BinOut, BinsIn, WaveRuleIn, WaveRuleOut
from backend.api.schemas.wave_views import show_bin, show_rule
from backend.auth.actor import Actor
from backend.waves import bins, wave_rules
from models.enums import Permission

router = APIRouter(tags=["waves"])

Reader = Annotated[Actor, Depends(require(Permission.ORDERS_READ))]
StockReader = Annotated[Actor, Depends(require(Permission.INVENTORY_READ))]
StockWriter = Annotated[Actor, Depends(require(Permission.INVENTORY_WRITE))]
Planner = Annotated[Actor, Depends(require(Permission.WAVES_WRITE))]
Version = Annotated[int | None, Depends(expected_version)]


@router.get("/locations/{code}/bins", responses=READ)
def list_bins(code: Code, ctx: Ctx, actor: StockReader, limit: Limit = 100, after: After = None) -> Page[BinOut]:
    """List where products lie, in order of bin and SKU."""
    cursor = decode(after, str, str)
    start = (cursor[0], cursor[1]) if cursor else None
    with ctx.read(actor) as uow:
        rows = bins.listing(uow, code, after=start, limit=limit + 1)
    return page(rows, limit, show_bin, lambda view: encode(view.bin, view.sku))


@router.put("/locations/{code}/bins", responses=put(Done), response_model=Done)
def put_bins(code: Code, body: BinsIn, response: Response, ctx: Ctx, actor: StockWriter) -> Done:
    """Say where at most 1,000 products lie, all or none: their places are replaced, other products are left alone.

    201 when one of them had no place before.
    """
    with ctx.uow(actor) as uow, faults.pointing(prefix="/items"):
        response.status_code = 201 if bins.put_bins(uow, code, [item.to_input() for item in body.items]) else 200
    return Done(count=len(body.items))


@router.get("/locations/{code}/wave-rules", responses=READ)
def list_rules(code: Code, ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None) -> Page[WaveRuleOut]:
    """List the wave rules of a location in order of code."""
    cursor = decode(after, str)
    with ctx.read(actor) as uow:
        rows = wave_rules.listing(uow, code, after=cursor[0] if cursor else None, limit=limit + 1)
        return page(rows, limit, show_rule, lambda view: encode(view.row.code))


@router.get("/locations/{code}/wave-rules/{rule}", responses=READ)
def get_rule(code: Code, rule: Code, response: Response, ctx: Ctx, actor: Reader) -> WaveRuleOut:
    """Return a wave rule."""
    with ctx.read(actor) as uow:
        shown = show_rule(wave_rules.get(uow, code, rule))
    response.headers["ETag"] = etag_of(shown.version)
    return shown


@router.put("/locations/{code}/wave-rules/{rule}", responses=put(WaveRuleOut), response_model=WaveRuleOut)
def put_rule(
    code: Code, rule: Code, body: WaveRuleIn, response: Response, ctx: Ctx, actor: Planner, version: Version
) -> WaveRuleOut:
    """Create or replace a wave rule: 201 when it is new. Waves that are there already stay as they are."""
    with ctx.uow(actor) as uow:
        view, is_new = wave_rules.put(uow, code, rule, body.to_input(), expected_version=version)
        shown = show_rule(view)
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag_of(shown.version)
    return shown
