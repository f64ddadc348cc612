"""Why work is given back, and what each reason does to stock."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.paging import After, Limit, Page, page_of_all
from backend.api.responses import READ, put
from backend.api.schemas.common import Body, Code, Name
from backend.auth.actor import Actor
from backend.fulfillment import reasons
from backend.fulfillment.reasons import Reason
from models.enums import Permission
from models.floor import StockEffect

router = APIRouter(tags=["workflows"])

Reader = Annotated[Actor, Depends(require(Permission.ORDERS_READ))]
Writer = Annotated[Actor, Depends(require(Permission.WORKFLOWS_WRITE))]
Version = Annotated[int | None, Depends(expected_version)]
ReasonCode = Annotated[Code, Path(description="Its code.")]


class RejectReasonIn(Body):
    """What a reason is called and does. `collateral`: other open shipments there give the product back too."""

    name: Name
    effect: StockEffect = StockEffect.NONE
    collateral: bool = False
    active: bool = True


class RejectReasonOut(RejectReasonIn):
    """A reason; version 0 is as it was shipped."""

    code: str
    version: int


@router.get("/reject-reasons", responses=READ)
def list_reject_reasons(ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None) -> Page[RejectReasonOut]:
    """List the reasons, in order of code."""
    with ctx.read(actor) as uow:
        rows = reasons.known(uow).values()
    return page_of_all(rows, limit, after, _show, lambda reason: (reason.code,), str)


@router.get("/reject-reasons/{code}", responses=READ)
def get_reject_reason(code: ReasonCode, response: Response, ctx: Ctx, actor: Reader) -> RejectReasonOut:
    """Return a reason."""
    with ctx.read(actor) as uow:
        reason = reasons.get(uow, code)
    response.headers["ETag"] = etag_of(reason.version)
    return _show(reason)


@router.put("/reject-reasons/{code}", responses=put(RejectReasonOut), response_model=RejectReasonOut)
def put_reject_reason(
    code: ReasonCode, body: RejectReasonIn, response: Response, ctx: Ctx, actor: Writer, version: Version
) -> RejectReasonOut:
    """Create or replace a reason: 201 when it is new. What was given back before stays as it is."""
    given = Reason(code, body.name, body.effect, body.collateral, body.active)
    with ctx.uow(actor) as uow:
        response.status_code = 200 if code in reasons.known(uow) else 201
        reason = reasons.put(uow, given, expected_version=version)
    response.headers["ETag"] = etag_of(reason.version)
    return _show(reason)


def _show(reason: Reason) -> RejectReasonOut:
    return RejectReasonOut(
        code=reason.code,
        name=reason.name,
        effect=reason.effect,
        collateral=reason.collateral,
        active=reason.active,
        version=reason.version,
    )
