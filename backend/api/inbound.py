"""What incident tools call back with: POST /inbound/…. Proven by a signature, not by a key of ours.

A refusal says the same whether there is no such channel or the signature is wrong, and takes as long.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from alerts.delivery.signing import key_of, new_secret
from alerts.inbound import Asked, Told, name_of, of_pagerduty, signed_as_webhook, signed_by_pagerduty
from backend.alerting.inbound import Gate, Result, secret_of, take
from backend.api.auth import address_of
from backend.api.deps import Ctx, public
from backend.api.errors import model_faults
from backend.api.responses import WRITE, problems
from backend.api.schemas.alerts import Note
from backend.api.schemas.common import Body, Code
from backend.clock import system_now
from backend.context import Context
from models.alerting import ReceiverKind
from models.errors import DomainError, ErrorCode, Fault, invalid

router = APIRouter(prefix="/inbound", tags=["alerts"], dependencies=[Depends(public)])

Channel = Annotated[Code, Path(description="The code of the channel that it comes from.")]
_OTHERS = tuple(kind for kind in ReceiverKind if kind not in (ReceiverKind.PAGERDUTY, ReceiverKind.SUBSCRIPTION))
_NOBODY = new_secret()  # compared with where there is no such channel, so that it takes as long
_RESPONSES = WRITE | problems(429)


class InboundIn(Body):
    """What was done at the other end: to the alert of a `key` as it was told, or of its id."""

    action: Asked
    key: Annotated[str, Field(max_length=300)] | None = None
    alert: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    by: Annotated[str, Field(max_length=200)] = ""
    note: Note = ""


class InboundOut(BaseModel):
    """What became of it."""

    result: Result


@router.post("/pagerduty/{channel}", responses=_RESPONSES, summary="Take a PagerDuty V3 webhook")
async def from_pagerduty(request: Request, channel: Channel, ctx: Ctx) -> InboundOut:
    """Acknowledge, give back or resolve what was so treated there; other events change nothing."""
    body = await _body(request, ctx)
    secret = await run_in_threadpool(secret_of, ctx, channel, ReceiverKind.PAGERDUTY)
    right = signed_by_pagerduty(secret or _NOBODY, body, request.headers.get("x-pagerduty-signature", ""))
    _need(right and secret is not None)
    told = of_pagerduty(_document(body))
    return await _taken(ctx, channel, told)


@router.post("/{channel}", responses=_RESPONSES, summary="Take a signed message of another tool")
async def from_anywhere(request: Request, channel: Channel, ctx: Ctx) -> InboundOut:
    """Do what it says: `{action, key | alert, by, note}`, signed as Standard Webhooks are with the channel's secret."""
    body = await _body(request, ctx)
    secret = await run_in_threadpool(secret_of, ctx, channel, *_OTHERS)
    known = secret if secret is not None and _usable(secret) else None
    right = signed_as_webhook(known or _NOBODY, body, dict(request.headers), now=system_now())
    _need(right and known is not None)
    try:
        asked = InboundIn.model_validate(_document(body))
    except ValidationError as error:
        raise invalid(model_faults(error)) from None
    if (asked.key is None) == (asked.alert is None):
        raise invalid([Fault("/key", "missing", "Name the alert by its key or by its id, one of them.")])
    id_ = request.headers["webhook-id"]
    told = Told(id_, asked.action, asked.key or "", asked.alert, name_of(asked.by), asked.note)
    return await _taken(ctx, channel, told)


async def _body(request: Request, ctx: Context) -> bytes:
    wait = ctx.part(Gate).wait(address_of(request, ctx))
    if wait is not None:
        raise DomainError(ErrorCode.RATE_LIMITED, "Too many messages; try again later.", retry_after=wait)
    return await request.body()  # `security.py` bounds it


def _need(right: bool) -> None:  # noqa: FBT001  # a condition, not a switch
    if not right:
        raise DomainError(ErrorCode.UNAUTHENTICATED, "The signature is not right, or nobody may call back here.")


def _usable(secret: str) -> bool:
    try:
        key_of(secret)
    except ValueError:
        return False
    return True


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


async def _taken(ctx: Context, channel: str, told: Told | None) -> InboundOut:
    if told is None:
        return InboundOut(result=Result.NO_CHANGE)
    return InboundOut(result=await run_in_threadpool(take, ctx, channel, told))
