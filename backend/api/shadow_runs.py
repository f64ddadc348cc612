"""Shadow runs: a strategy tried on the last orders beside the active one. Nothing is reserved."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from backend.api.deps import Ctx, require
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, WRITE
from backend.api.schemas.orders import NoBody
from backend.api.schemas.routing import ShadowIn, ShadowOut, show_run
from backend.auth.actor import Actor
from backend.persistence.uow import Uow
from backend.routing import shadow
from backend.routing.shadow import Tried
from models.enums import Permission

router = APIRouter(prefix="/routing/shadow-runs", tags=["routing"])

Reader = Annotated[Actor, Depends(require(Permission.ROUTING_READ))]
WriterOnce = Annotated[Once, once(Permission.ROUTING_WRITE)]
RunId = Annotated[int, Path(ge=1, lt=2**63)]


@router.post("", status_code=202, responses=WRITE, response_model=ShadowOut)
def start_run(body: ShadowIn, call: WriterOnce) -> Response:
    """Try a strategy on the last orders, beside the active one: 202, and `GET` tells how far it has come."""
    choice = body.strategy

    def work(uow: Uow) -> Answer:
        tried = Tried(choice.name, choice.version, choice.document)
        shown = show_run(shadow.start(uow, tried, orders=body.orders))
        return Answer(202, shown, {"Location": f"/api/v1/routing/shadow-runs/{shown.id}"})

    return call.run(work)


@router.get("", responses=READ)
def list_runs(ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None) -> Page[ShadowOut]:
    """List shadow runs, newest first."""
    cursor = decode(after, int)
    with ctx.read(actor) as uow:
        rows = shadow.listing(uow, before=cursor[0] if cursor else None, limit=limit + 1)
        return page(rows, limit, show_run, lambda run: encode(run.id))


@router.get("/{run_id}", responses=READ)
def get_run(run_id: RunId, ctx: Ctx, actor: Reader) -> ShadowOut:
    """Return a shadow run with its result, once it is done."""
    with ctx.read(actor) as uow:
        return show_run(shadow.get(uow, run_id))


@router.post("/{run_id}/cancel", responses=WRITE, response_model=ShadowOut)
def cancel_run(run_id: RunId, call: WriterOnce, body: NoBody | None = None) -> Response:
    """Stop a shadow run."""

    def work(uow: Uow) -> Answer:
        return Answer(200, show_run(shadow.cancel(uow, run_id)), {})

    return call.run(work)
