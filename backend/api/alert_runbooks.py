"""The runbook of an alert and its buttons: /alerts/{alert_id}/runbook."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from alerts.runbooks import ActionKind, Part, Text
from backend.alerting import runbook as service
from backend.alerting.scope import shown
from backend.api.deps import Ctx, require
from backend.api.idempotency import Answer, Once, once
from backend.api.responses import READ, WRITE
from backend.api.schemas.alerts import AlertOut, show_alert
from backend.api.schemas.common import Body
from backend.auth.actor import Actor
from models.enums import Permission

router = APIRouter(prefix="/alerts/{alert_id}/runbook", tags=["alerts"])

Reader = Annotated[Actor, Depends(require(Permission.ALERTS_READ))]
AlertId = Annotated[int, Path(ge=1, lt=2**63)]
Number = Annotated[int, Path(ge=1, le=100, description="Which button, from 1.")]


class ButtonOut(Body):
    """A button: `needs` is the permission it takes, `allowed` whether the caller has it."""

    number: int
    kind: ActionKind
    label: str
    arguments: dict[str, str]
    needs: Permission
    allowed: bool


class PartOut(Body):
    """A piece of the runbook: Markdown, or a button."""

    markdown: str | None = None
    button: ButtonOut | None = None


class RunbookOut(Body):
    """A runbook with its values as they are now."""

    parts: list[PartOut]


class PressedOut(Body):
    """What came of it, in words, and the alert after it."""

    words: str
    alert: AlertOut


@router.get("", responses=READ, summary="Show an alert's runbook")
def get_runbook(alert_id: AlertId, ctx: Ctx, actor: Reader) -> RunbookOut:
    """Return what to do, with live values and buttons."""
    with ctx.read(actor) as uow:
        parts = service.of(uow, shown(uow, alert_id))
    return RunbookOut(parts=[_part(part, actor) for part in parts])


@router.post("/{number}", responses=WRITE, response_model=PressedOut, summary="Carry out a button of a runbook")
def press(alert_id: AlertId, number: Number, call: Annotated[Once, once(Permission.ALERTS_WRITE)]) -> Response:
    """Do what the button says, with the caller's own permission; the alert's timeline keeps it."""

    def work() -> Answer:
        done = service.run(call.ctx, call.actor, alert_id, number)
        return Answer(200, PressedOut(words=done.words, alert=show_alert(done.alert)))

    return call.run_apart(work)


def _part(part: Part, actor: Actor) -> PartOut:
    if isinstance(part, Text):
        return PartOut(markdown=part.markdown)
    needs = service.NEEDED[part.kind]
    return PartOut(
        button=ButtonOut(
            number=part.number,
            kind=part.kind,
            label=part.label,
            arguments=dict(part.arguments),
            needs=needs,
            allowed=actor.can(needs),
        )
    )
