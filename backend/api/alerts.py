"""Alerts: /alerts. Lists, one with all about it, and what people do with it. Hand-over notes are `handover.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from alerts.browse import AlertFilter, AlertView
from backend.alerting import commands, queries
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, decode, encode, page, page_of_all
from backend.api.responses import READ, WRITE
from backend.api.schemas.alerts import (
    ActIn,
    AlertOut,
    EntryOut,
    NoteIn,
    WholeAlertOut,
    show_alert,
    show_entry,
    show_whole,
)
from backend.api.schemas.common import Code
from backend.auth.actor import Actor
from backend.persistence.uow import Uow
from models.alerting import AlertLevel, AlertStatus, Severity
from models.enums import Permission

router = APIRouter(prefix="/alerts", tags=["alerts"])

Reader = Annotated[Actor, Depends(require(Permission.ALERTS_READ))]
Doer = Annotated[Once, once(Permission.ALERTS_WRITE)]
Version = Annotated[int | None, Depends(expected_version)]
AlertId = Annotated[int, Path(ge=1, lt=2**63)]
Command = Callable[..., AlertView]
_NOTHING = ActIn()  # for who says nothing


def asked(
    status: Annotated[list[AlertStatus] | None, Query(max_length=4)] = None,
    severity: Annotated[list[Severity] | None, Query(max_length=4)] = None,
    policy: Code | None = None,
    location: Code | None = None,
    group: Code | None = None,
    level: AlertLevel | None = None,
    muted: Annotated[bool | None, Query(description="true: told to nobody; false: not so.")] = None,
    drill: Annotated[bool | None, Query()] = None,
    q: Annotated[str, Query(max_length=200, description="Words in the title, the key, the policy or the place.")] = "",
) -> AlertFilter:
    """Return which alerts a list shows."""
    return AlertFilter(
        statuses=status or (),
        severities=severity or (),
        policy=policy,
        location=location,
        group=group,
        level=level,
        muted=muted,
        drill=drill,
        text=q,
    )


Asked = Annotated[AlertFilter, Depends(asked)]


@router.get("", responses=READ, summary="List alerts, newest first")
def list_alerts(ctx: Ctx, actor: Reader, which: Asked, limit: Limit = 100, after: After = None) -> Page[AlertOut]:
    """Return alerts, open ones and those that are over."""
    cursor = decode(after, int)
    with ctx.read(actor) as uow:
        rows = queries.listing(uow, which, limit=limit + 1, before_id=cursor[0] if cursor else None)
    return page(rows, limit, show_alert, lambda view: encode(view.id))


@router.get("/{alert_id}", responses=READ, summary="Show an alert")
def get_alert(alert_id: AlertId, response: Response, ctx: Ctx, actor: Reader) -> WholeAlertOut:
    """Return an alert with its problems, the alerts it tells of, its escalation and who was told; with its ETag."""
    with ctx.read(actor) as uow:
        whole = queries.whole(uow, alert_id)
    response.headers["ETag"] = etag_of(whole.alert.version)
    return show_whole(whole)


@router.get("/{alert_id}/timeline", responses=READ, summary="Tell what happened to an alert")
def get_timeline(alert_id: AlertId, ctx: Ctx, actor: Reader, limit: Limit = 500, after: After = None) -> Page[EntryOut]:
    """Return its story in plain words, oldest first."""
    with ctx.read(actor) as uow:
        entries = list(enumerate(queries.timeline(uow, alert_id)))
    return page_of_all(entries, limit, after, lambda row: show_entry(row[1]), lambda row: (row[0],), int)


@router.post("/{alert_id}/acknowledge", responses=WRITE, response_model=AlertOut, summary="Take an alert on")
def acknowledge(alert_id: AlertId, call: Doer, version: Version, body: ActIn = _NOTHING) -> Response:
    """Say that somebody is at it: its escalation stops."""
    return _run(call, commands.acknowledge, alert_id, body, version)


@router.post("/{alert_id}/unacknowledge", responses=WRITE, response_model=AlertOut, summary="Give an alert back")
def unacknowledge(alert_id: AlertId, call: Doer, version: Version, body: ActIn = _NOTHING) -> Response:
    """Say that nobody is at it after all: the rest of its escalation goes on."""
    return _run(call, commands.unacknowledge, alert_id, body, version)


@router.post("/{alert_id}/resolve", responses=WRITE, response_model=AlertOut, summary="End an alert")
def resolve(alert_id: AlertId, call: Doer, version: Version, body: ActIn = _NOTHING) -> Response:
    """Say that it is over; it opens again only when something happens anew."""
    return _run(call, commands.resolve, alert_id, body, version)


@router.post("/{alert_id}/note", status_code=201, responses=WRITE, response_model=AlertOut, summary="Write a note")
def note(alert_id: AlertId, call: Doer, body: NoteIn) -> Response:
    """Write something down in its timeline."""
    return call.run(lambda uow: _answer(commands.note(uow, alert_id, body.note), 201))


def _run(call: Once, command: Command, alert_id: int, body: ActIn, version: int | None) -> Response:
    def work(uow: Uow) -> Answer:
        return _answer(command(uow, alert_id, note=body.note, expected_version=version), 200)

    return call.run(work)


def _answer(view: AlertView, status: int) -> Answer:
    return Answer(status, show_alert(view), {"ETag": etag_of(view.version)})
