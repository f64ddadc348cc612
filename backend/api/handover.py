"""What the next shift has to know, and the report of an incident: to read, to print, to keep."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Depends, Path, Query, Response

from alerts.handover import Handover, note_of
from backend.alerting import handover as service
from backend.api.deps import Ctx, require
from backend.api.responses import READ
from backend.api.schemas.alerts import AlertOut, SilenceOut, show_alert, show_silence
from backend.api.schemas.common import Body, Instant, ShownInstant
from backend.auth.actor import Actor
from models.enums import Permission
from models.errors import Fault, invalid

router = APIRouter(prefix="/alerts", tags=["alerts"])


class ReportForm(StrEnum):
    """What a report is made as."""

    MARKDOWN = "md"
    HTML = "html"


Reader = Annotated[Actor, Depends(require(Permission.ALERTS_READ))]
AlertId = Annotated[int, Path(ge=1, lt=2**63)]
Since = Annotated[
    Instant | None, Query(alias="from", description="When the shift began; left out: 8 hours before `to`.")
]
Until = Annotated[Instant | None, Query(alias="to", description="When it ended; left out: now.")]
Zone = Annotated[str, Query(max_length=64, description="Whose clock the note is written by, such as Europe/Berlin.")]
_PRIVATE = {"Cache-Control": "private, no-store"}
_TEXT = READ | {
    200: {
        "description": "The document",
        "content": {"text/html": {"schema": {"type": "string"}}, "text/markdown": {"schema": {"type": "string"}}},
    }
}


class ShiftCountsOut(Body):
    """How many alerts are open, how many of these are told and nobody has, how many were resolved."""

    open: int
    nobody: int
    resolved: int


class HandoverOut(Body):
    """A shift as it is handed on; `note` is the same as Markdown. At most 500 of each; `counts` has them all."""

    since: ShownInstant
    until: ShownInstant
    open: list[AlertOut]
    resolved: list[AlertOut]
    counts: ShiftCountsOut
    silences: list[SilenceOut]
    note: str


@router.get("/handover", responses=READ, summary="Hand a shift over")
def get_handover(ctx: Ctx, actor: Reader, since: Since = None, until: Until = None, zone: Zone = "UTC") -> HandoverOut:
    """Return what is open and who has it, what was resolved, and which silences end soon."""
    facts = _gathered(ctx, actor, since, until, zone)
    return HandoverOut(
        since=facts.since,
        until=facts.until,
        open=[show_alert(one) for one in facts.open],
        resolved=[show_alert(one) for one in facts.resolved],
        counts=ShiftCountsOut(open=facts.counts.open, nobody=facts.counts.nobody, resolved=facts.counts.resolved),
        silences=[show_silence(one) for one in facts.ending],
        note=note_of(facts, zone),
    )


@router.get("/handover.{form}", responses=_TEXT, response_class=Response, summary="Hand a shift over, as a document")
def print_handover(
    form: ReportForm, ctx: Ctx, actor: Reader, since: Since = None, until: Until = None, zone: Zone = "UTC"
) -> Response:
    """Return the same as Markdown, or as a page to print."""
    return _document(note_of(_gathered(ctx, actor, since, until, zone), zone), form, "Hand-over")


@router.get("/{alert_id}/report.{form}", responses=_TEXT, response_class=Response, summary="Report an incident")
def print_report(alert_id: AlertId, form: ReportForm, ctx: Ctx, actor: Reader) -> Response:
    """Return what happened to an alert from the first sign to the end, as Markdown or as a page to print."""
    with ctx.read(actor) as uow:
        text = service.report(uow, alert_id)
    return _document(text, form, f"Alert {alert_id}")


def _gathered(ctx: Ctx, actor: Actor, since: Instant | None, until: Instant | None, zone: str) -> Handover:
    if zone not in available_timezones():
        raise invalid([Fault("#query/zone", "unknown_zone", "Use a zone such as Europe/Berlin.")])
    with ctx.read(actor) as uow:
        return service.gather(uow, since=since, until=until)


def _document(markdown: str, form: ReportForm, title: str) -> Response:
    if form is ReportForm.MARKDOWN:
        return Response(markdown, media_type="text/markdown; charset=utf-8", headers=_PRIVATE)
    return Response(service.printed(markdown, title), media_type="text/html", headers=_PRIVATE)
