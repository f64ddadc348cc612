"""Stock: movements and counts, and what is there."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from backend.api import faults
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, WRITE, put
from backend.api.schemas.common import Code, Done
from backend.api.schemas.inventory import (
    AdjustmentsIn,
    CountsIn,
    MovementOut,
    SettingsIn,
    StockDetailOut,
    StockOut,
    show,
    show_detail,
)
from backend.auth.actor import Actor
from backend.inventory import detail, queries, service
from backend.inventory.rules import MAX_UNITS
from backend.inventory.service import StockChange, StockCount, StockSettings
from backend.inventory.views import StockRow, StockSort
from backend.persistence.uow import Uow
from models.enums import Permission
from models.errors import Fault, invalid

router = APIRouter(tags=["inventory"])

Reader = Annotated[Actor, Depends(require(Permission.INVENTORY_READ))]
Writer = Annotated[Actor, Depends(require(Permission.INVENTORY_WRITE))]
Version = Annotated[int | None, Depends(expected_version)]


@router.post("/inventory/adjustments", responses=WRITE, response_model=Done)
@faults.also(faults.stock)
def adjust(body: AdjustmentsIn, call: Annotated[Once, once(Permission.INVENTORY_WRITE)]) -> Response:
    """Move units on hand by signed deltas: at most 1,000 items, all or nothing."""

    def work(uow: Uow) -> Answer:
        changes = [
            StockChange(item.location, item.sku, item.delta, item.reason, item.lot_name()) for item in body.items
        ]
        with faults.pointing(prefix="/items"):
            service.adjust(uow, changes)
        return Answer(200, Done(count=len(changes)))

    return call.run(work)


@router.post("/inventory/counts", responses=WRITE, response_model=Done)
@faults.also(faults.stock)
def count(body: CountsIn, call: Annotated[Once, once(Permission.INVENTORY_WRITE)]) -> Response:
    """Set units on hand to what was counted: at most 1,000 items, all or nothing."""

    def work(uow: Uow) -> Answer:
        counts = [
            StockCount(item.location, item.sku, item.on_hand, item.reason, item.lot_name()) for item in body.items
        ]
        with faults.pointing(prefix="/items"):
            service.count(uow, counts)
        return Answer(200, Done(count=len(counts)))

    return call.run(work)


@router.get("/inventory", responses=READ)
def list_stock(
    ctx: Ctx,
    actor: Reader,
    limit: Limit = 100,
    after: After = None,
    location: Annotated[str | None, Query(max_length=64)] = None,
    sku: Annotated[str | None, Query(max_length=64)] = None,
    q: Annotated[str | None, Query(max_length=100, description="Part of a SKU or of a product's name.")] = None,
    low: Annotated[int | None, Query(ge=0, le=MAX_UNITS, description="At most so many units available.")] = None,
    sort: Annotated[StockSort, Query(description="Available counts up, on hand and pending count down.")] = (
        StockSort.LOCATION
    ),
) -> Page[StockOut]:
    """List balances: of a location over its products, of a product over its locations, or all."""
    kind = str if sort in (StockSort.LOCATION, StockSort.SKU) else _signed
    cursor = decode(after, str, str, str)
    place = (kind(cursor[0]), cursor[1], cursor[2]) if cursor else None
    with ctx.read(actor) as uow:
        rows = queries.listing(uow, location=location, sku=sku, q=q, low=low, sort=sort, after=place, limit=limit + 1)

    def cursor_of(row: StockRow) -> str:
        value, *rest = queries.position(row, sort)
        return encode(str(value), *rest)

    return page(rows, limit, show, cursor_of)


@router.get("/inventory/{location}/{sku}", responses=READ)
def get_stock(location: Code, sku: Code, response: Response, ctx: Ctx, actor: Reader) -> StockDetailOut:
    """Return the stock of a product at a location and all that explains it; zero when nothing was ever there."""
    with ctx.read(actor) as uow:
        view = detail.detail(uow, location, sku)
    response.headers["ETag"] = etag_of(view.row.version)
    return show_detail(view)


@router.put("/inventory/{location}/{sku}/settings", responses=put(StockOut))
def put_settings(
    location: Code, sku: Code, body: SettingsIn, response: Response, ctx: Ctx, actor: Writer, version: Version
) -> StockOut:
    """Set how many units stay back: 201 when nothing was ever there. With If-Match only over the balance you read."""
    with ctx.uow(actor) as uow, faults.pointing(drop="/0"):
        is_new = not queries.get(uow, location, sku).version
        stated = StockSettings(location, sku, body.safety_stock, body.floor, version, body.attributes)
        service.put_settings(uow, [stated])
        row = queries.get(uow, location, sku)
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag_of(row.version)
    return show(row)


@router.get("/inventory/{location}/{sku}/movements", responses=READ)
def list_movements(
    location: Code, sku: Code, ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None
) -> Page[MovementOut]:
    """List the ledger of a balance, the newest first."""
    cursor = decode(after, int)
    with ctx.read(actor) as uow:
        rows = detail.movements(uow, location, sku, before=cursor[0] if cursor else None, limit=limit + 1)
    return page(rows, limit, lambda row: MovementOut(**asdict(row)), lambda row: encode(row.id))


def _signed(text: str) -> int:
    """Return the number in a cursor, which may be below zero."""
    if not re.fullmatch(r"-?\d{1,15}", text):
        raise invalid([Fault("#query/after", "bad_cursor", "after is the `next` of the page before, unchanged.")])
    return int(text)
