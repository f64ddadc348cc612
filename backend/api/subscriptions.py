"""Integrators' subscriptions: /subscriptions. What is delivered to them, and how that went, is `deliveries.py`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.events import cursor_of, feed_answer
from backend.api.paging import After, Limit, Page, page_of_all
from backend.api.responses import READ, WRITE
from backend.api.schemas.channels import RotateIn
from backend.api.schemas.common import Code
from backend.api.schemas.events import (
    CursorIn,
    FeedOut,
    NewSubscriptionOut,
    ReplayIn,
    ReplayOut,
    SubscriptionIn,
    SubscriptionOut,
)
from backend.auth.actor import Actor
from backend.events import subscriptions as service
from backend.events import upkeep
from backend.events.pulling import acknowledge, pull
from backend.events.queries import latest_seq
from backend.events.subscriptions import PutSubscription, SubscriptionInput
from backend.persistence.uow import Uow
from models.enums import Permission

router = APIRouter(prefix="/subscriptions", tags=["subscriptions"])

Reader = Annotated[Actor, Depends(require(Permission.SUBSCRIPTIONS_READ))]
Writer = Annotated[Actor, Depends(require(Permission.SUBSCRIPTIONS_WRITE))]
Puller = Annotated[Actor, Depends(require(Permission.EVENTS_READ))]
ByCode = Annotated[Code, Path(description="Your name for the subscription.")]
IfMatch = Annotated[int | None, Depends(expected_version)]


@router.get("", responses=READ, response_model=Page[SubscriptionOut], summary="List subscriptions")
def read_subscriptions(ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None) -> Page[SubscriptionOut]:
    """Return every subscription that the caller may see, in order of code."""
    with ctx.read(actor) as uow:
        rows = sorted(service.list_subscriptions(uow), key=lambda view: view.code)
    return page_of_all(rows, limit, after, SubscriptionOut.of, lambda view: (view.code,), str)


@router.get("/{code}", responses=READ, response_model=SubscriptionOut, summary="Show a subscription")
def read_subscription(ctx: Ctx, actor: Reader, code: ByCode, response: Response) -> SubscriptionOut:
    """Return one subscription, without its secret."""
    with ctx.read(actor) as uow:
        view = service.get_subscription(uow, code)
    response.headers["ETag"] = etag_of(view.version)
    return SubscriptionOut.of(view)


@router.put(
    "/{code}",
    response_model=SubscriptionOut,
    responses=WRITE | {201: {"model": NewSubscriptionOut, "description": "Created; the only answer with the secret."}},
    summary="Create or replace a subscription",
)
def put_subscription(ctx: Ctx, actor: Writer, code: ByCode, body: SubscriptionIn, version: IfMatch) -> Response:
    """Store what to push where. Left out, `secret` keeps the one there is, or is made and shown once."""
    with ctx.uow(actor) as uow:
        done = service.put_subscription(
            uow,
            code,
            _input(uow, body),
            allowed_hosts=ctx.settings.webhook_hosts,
            expected_version=version,
        )
    return _stored(done)


@router.delete("/{code}", responses=WRITE, status_code=204, summary="Delete a subscription")
def delete_subscription(ctx: Ctx, actor: Writer, code: ByCode, version: IfMatch) -> None:
    """Delete a subscription, everything still owed to it and its history."""
    with ctx.uow(actor) as uow:
        service.delete_subscription(uow, code, expected_version=version)


@router.post("/{code}/pause", responses=WRITE, response_model=SubscriptionOut, summary="Pause a subscription")
def pause_subscription(ctx: Ctx, actor: Writer, code: ByCode, version: IfMatch) -> SubscriptionOut:
    """Keep what happens for it and send nothing."""
    with ctx.uow(actor) as uow:
        return SubscriptionOut.of(upkeep.pause_subscription(uow, code, expected_version=version))


@router.post("/{code}/resume", responses=WRITE, response_model=SubscriptionOut, summary="Resume a subscription")
def resume_subscription(ctx: Ctx, actor: Writer, code: ByCode, version: IfMatch) -> SubscriptionOut:
    """Send to it again, what waits first."""
    with ctx.uow(actor) as uow:
        return SubscriptionOut.of(upkeep.resume_subscription(uow, code, expected_version=version))


@router.post(
    "/{code}/rotate",
    status_code=201,
    response_model=NewSubscriptionOut,
    responses=WRITE,
    summary="Give a subscription another secret",
)
def rotate_subscription(ctx: Ctx, actor: Writer, code: ByCode, body: RotateIn, version: IfMatch) -> Response:
    """Replace the secret, shown once. Messages carry the signatures of both for `hours`."""
    with ctx.uow(actor) as uow:
        done = upkeep.rotate_subscription(uow, code, secret=body.secret, hours=body.hours, expected_version=version)
    return _stored(PutSubscription(done.view, created=True, secret=done.secret))


@router.post(
    "/{code}/replay", responses=WRITE, status_code=202, response_model=ReplayOut, summary="Send everything again"
)
def replay_subscription(ctx: Ctx, actor: Writer, code: ByCode, body: ReplayIn) -> ReplayOut:
    """Owe it again what was recorded from a time on, delivered or not, under the same ids; at most 10,000 messages."""
    with ctx.uow(actor) as uow:
        count = upkeep.replay_from(uow, code, since=body.since)
        return ReplayOut(owed=count, since=str(service.get_subscription(uow, code).from_seq))


@router.get("/{code}/events", responses=READ | {200: {"model": FeedOut}}, summary="Pull a subscription's events")
def pull_events(ctx: Ctx, actor: Puller, code: ByCode, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> Response:
    """Return what comes after its cursor, oldest first. It stays until `next` is acknowledged."""
    with ctx.read(actor) as uow:
        page = pull(uow, code, limit=limit)
    return feed_answer(page, ctx)


@router.post("/{code}/acknowledge", responses=WRITE, response_model=SubscriptionOut, summary="Move the cursor")
def acknowledge_events(ctx: Ctx, actor: Writer, code: ByCode, body: CursorIn) -> SubscriptionOut:
    """Say how far a pulled subscription was dealt with; the cursor goes only forward."""
    with ctx.uow(actor) as uow:
        place = cursor_of(body.cursor, latest=latest_seq(uow.session), pointer="/cursor")
        acknowledge(uow, code, cursor=place)
        return SubscriptionOut.of(service.get_subscription(uow, code))


def _input(uow: Uow, body: SubscriptionIn) -> SubscriptionInput:
    since = None
    if body.since is not None:
        since = cursor_of(body.since, latest=latest_seq(uow.session), pointer="/from")
    return SubscriptionInput(
        url=body.url,
        types=tuple(body.types),
        locations=tuple(body.locations),
        groups=tuple(body.groups),
        secret=body.secret,
        enabled=body.enabled,
        title=body.title,
        filters=tuple(body.filters),
        content_mode=body.content_mode,
        since=since,
    )


def _stored(done: PutSubscription) -> Response:
    headers = {"ETag": etag_of(done.view.version), "Cache-Control": "no-store"}
    if done.secret is None:
        text = SubscriptionOut.of(done.view).model_dump_json(by_alias=True)
        return Response(text, 200, headers, media_type="application/json")
    text = NewSubscriptionOut.of(done.view, secret=done.secret).model_dump_json(by_alias=True)
    return Response(text, 201, headers, media_type="application/json")
