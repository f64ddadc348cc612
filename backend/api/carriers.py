"""Carriers, and how long goods take between locations: what promises are made of beside open hours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from backend.api import faults
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, put
from backend.api.schemas.carriers import CarrierIn, CarrierOut, LaneOut, LanesIn, show, show_lane
from backend.api.schemas.common import Code, Done
from backend.auth.actor import Actor
from backend.persistence.uow import Uow
from backend.promise import edits, queries
from backend.promise.carrier_faults import carrier_faults
from models.enums import Permission
from models.errors import Fault
from models.tables import Carrier

router = APIRouter(tags=["promises"])

Reader = Annotated[Actor, Depends(require(Permission.ROUTING_READ))]
Writer = Annotated[Actor, Depends(require(Permission.ROUTING_WRITE))]
Version = Annotated[int | None, Depends(expected_version)]
CarrierCode = Annotated[Code, Path(description="Its code.")]


@router.get("/carriers", responses=READ)
def list_carriers(ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None) -> Page[CarrierOut]:
    """List carriers in order of code."""
    cursor = decode(after, str)
    with ctx.read(actor) as uow:
        rows = queries.carriers(uow, after=cursor[0] if cursor else None, limit=limit + 1)
        return page(rows, limit, show, lambda carrier: encode(carrier.code))


@router.get("/carriers/{code}", responses=READ)
def get_carrier(code: CarrierCode, response: Response, ctx: Ctx, actor: Reader) -> CarrierOut:
    """Return a carrier."""
    with ctx.read(actor) as uow:
        carrier = edits.get_carrier(uow, code)
        response.headers["ETag"] = etag_of(carrier.version)
        return show(carrier)


def _also_document(_uow: Uow, body: Any) -> list[Fault]:
    """Return what is wrong with the document in a raw body that its schema refused."""
    document = body.get("document") if isinstance(body, Mapping) else None
    return carrier_faults(document, pointer="/document") if isinstance(document, Mapping) else []


def _also_ends(uow: Uow, body: Any) -> list[Fault]:
    """Return the unknown locations in a raw body of lanes."""
    items = body.get("items") if isinstance(body, Mapping) else None
    lanes = [(i, item) for i, item in enumerate(items if isinstance(items, list) else []) if isinstance(item, Mapping)]
    stated = [(f"/items/{i}/{end}", item.get(end)) for i, item in lanes for end in ("from", "to")]
    return faults.unknown_locations(uow, stated)


@router.put("/carriers/{code}", responses=put(CarrierOut), response_model=CarrierOut)
@faults.also(_also_document)
def put_carrier(
    code: CarrierCode, body: CarrierIn, response: Response, ctx: Ctx, actor: Writer, version: Version
) -> CarrierOut:
    """Create or replace a carrier: 201 when it is new. Promises already made stay as they are."""
    with ctx.uow(actor) as uow:
        is_new = uow.session.get(Carrier, code) is None
        carrier = edits.put_carrier(uow, code, body.to_input(), expected_version=version)
        response.status_code = 201 if is_new else 200
        response.headers["ETag"] = etag_of(carrier.version)
        return show(carrier)


@router.get("/transfer-lanes", responses=READ)
def list_lanes(
    ctx: Ctx,
    actor: Reader,
    limit: Limit = 100,
    after: After = None,
    source: Annotated[str | None, Query(alias="from", max_length=64)] = None,
    target: Annotated[str | None, Query(alias="to", max_length=64)] = None,
) -> Page[LaneOut]:
    """List lanes in order of their ends."""
    cursor = decode(after, str, str)
    start = (cursor[0], cursor[1]) if cursor else None
    with ctx.read(actor) as uow:
        rows = queries.lane_listing(uow, source=source, target=target, after=start, limit=limit + 1)
        return page(rows, limit, show_lane, lambda lane: encode(lane.source, lane.target))


@router.put("/transfer-lanes", responses=put(Done), response_model=Done)
@faults.also(_also_ends)
def put_lanes(body: LanesIn, response: Response, ctx: Ctx, actor: Writer) -> Done:
    """Set, replace or take away at most 1,000 lanes, all or none: 201 when one is new."""
    with ctx.uow(actor) as uow, faults.pointing(prefix="/items"):
        response.status_code = 201 if edits.put_lanes(uow, [item.to_input() for item in body.items]) else 200
    return Done(count=len(body.items))
