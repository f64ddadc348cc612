"""The map's own addresses, beside the JSON API: `/ui/map` (the document in the frame), its points, its changes.
They take the session cookie or an API key like every other route."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Annotated
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.engine import Engine

from backend.api.deps import Ctx, require
from backend.auth.actor import Actor
from backend.config import Settings
from backend.context import Context
from backend.sla.views import LocationFilter
from dashboard.address import NetworkAddress
from dashboard.netmap.options import MapDocument, MapOptions, Tiles
from dashboard.netmap.payload import Body
from dashboard.netmap.source import Source
from models.enums import Permission

PATH = "/ui/map"
#: The query parameters of the Network page that narrow what it shows; the map takes the same.
FILTERS = ("status", "method", "group", "q")

router = APIRouter(prefix=PATH, include_in_schema=False)
_sources: WeakKeyDictionary[Engine, Source] = WeakKeyDictionary()  # what one database answered is not another's

Reader = Annotated[Actor, Depends(require(Permission.NETWORK_READ))]


def filters_of(request: Request) -> LocationFilter:
    """Return the filter that the query asks for: the same words mean the same on the page and on the map."""
    return NetworkAddress.parse(request.query_params).filter


Filters = Annotated[LocationFilter, Depends(filters_of)]


@router.get("")
def document(request: Request, ctx: Ctx, _actor: Reader) -> Response:
    """Return the map document."""
    made = _document(_options(ctx.settings))
    etag = f'"{hashlib.blake2b(made.html.encode(), digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Content-Security-Policy": made.policy}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(made.html, media_type="text/html", headers=headers)


@router.get("/points.geojson")
def points(request: Request, ctx: Ctx, actor: Reader, filters: Filters) -> Response:
    """Return every location on the map that the actor may see and that passes the filters."""
    return _answer(request, _source(ctx).whole(ctx, actor, filters))


@router.get("/changes")
def changes(
    request: Request, ctx: Ctx, actor: Reader, filters: Filters, after: Annotated[int, Query(ge=0, lt=2**63)]
) -> Response:
    """Return what changed on the map after version `after`."""
    return _answer(request, _source(ctx).changes(ctx, actor, filters, after=after))


def _source(ctx: Context) -> Source:
    return _sources.setdefault(ctx.engine, Source())


def _answer(request: Request, body: Body) -> Response:
    headers = {
        "ETag": body.etag,
        "Cache-Control": "private, no-cache",
        "Vary": "Cookie, Authorization, Accept-Encoding",
    }
    if request.headers.get("if-none-match") == body.etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            body.compressed, media_type="application/geo+json", headers=headers | {"Content-Encoding": "gzip"}
        )
    return Response(body.plain, media_type="application/geo+json", headers=headers)


def _options(settings: Settings) -> MapOptions:
    tiles = Tiles(settings.tile_url, settings.tile_attribution) if settings.tile_url else None
    return MapOptions(points_url=f"{PATH}/points.geojson", changes_url=f"{PATH}/changes", filters=FILTERS, tiles=tiles)


@lru_cache(maxsize=4)
def _document(options: MapOptions) -> MapDocument:
    from dashboard.netmap.document import build  # only now: folium brings numpy, which starting need not wait for

    return build(options)
