"""Stock that is still to come: announce, change, receive, call off."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, WRITE, put
from backend.api.schemas.common import Code
from backend.api.schemas.inventory import FutureOut
from backend.api.schemas.stock_rules import ArrivalIn, ReceiptIn
from backend.auth.actor import Actor
from backend.inventory import future, future_rows
from backend.inventory.views import FutureView
from backend.persistence.uow import Uow
from models.enums import Permission
from models.errors import Fault, invalid

router = APIRouter(tags=["inventory"])

Reader = Annotated[Actor, Depends(require(Permission.INVENTORY_READ))]
Writer = Annotated[Actor, Depends(require(Permission.INVENTORY_WRITE))]
Version = Annotated[int | None, Depends(expected_version)]
Reference = Annotated[Code, Path(description="Whose arrival it is: a purchase order, a delivery note.")]


@router.get("/inventory/future", responses=READ)
def list_future(
    ctx: Ctx,
    actor: Reader,
    limit: Limit = 100,
    after: After = None,
    location: Annotated[str | None, Query(max_length=64)] = None,
    sku: Annotated[str | None, Query(max_length=64)] = None,
) -> Page[FutureOut]:
    """List what is still to come, the earliest first."""
    cursor = decode(after, str, int)
    place = (_instant(cursor[0]), int(cursor[1])) if cursor else None
    with ctx.read(actor) as uow:
        rows = future_rows.listing(uow, location=location, sku=sku, after=place, limit=limit + 1)
    return page(rows, limit, lambda row: _show(row[1]), lambda row: encode(row[1].arrives_at.isoformat(), row[0]))


@router.put("/inventory/future/{location}/{sku}/{reference}", responses=put(FutureOut), response_model=FutureOut)
def announce(
    location: Code,
    sku: Code,
    reference: Reference,
    body: ArrivalIn,
    response: Response,
    ctx: Ctx,
    actor: Writer,
    version: Version,
) -> FutureOut:
    """Announce an arrival or change it: 201 when it is new. With If-Match only over the version you read."""
    with ctx.uow(actor) as uow:
        is_new = future.announce(
            uow,
            location,
            sku,
            reference,
            quantity=body.quantity,
            arrives_at=body.arrives_at,
            expected_version=version,
        )
        view = future_rows.get(uow, location, sku, reference)
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag_of(view.version)
    return _show(view)


@router.post("/inventory/future/{location}/{sku}/{reference}/receive", responses=WRITE, response_model=FutureOut)
def receive(
    location: Code,
    sku: Code,
    reference: Reference,
    body: ReceiptIn,
    call: Annotated[Once, once(Permission.INVENTORY_WRITE)],
    version: Version,
) -> Response:
    """Put what arrived on hand; when it is less than announced, the rest is still to come."""

    def work(uow: Uow) -> Answer:
        future.receive(uow, location, sku, reference, quantity=body.quantity, expected_version=version)
        view = future_rows.get(uow, location, sku, reference)
        return Answer(200, _show(view), {"ETag": etag_of(view.version)})

    return call.run(work)


@router.delete("/inventory/future/{location}/{sku}/{reference}", responses=WRITE, status_code=204)
def cancel(location: Code, sku: Code, reference: Reference, ctx: Ctx, actor: Writer, version: Version) -> None:
    """Call an arrival off; order lines that waited for it lose their promise."""
    with ctx.uow(actor) as uow:
        future.cancel(uow, location, sku, reference, expected_version=version)


def _show(view: FutureView) -> FutureOut:
    return FutureOut(**asdict(view))


def _instant(text: str) -> datetime:
    """Return the instant in a cursor."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise invalid([Fault("#query/after", "bad_cursor", "after is the `next` of the page before, unchanged.")])
    return found
