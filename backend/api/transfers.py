"""What is on its way to a location from others."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from backend.api.deps import Ctx, require
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ
from backend.api.schemas.common import Body, Code
from backend.auth.actor import Actor
from backend.fulfillment import incoming
from backend.fulfillment.incoming import Incoming
from models.enums import Permission, ShipmentStatus

router = APIRouter(tags=["shipments"])

Reader = Annotated[Actor, Depends(require(Permission.ORDERS_READ))]


class SentLineOut(Body):
    """One product of a transfer."""

    sku: str
    quantity: int


class TransferOut(Body):
    """A transfer that has not arrived; once it was shipped, `POST /shipments/{id}/receive` takes it in."""

    id: int
    for_shipment_id: int
    source: Annotated[str, Field(serialization_alias="from")]
    status: ShipmentStatus
    lines: list[SentLineOut]


@router.get("/locations/{code}/transfers", responses=READ)
def list_transfers(
    code: Annotated[Code, Path(description="Its code.")],
    ctx: Ctx,
    actor: Reader,
    limit: Limit = 100,
    after: After = None,
) -> Page[TransferOut]:
    """List the transfers that are to come to a location, oldest first."""
    cursor = decode(after, int)
    with ctx.read(actor) as uow:
        rows = incoming.listing(uow, code, after=cursor[0] if cursor else 0, limit=limit + 1)
        return page(list(rows), limit, _show, lambda row: encode(row.id))


def _show(row: Incoming) -> TransferOut:
    lines = [SentLineOut(sku=line.sku, quantity=line.quantity) for line in row.lines]
    return TransferOut(id=row.id, for_shipment_id=row.waits, source=row.source, status=row.status, lines=lines)
