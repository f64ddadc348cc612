"""GET /events: the pull feed. Any number of readers may wait; waiting holds neither a thread nor a connection."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response

from alerts.catalogue import catalogue
from alerts.matching import type_faults
from backend.api.deps import Ctx, require
from backend.api.paging import After as AfterPage
from backend.api.paging import Limit, Page, page_of_all
from backend.api.responses import READ
from backend.api.schemas.events import EventTypeOut, FeedOut
from backend.auth.actor import Actor
from backend.context import Context
from backend.events.bell import Bell
from backend.events.queries import FeedPage, feed, latest_seq
from backend.events.retention import forgotten_until
from models.enums import Permission
from models.errors import DomainError, ErrorCode, Fault, not_found

router = APIRouter(tags=["events"])

LATEST = "latest"
MAX_WAIT = 30
#: A reader whose filter matches little must not read again for each of a hundred events a second.
_BREATH_SECONDS = 0.1

After = Annotated[str, Query(max_length=20, description="`next` of the answer before; 0 is the beginning.")]
Types = Annotated[list[str] | None, Query(alias="type", max_length=50, description="A type, or a prefix as in sla.*")]
Wait = Annotated[float, Query(ge=0, le=MAX_WAIT, description="Seconds to wait for an event when there is none.")]


@router.get("/events", responses=READ | {200: {"model": FeedOut}}, summary="Read events from a cursor on")
async def read_events(
    request: Request,
    ctx: Ctx,
    actor: Annotated[Actor, Depends(require(Permission.EVENTS_READ))],
    after: After = "0",
    types: Types = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    wait: Wait = 0,
) -> Response:
    """Return CloudEvents that the caller may see, oldest first, and `next`, which is always good to go on from.

    `after=latest` starts at the end. With `wait` the answer comes as soon as there is an event, or empty in the end.
    """
    patterns = types or ()
    faults = type_faults(patterns, pointer="#query/type")
    if faults:
        raise DomainError(ErrorCode.INVALID, "There is no such event type.", faults=faults)
    cursor = await asyncio.to_thread(_start, ctx, after)
    deadline = time.monotonic() + wait
    bell = _bell(request, ctx)
    while True:
        ring = bell.armed()
        try:
            page = await asyncio.to_thread(_read, ctx, actor, cursor, patterns, limit)
            left = deadline - time.monotonic()
            if page.items or left <= 0 or await request.is_disconnected():
                return feed_answer(page, ctx)
            cursor = page.next
            async with asyncio.timeout(left):
                await ring
        except TimeoutError:
            continue  # one last look
        finally:
            ring.cancel()
        await asyncio.sleep(min(_BREATH_SECONDS, max(0.0, deadline - time.monotonic())))


@router.get("/events/types", responses=READ, response_model=Page[EventTypeOut], summary="List types of events")
def read_types(
    actor: Annotated[Actor, Depends(require(Permission.EVENTS_READ))], limit: Limit = 500, after: AfterPage = None
) -> Page[EventTypeOut]:
    """Return the catalogue: what each type tells, and the JSON Schema of its `data`."""
    kinds = sorted(catalogue().values(), key=lambda kind: kind.name)
    return page_of_all(kinds, limit, after, EventTypeOut.of, lambda kind: (kind.name,), str)


@router.get("/events/types/{name}", responses=READ, response_model=EventTypeOut, summary="Show a type of events")
def read_type(
    actor: Annotated[Actor, Depends(require(Permission.EVENTS_READ))], name: Annotated[str, Path(max_length=64)]
) -> EventTypeOut:
    """Return one type of the catalogue."""
    kind = catalogue().get(name)
    if kind is None:
        raise not_found("type of events", name)
    return EventTypeOut.of(kind)


def cursor_of(text: str, *, latest: int, pointer: str) -> int:
    """Return the place in the feed that a cursor names; raises INVALID for what is not one."""
    if text == LATEST:
        return latest
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        fault = Fault(pointer, "bad_cursor", "Use `next` of an answer, 0 for the beginning, or latest.")
        raise DomainError(ErrorCode.INVALID, "This is not a cursor of the feed.", faults=[fault])
    return int(text)


def _start(ctx: Context, after: str) -> int:
    with ctx.read() as uow:
        cursor = cursor_of(after, latest=latest_seq(uow.session), pointer="#query/after")
        first = forgotten_until(uow.session) if cursor else 0
    if cursor < first:
        words = f"Events up to {first} are no longer kept. Start again from after=0, the oldest that is."
        fault = Fault("#query/after", "cursor_expired", words)
        raise DomainError(ErrorCode.INVALID, "Events after this cursor are no longer kept.", faults=[fault])
    return cursor


def _read(ctx: Context, actor: Actor, after: int, types: Sequence[str], limit: int) -> FeedPage:
    with ctx.read(actor) as uow:
        return feed(uow, after=after, types=types, limit=limit)


def feed_answer(page: FeedPage, ctx: Context) -> Response:
    """Return a stretch of the feed as CloudEvents."""
    source = ctx.settings.public_url
    body: dict[str, Any] = {"items": [event.as_cloud_event(source) for event in page.items], "next": str(page.next)}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})


def _bell(request: Request, ctx: Context) -> Bell:
    bell: Bell | None = getattr(request.app.state, "bell", None)
    if bell is None or bell.loop is not asyncio.get_running_loop():
        bell = request.app.state.bell = Bell(ctx)
    return bell
