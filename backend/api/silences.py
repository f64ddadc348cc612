"""Silences: /silences. What they keep quiet is `alerts/silences.py`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from alerts.silences import SilenceState
from backend.alerting import silences as service
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, WRITE
from backend.api.schemas.alerts import MatchersIn, PreviewOut, SilenceIn, SilenceOut, show_preview, show_silence
from backend.auth.actor import Actor
from backend.persistence.uow import Uow
from models.enums import Permission

router = APIRouter(prefix="/silences", tags=["alerts"])

Reader = Annotated[Actor, Depends(require(Permission.ALERTS_READ))]
Writer = Annotated[Actor, Depends(require(Permission.ALERTS_WRITE))]
Version = Annotated[int | None, Depends(expected_version)]
SilenceId = Annotated[int, Path(ge=1, lt=2**63)]
States = Annotated[list[SilenceState] | None, Query(max_length=3, description="Left out: those that are not over.")]


@router.get("", responses=READ, summary="List silences")
def list_silences(
    ctx: Ctx, actor: Reader, state: States = None, limit: Limit = 100, after: After = None
) -> Page[SilenceOut]:
    """Return silences, the newest first."""
    cursor = decode(after, int)
    with ctx.read(actor) as uow:
        views = service.listing(uow, state or (SilenceState.PENDING, SilenceState.ACTIVE))
    rows = sorted((view for view in views if cursor is None or view.id < cursor[0]), key=lambda view: -view.id)
    return page(rows[: limit + 1], limit, show_silence, lambda view: encode(view.id))


@router.post("", status_code=201, responses=WRITE, response_model=SilenceOut, summary="Silence alerts for a time")
def make_silence(body: SilenceIn, call: Annotated[Once, once(Permission.ALERTS_WRITE)]) -> Response:
    """Keep alerts quiet whose labels match, for `PICKWATCH_SILENCE_DAYS` at most; its owner is whoever calls."""

    def work(uow: Uow) -> Answer:
        view = service.make(uow, body.to_input())
        headers = {"ETag": etag_of(view.version), "Location": f"/api/v1/silences/{view.id}"}
        return Answer(201, show_silence(view), headers)

    return call.run(work)


@router.post("/preview", responses=WRITE, summary="Try what a silence would keep quiet")
def preview_silence(body: MatchersIn, ctx: Ctx, actor: Reader) -> PreviewOut:
    """Return which open alerts match now; nothing is silenced."""
    with ctx.read(actor) as uow:
        return show_preview(service.preview(uow, [each.to_matcher() for each in body.matchers]))


@router.get("/{silence_id}", responses=READ, summary="Show a silence")
def get_silence(silence_id: SilenceId, response: Response, ctx: Ctx, actor: Reader) -> SilenceOut:
    """Return one silence with its ETag."""
    with ctx.read(actor) as uow:
        view = service.get(uow, silence_id)
    response.headers["ETag"] = etag_of(view.version)
    return show_silence(view)


@router.put("/{silence_id}", responses=WRITE, summary="Change a silence")
def change_silence(
    silence_id: SilenceId, body: SilenceIn, response: Response, ctx: Ctx, actor: Writer, version: Version
) -> SilenceOut:
    """Change a silence that is not over yet."""
    with ctx.uow(actor) as uow:
        view = service.change(uow, silence_id, body.to_input(), expected_version=version)
    response.headers["ETag"] = etag_of(view.version)
    return show_silence(view)


@router.delete("/{silence_id}", status_code=204, responses=WRITE, summary="End a silence now")
def end_silence(silence_id: SilenceId, ctx: Ctx, actor: Writer, version: Version) -> None:
    """End a silence; alerts that still hold are told of again."""
    with ctx.uow(actor) as uow:
        service.end(uow, silence_id, expected_version=version)
