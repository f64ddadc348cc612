"""Locations: create, replace, list, close, reopen."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from backend.api import faults
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, WRITE, put
from backend.api.schemas.common import Code, Done
from backend.api.schemas.locations import (
    CloseIn,
    FeatureCollection,
    LocationBatchIn,
    LocationIn,
    LocationOut,
    feature,
    show,
)
from backend.auth.actor import Actor
from backend.locations import queries, service
from backend.locations.rules import check_location
from backend.persistence.uow import Uow
from models.enums import Compliance, Permission
from models.errors import Fault, invalid

router = APIRouter(tags=["locations"])

Reader = Annotated[Actor, Depends(require(Permission.NETWORK_READ))]
Writer = Annotated[Actor, Depends(require(Permission.LOCATIONS_WRITE))]
Version = Annotated[int | None, Depends(expected_version)]
LocationCode = Annotated[Code, Path(description="Its code.")]


@router.put("/locations/{code}", responses=put(LocationOut), response_model=LocationOut)
@faults.also(faults.location)
def put_location(
    code: LocationCode, body: LocationIn, response: Response, ctx: Ctx, actor: Writer, version: Version
) -> LocationOut:
    """Create or replace a location: 201 when it is new. With If-Match only over the version you read."""
    if body.code is not None and body.code != code:
        raise invalid([Fault("/code", "mismatch", f"The address says {code}."), *check_location(body.to_input(code))])
    with ctx.uow(actor) as uow, faults.pointing(drop="/0"):
        is_new = not queries.by_code(uow, [code])
        expected = {} if version is None else {code: version}
        location = service.put_locations(uow, [body.to_input(code)], expected=expected)[0]
        view = queries.get(uow, code)
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag_of(location.version)
    return show(view)


@router.post("/locations/batch", responses=WRITE, response_model=Done)
@faults.also(faults.location_batch)
def put_locations(body: LocationBatchIn, call: Annotated[Once, once(Permission.LOCATIONS_WRITE)]) -> Response:
    """Create or replace at most 1,000 locations, all or none."""

    def work(uow: Uow) -> Answer:
        with faults.pointing(prefix="/items"):
            service.put_locations(uow, [item.to_input(item.code) for item in body.items])
        return Answer(200, Done(count=len(body.items)))

    return call.run(work)


@router.get("/locations", responses=READ)
def list_locations(
    ctx: Ctx,
    actor: Reader,
    limit: Limit = 100,
    after: After = None,
    group: Annotated[str | None, Query(max_length=64)] = None,
    status: Annotated[Compliance | None, Query(description="Its colour.")] = None,
) -> Page[LocationOut]:
    """List locations in order of code."""
    cursor = decode(after, str)
    with ctx.read(actor) as uow:
        rows = queries.listing(
            uow, group=group, compliance=status, after=cursor[0] if cursor else None, limit=limit + 1
        )
        return page(rows, limit, show, lambda view: encode(view.location.code))


@router.get("/locations.geojson", responses=READ, response_class=Response)
def geojson(ctx: Ctx, actor: Reader, group: Annotated[str | None, Query(max_length=64)] = None) -> Response:
    """Return all visible locations as GeoJSON; one without coordinates has a null geometry."""
    with ctx.read(actor) as uow:
        features = [feature(view) for view in queries.listing(uow, group=group)]
    text = FeatureCollection(features=features).model_dump_json()
    return Response(text, media_type="application/geo+json")


@router.get("/locations/{code}", responses=READ)
def get_location(code: LocationCode, response: Response, ctx: Ctx, actor: Reader) -> LocationOut:
    """Return a location."""
    with ctx.read(actor) as uow:
        view = queries.get(uow, code)
        response.headers["ETag"] = etag_of(view.location.version)
        return show(view)


@router.post("/locations/{code}/close", responses=WRITE, response_model=LocationOut)
def close_location(
    code: LocationCode, body: CloseIn, call: Annotated[Once, once(Permission.LOCATIONS_WRITE)], version: Version
) -> Response:
    """Take a location out of routing until it is reopened; its open shipments stay."""

    def work(uow: Uow) -> Answer:
        service.close_location(uow, code, reason=body.reason, expected_version=version)
        return _answer(uow, code)

    return call.run(work)


@router.post("/locations/{code}/reopen", responses=WRITE, response_model=LocationOut)
def reopen_location(
    code: LocationCode, call: Annotated[Once, once(Permission.LOCATIONS_WRITE)], version: Version
) -> Response:
    """Let a closed location take orders again."""

    def work(uow: Uow) -> Answer:
        service.reopen_location(uow, code, expected_version=version)
        return _answer(uow, code)

    return call.run(work)


def _answer(uow: Uow, code: str) -> Answer:
    view = queries.get(uow, code)
    return Answer(200, show(view), {"ETag": etag_of(view.location.version)})
