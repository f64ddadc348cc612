"""Returns: authorised, received, inspected, closed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, decode, encode, page, page_of_all
from backend.api.responses import READ, WRITE
from backend.api.schemas.orders import ReasonIn
from backend.api.schemas.returns import (
    CloseReturnIn,
    InspectIn,
    ReceiveIn,
    ReturnableOut,
    ReturnIn,
    ReturnOut,
    show_return,
    show_returnable,
)
from backend.auth.actor import Actor
from backend.persistence.uow import Uow
from backend.returns import queries, service
from backend.returns.queries import ReturnFilter
from backend.returns.rules import Returnable
from models.enums import Permission
from models.errors import Fault, invalid
from models.floor import ReturnStatus

router = APIRouter(tags=["returns"])

Reader = Annotated[Actor, Depends(require(Permission.ORDERS_READ))]
Clerk = Annotated[Once, once(Permission.RETURNS_WRITE)]
Fulfiller = Annotated[Once, once(Permission.SHIPMENTS_WRITE)]
Version = Annotated[int | None, Depends(expected_version)]
ReturnId = Annotated[int, Path(ge=1, lt=2**63)]
_WHY = ReasonIn()  # for who says nothing


@router.post("/returns", status_code=201, responses=WRITE, response_model=ReturnOut)
def authorise(body: ReturnIn, call: Clerk) -> Response:
    """Let a customer send units back; without a location to the nearest that takes returns."""

    def work(uow: Uow) -> Answer:
        return _answer(uow, service.authorise(uow, body.to_input()), 201)

    return call.run(work)


@router.get("/returns", responses=READ)
def list_returns(
    ctx: Ctx,
    actor: Reader,
    limit: Limit = 100,
    after: After = None,
    status: ReturnStatus | None = None,
    location: Annotated[str | None, Query(max_length=64)] = None,
    order: Annotated[int | None, Query(ge=1, lt=2**63, description="The id of the order.")] = None,
) -> Page[ReturnOut]:
    """List returns, the newest first."""
    cursor = decode(after, int)
    wanted = ReturnFilter(location, status, order)
    with ctx.read(actor) as uow:
        rows = queries.listing(uow, wanted, after=cursor[0] if cursor else None, limit=limit + 1)
        return page(rows, limit, show_return, lambda view: encode(view.row.id))


@router.get("/returns/{return_id}", responses=READ)
def get_return(return_id: ReturnId, response: Response, ctx: Ctx, actor: Reader) -> ReturnOut:
    """Return one; its ETag is what the commands take as If-Match."""
    with ctx.read(actor) as uow:
        shown = show_return(queries.get(uow, return_id))
    response.headers["ETag"] = etag_of(shown.version)
    return shown


@router.get("/orders/{order_id}/returnable", responses=READ)
def list_returnable(
    order_id: ReturnId, ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None
) -> Page[ReturnableOut]:
    """List what the customer of an order has and did not announce to send back, line by line."""
    with ctx.read(actor) as uow:
        rows = sorted(queries.returnable(uow, order_id), key=_line_of)
    return page_of_all(rows, limit, after, show_returnable, _line_of, int, int)


def _line_of(one: Returnable) -> tuple[int, int]:
    return one.order_line_id, one.product_id


@router.post("/returns/{return_id}/receive", responses=WRITE, response_model=ReturnOut)
def receive(return_id: ReturnId, call: Fulfiller, version: Version, body: ReceiveIn | None = None) -> Response:
    """Note what came: all that is missing, or the lines given."""
    given = body or ReceiveIn()

    def work(uow: Uow) -> Answer:
        came = None if given.lines is None else {line.sku: line.received for line in given.lines}
        if given.lines is not None and came is not None and len(came) < len(given.lines):
            raise invalid([Fault("/lines", "duplicate", "Each product comes once.")])
        service.receive(uow, return_id, came, location=given.location, expected_version=version)
        return _answer(uow, return_id)

    return call.run(work)


@router.post("/returns/{return_id}/inspect", responses=WRITE, response_model=ReturnOut)
def inspect(return_id: ReturnId, body: InspectIn, call: Fulfiller, version: Version) -> Response:
    """Say of every unit that came whether it goes back on sale or is written off."""

    def work(uow: Uow) -> Answer:
        service.inspect(uow, return_id, [line.to_input() for line in body.lines], expected_version=version)
        return _answer(uow, return_id)

    return call.run(work)


@router.post("/returns/{return_id}/close", responses=WRITE, response_model=ReturnOut)
def close(return_id: ReturnId, call: Clerk, version: Version, body: CloseReturnIn | None = None) -> Response:
    """Refund what came, or send it anew as an order free of charge, as was agreed."""

    def work(uow: Uow) -> Answer:
        service.close(uow, return_id, refund_minor=body.refund if body else None, expected_version=version)
        return _answer(uow, return_id)

    return call.run(work)


@router.post("/returns/{return_id}/cancel", responses=WRITE, response_model=ReturnOut)
def cancel(return_id: ReturnId, call: Clerk, version: Version, body: ReasonIn = _WHY) -> Response:
    """Give up a return of which nothing came."""

    def work(uow: Uow) -> Answer:
        service.cancel(uow, return_id, reason=body.reason, expected_version=version)
        return _answer(uow, return_id)

    return call.run(work)


def _answer(uow: Uow, return_id: int, status: int = 200) -> Answer:
    uow.session.expire_all()
    shown = show_return(queries.get(uow, return_id))
    return Answer(status, shown, {"ETag": etag_of(shown.version)})
