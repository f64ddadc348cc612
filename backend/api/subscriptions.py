"""Webhook subscriptions: /subscriptions. What is delivered to them, and how that went, is `deliveries.py`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.events import cursor_of
from backend.api.paging import Page
from backend.api.responses import READ, WRITE
from backend.api.schemas.common import Code
from backend.api.schemas.events import NewSubscriptionOut, SubscriptionIn, SubscriptionOut
from backend.auth.actor import Actor
from backend.events import subscriptions as service
from backend.events.queries import latest_seq
from backend.events.subscriptions import PutSubscription, SubscriptionInput
from backend.persistence.uow import Uow
from models.enums import Permission

router = APIRouter(prefix="/subscriptions", tags=["subscriptions"])

Reader = Annotated[Actor, Depends(require(Permission.SUBSCRIPTIONS_READ))]
Writer = Annotated[Actor, Depends(require(Permission.SUBSCRIPTIONS_WRITE))]
ByCode = Annotated[Code, Path(description="Your name for the subscription.")]
IfMatch = Annotated[int | None, Depends(expected_version)]


@router.get("", responses=READ, response_model=Page[SubscriptionOut], summary="List subscriptions")
def read_subscriptions(ctx: Ctx, actor: Reader) -> Page[SubscriptionOut]:
    """Return every subscription that the caller may see, by code; there are never so many that they need pages."""
    with ctx.read(actor) as uow:
        return Page(items=[SubscriptionOut.of(view) for view in service.list_subscriptions(uow)])


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
        since=since,
    )


def _stored(done: PutSubscription) -> Response:
    headers = {"ETag": etag_of(done.view.version), "Cache-Control": "no-store"}
    if done.secret is None:
        text = SubscriptionOut.of(done.view).model_dump_json(by_alias=True)
        return Response(text, 200, headers, media_type="application/json")
    text = NewSubscriptionOut.of(done.view, secret=done.secret).model_dump_json(by_alias=True)
    return Response(text, 201, headers, media_type="application/json")
