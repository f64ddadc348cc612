"""Drills: /drills. An incident on a location that is not there, told only to the channels that it names."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from pydantic import Field, Strict

from alerts.drill import MOST_CHANNELS, DrillAsk
from backend.alerting import drills as service
from backend.alerting.drills import DrillView
from backend.api.deps import Ctx, require
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, WRITE
from backend.api.schemas.alerts import AlertOut, show_alert
from backend.api.schemas.common import Body, Code
from backend.auth.actor import Actor
from backend.persistence.uow import Uow
from models.enums import Permission

router = APIRouter(prefix="/drills", tags=["alerts"])

Reader = Annotated[Actor, Depends(require(Permission.ALERTS_READ))]
Doer = Annotated[Once, once(Permission.ALERTS_WRITE)]
DrillId = Annotated[int, Path(ge=1, lt=2**63, description="The id of its alert.")]


class DrillIn(Body):
    """What to try; without `channels` nobody outside is told. `escalate`: its steps come due too, on these channels."""

    policy: Code
    channels: Annotated[list[Code], Field(default_factory=list, max_length=MOST_CHANNELS)]
    escalate: Annotated[bool, Strict()] = False
    minutes: Annotated[int, Strict(), Field(ge=1, le=1440, description="When it ends by itself.")] = 30

    def to_input(self) -> DrillAsk:
        """Return what the service takes."""
        return DrillAsk(self.policy, tuple(self.channels), self.escalate, timedelta(minutes=self.minutes))


class DrillOut(Body):
    """A drill: its alert, and its report once that is filed."""

    id: int
    alert: AlertOut
    report: dict[str, Any] | None


@router.post("", status_code=201, responses=WRITE, response_model=DrillOut, summary="Begin a drill")
def begin(body: DrillIn, call: Doer) -> Response:
    """Open an alert of a policy on a location that is not there; it is marked as a drill wherever it is told."""

    def work(uow: Uow) -> Answer:
        return Answer(201, _show(service.begin(uow, body.to_input())))

    return call.run(work)


@router.post("/{drill_id}/end", responses=WRITE, response_model=DrillOut, summary="End a drill")
def end(drill_id: DrillId, call: Doer) -> Response:
    """Let what it was about be over; its report is filed when all who were told of it know."""
    return call.run(lambda uow: Answer(200, _show(service.end(uow, drill_id))))


@router.get("", responses=READ, summary="List drills, newest first")
def list_drills(ctx: Ctx, actor: Reader, limit: Limit = 50, after: After = None) -> Page[DrillOut]:
    """Return drills with their reports."""
    cursor = decode(after, int)
    with ctx.read(actor) as uow:
        rows = service.listing(uow, limit=limit + 1, before_id=cursor[0] if cursor else None)
    return page(rows, limit, _show, lambda view: encode(view.alert.id))


@router.get("/{drill_id}", responses=READ, summary="Show a drill")
def get_drill(drill_id: DrillId, ctx: Ctx, actor: Reader) -> DrillOut:
    """Return one."""
    with ctx.read(actor) as uow:
        return _show(service.get(uow, drill_id))


def _show(view: DrillView) -> DrillOut:
    return DrillOut(id=view.alert.id, alert=show_alert(view.alert), report=dict(view.report) if view.report else None)
