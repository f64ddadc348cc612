"""Channels to incident tools and people: /channels. What was sent to them is `deliveries.py`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from alerts.connectors.registry import CONNECTORS
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, page_of_all
from backend.api.responses import READ, WRITE
from backend.api.schemas.channels import ChannelIn, ChannelOut, KindOut, NewChannelOut, RotateIn
from backend.api.schemas.common import Code
from backend.api.schemas.events import DeliveryOut
from backend.auth.actor import Actor
from backend.channels import service
from backend.channels.service import Stored
from backend.channels.trial import try_channel
from backend.persistence.uow import Uow
from models.enums import Permission

router = APIRouter(prefix="/channels", tags=["channels"])

Reader = Annotated[Actor, Depends(require(Permission.CHANNELS_READ))]
Writer = Annotated[Actor, Depends(require(Permission.CHANNELS_WRITE))]
ByCode = Annotated[Code, Path(description="What policies call the channel.")]
IfMatch = Annotated[int | None, Depends(expected_version)]


@router.get("", responses=READ, response_model=Page[ChannelOut], summary="List channels")
def read_channels(ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None) -> Page[ChannelOut]:
    """Return every channel and how it fares, in order of code."""
    with ctx.read(actor) as uow:
        rows = service.list_channels(uow)
    return page_of_all(rows, limit, after, ChannelOut.of, lambda view: (view.code,), str)


@router.get("/kinds", responses=READ, response_model=Page[KindOut], summary="List kinds of channels")
def read_kinds(actor: Reader, limit: Limit = 100, after: After = None) -> Page[KindOut]:
    """Return what can be connected, what each asks for, and the JSON Schema of its `config`."""
    rows = sorted(CONNECTORS.values(), key=lambda one: one.kind)
    return page_of_all(rows, limit, after, KindOut.of, lambda one: (one.kind.value,), str)


@router.get("/{code}", responses=READ, response_model=ChannelOut, summary="Show a channel")
def read_channel(ctx: Ctx, actor: Reader, code: ByCode, response: Response) -> ChannelOut:
    """Return one channel, without its secrets."""
    with ctx.read(actor) as uow:
        view = service.get_channel(uow, code)
    response.headers["ETag"] = etag_of(view.version)
    return ChannelOut.of(view)


@router.put(
    "/{code}",
    response_model=ChannelOut,
    responses=WRITE | {201: {"model": NewChannelOut, "description": "Created; with the secret if it was made here."}},
    summary="Create or replace a channel",
)
def put_channel(ctx: Ctx, actor: Writer, code: ByCode, body: ChannelIn, version: IfMatch) -> Response:
    """Store where alerts go. Left out, `secret` keeps the one there is; a signed webhook's is made and shown once."""
    with ctx.uow(actor) as uow:
        done = service.put_channel(
            uow,
            code,
            body.to_input(),
            allowed_hosts=ctx.settings.webhook_hosts,
            expected_version=version,
        )
    return _stored(done)


@router.delete("/{code}", responses=WRITE, status_code=204, summary="Delete a channel")
def delete_channel(ctx: Ctx, actor: Writer, code: ByCode, version: IfMatch) -> None:
    """Delete a channel, everything still owed to it and its history."""
    with ctx.uow(actor) as uow:
        service.delete_channel(uow, code, expected_version=version)


@router.post(
    "/{code}/test", responses=WRITE, response_model=DeliveryOut, status_code=202, summary="Send a test message"
)
def test_channel(code: ByCode, call: Annotated[Once, once(Permission.CHANNELS_WRITE)]) -> Response:
    """Owe the channel a message that tells of nothing; the answer is its delivery, to be looked at again."""

    def work(uow: Uow) -> Answer:
        return Answer(202, DeliveryOut.of(try_channel(uow, code), ()))

    return call.run(work)


@router.post("/{code}/pause", responses=WRITE, response_model=ChannelOut, summary="Pause a channel")
def pause_channel(ctx: Ctx, actor: Writer, code: ByCode, version: IfMatch) -> ChannelOut:
    """Keep what happens for it and send nothing."""
    with ctx.uow(actor) as uow:
        return ChannelOut.of(service.pause_channel(uow, code, expected_version=version))


@router.post("/{code}/resume", responses=WRITE, response_model=ChannelOut, summary="Resume a channel")
def resume_channel(ctx: Ctx, actor: Writer, code: ByCode, version: IfMatch) -> ChannelOut:
    """Send to it again, what waits first."""
    with ctx.uow(actor) as uow:
        return ChannelOut.of(service.resume_channel(uow, code, expected_version=version))


@router.post(
    "/{code}/rotate",
    response_model=ChannelOut,
    responses=WRITE | {201: {"model": NewChannelOut, "description": "With the secret that was made."}},
    summary="Give a channel another secret",
)
def rotate_channel(ctx: Ctx, actor: Writer, code: ByCode, body: RotateIn, version: IfMatch) -> Response:
    """Replace the secret. Signed messages carry the signatures of both for `hours`."""
    with ctx.uow(actor) as uow:
        done = service.rotate_secret(uow, code, secret=body.secret, hours=body.hours, expected_version=version)
    return _stored(done)


def _stored(done: Stored) -> Response:
    headers = {"ETag": etag_of(done.view.version), "Cache-Control": "no-store"}
    shown = ChannelOut.of(done.view) if done.secret is None else NewChannelOut.of(done.view, secret=done.secret)
    status = 201 if done.created or done.secret else 200
    return Response(shown.model_dump_json(), status, headers, media_type="application/json")
