"""What a manager does to a location for a time: a cap on what it is given, a method that gets no new work."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from backend.api.deps import Ctx, require
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, page_of_all
from backend.api.responses import READ, WRITE
from backend.api.schemas.common import Code
from backend.api.schemas.controls import ControlIn, ControlOut, show_control
from backend.auth.actor import Actor
from backend.controls import queries, service
from backend.persistence.uow import Uow
from models.enums import Permission

router = APIRouter(tags=["locations"])

Reader = Annotated[Actor, Depends(require(Permission.NETWORK_READ))]
Writer = Annotated[Actor, Depends(require(Permission.LOCATIONS_WRITE))]
ControlId = Annotated[int, Path(ge=1, lt=2**63)]


@router.post("/locations/{code}/controls", status_code=201, responses=WRITE, response_model=ControlOut)
def put_control(code: Code, body: ControlIn, call: Annotated[Once, once(Permission.LOCATIONS_WRITE)]) -> Response:
    """Cap a location or pause a method there for a time; one of the same kind that runs there is replaced."""

    def work(uow: Uow) -> Answer:
        made = service.put(uow, code, body.to_input())
        (view,) = (one for one in queries.running(uow, code) if one.id == made)
        return Answer(201, show_control(view))

    return call.run(work)


@router.get("/locations/{code}/controls", responses=READ)
def list_controls(code: Code, ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None) -> Page[ControlOut]:
    """List the controls that run at a location, the one that ends first on top."""
    with ctx.read(actor) as uow:
        rows = queries.running(uow, code)
    return page_of_all(rows, limit, after, show_control, lambda row: (row.until.isoformat(), row.id), str, int)


@router.delete("/locations/{code}/controls/{control_id}", responses=WRITE, status_code=204)
def take_back_control(code: Code, control_id: ControlId, ctx: Ctx, actor: Writer) -> None:
    """End a control before its time."""
    with ctx.uow(actor) as uow:
        service.take_back(uow, code, control_id)
