"""SLA health of the network and its locations; definitions and colour rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from backend.api import faults
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, put
from backend.api.schemas.common import Code
from backend.api.schemas.sla import (
    DefinitionIn,
    DefinitionOut,
    GradingIn,
    GradingOut,
    LocationHealthOut,
    SummaryOut,
    show_definition,
    show_grading,
    show_location,
    show_summary,
)
from backend.auth.actor import Actor
from backend.persistence.uow import Uow
from backend.sla import definitions, queries
from backend.sla.rulebook import DEFAULT
from backend.sla.views import LocationFilter, LocationSort, Shown
from models.enums import LocationKind, Method, Permission
from models.errors import Fault, not_found

router = APIRouter(prefix="/sla", tags=["sla"])

Reader = Annotated[Actor, Depends(require(Permission.NETWORK_READ))]
Writer = Annotated[Actor, Depends(require(Permission.SLA_WRITE))]
Version = Annotated[int | None, Depends(expected_version)]
ThisCode = Annotated[Code, Path(description="Its code.")]
Group = Annotated[Code, Path(description='A group\'s code, or "default" for everyone else.')]

_DEFAULT = "default"


@dataclass(frozen=True)
class Filters:
    """Which locations, as query parameters."""

    status: Annotated[list[Shown] | None, Query(description="Its colour; may be repeated.")] = None
    group: Annotated[str, Query(max_length=64)] = ""
    method: Annotated[Method | None, Query()] = None
    kind: Annotated[LocationKind | None, Query()] = None
    search: Annotated[str, Query(max_length=100, description="Part of code or name.")] = ""

    def to_filter(self, after: str = "") -> LocationFilter:
        """Return what the queries take."""
        return LocationFilter(
            status=tuple(self.status or ()),
            method=self.method or "",
            group=self.group,
            kind=self.kind or "",
            search=self.search,
            after_code=after,
        )


@router.get("/summary", responses=READ)
def get_summary(ctx: Ctx, actor: Reader, filters: Annotated[Filters, Depends()]) -> SummaryOut:
    """Return the SLA health of the locations you may see, in one row."""
    with ctx.read(actor) as uow:
        return show_summary(queries.summary(uow, filters=filters.to_filter()))


@router.get("/locations", responses=READ)
def list_locations(
    ctx: Ctx,
    actor: Reader,
    filters: Annotated[Filters, Depends()],
    limit: Limit = 100,
    after: After = None,
) -> Page[LocationHealthOut]:
    """List the SLA health of locations in order of code."""
    cursor = decode(after, str)
    with ctx.read(actor) as uow:
        chosen = filters.to_filter(cursor[0] if cursor else "")
        found = queries.list_locations(uow, chosen, sort=LocationSort.CODE, limit=limit + 1)
        return page(found.items, limit, lambda view: show_location(view, as_of=uow.now), lambda view: encode(view.code))


@router.get("/locations/{code}", responses=READ)
def get_location(code: ThisCode, ctx: Ctx, actor: Reader) -> LocationHealthOut:
    """Return one location's SLA health."""
    with ctx.read(actor) as uow:
        return show_location(queries.location(uow, code), as_of=uow.now)


@router.get("/definitions", responses=READ)
def list_definitions(ctx: Ctx, _actor: Reader, limit: Limit = 100, after: After = None) -> Page[DefinitionOut]:
    """List the newest version of every definition in order of code."""
    cursor = decode(after, str)
    with ctx.read(_actor) as uow:
        rows = [row for row in definitions.definitions(uow) if cursor is None or row.code > cursor[0]]
        return page(rows[: limit + 1], limit, show_definition, lambda row: encode(row.code))


@router.get("/definitions/{code}", responses=READ)
def get_definition(code: ThisCode, response: Response, ctx: Ctx, actor: Reader) -> DefinitionOut:
    """Return the newest version of a definition."""
    with ctx.read(actor) as uow:
        row = definitions.definition(uow, code)
        response.headers["ETag"] = etag_of(row.version)
        return show_definition(row)


def _also_places(uow: Uow, body: Any) -> list[Fault]:
    """Return the unknown location and group in a raw body that its schema refused."""
    if not isinstance(body, Mapping):
        return []
    words = [word if isinstance(word := body.get(key), str) else None for key in ("location", "group")]
    return definitions.unknown_places(uow, location_code=words[0], group_code=words[1])


@router.put("/definitions/{code}", responses=put(DefinitionOut))
@faults.also(_also_places)
def put_definition(
    code: ThisCode, body: DefinitionIn, response: Response, ctx: Ctx, actor: Writer, version: Version
) -> DefinitionOut:
    """Add a version of a definition: 201 when the code is new. Running clocks keep the version they started with."""
    with ctx.uow(actor) as uow:
        row = definitions.put_definition(uow, code, body.to_input(), expected_version=version)
        response.status_code = 201 if row.version == 1 else 200
        response.headers["ETag"] = etag_of(row.version)
        return show_definition(row)


@router.get("/grading/{group}", responses=READ)
def get_grading(group: Group, response: Response, ctx: Ctx, actor: Reader) -> GradingOut:
    """Return the colour rule of a group, or the default one, with its wording."""
    with ctx.read(actor) as uow:
        row = definitions.grading_rule(uow, _stored(group))
        if row is None and group != _DEFAULT:
            raise not_found("colour rule of group", group)
        response.headers["ETag"] = etag_of(row.version if row else 0)
        return show_grading(group, row)


@router.put("/grading/{group}", responses=put(GradingOut))
def put_grading(
    group: Group, body: GradingIn, response: Response, ctx: Ctx, actor: Writer, version: Version
) -> GradingOut:
    """Add a version of the colour rule and grade the locations anew; 201 when the group had none of its own."""
    with ctx.uow(actor) as uow:
        row = definitions.put_grading(uow, _stored(group), body.to_thresholds(), expected_version=version)
        response.status_code = 201 if row.version == 1 else 200
        response.headers["ETag"] = etag_of(row.version)
        return show_grading(group, row)


def _stored(group: str) -> str:
    return DEFAULT if group == _DEFAULT else group
