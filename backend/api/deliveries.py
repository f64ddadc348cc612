"""What was sent to subscriptions and channels, and what is still owed: /deliveries, and replay by hand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from alerts.queries import attempts_of
from backend.api.deps import Ctx, require
from backend.api.paging import After, Limit, Page, decode, encode
from backend.api.responses import READ, WRITE
from backend.api.schemas.common import Code
from backend.api.schemas.events import DeliveryOut
from backend.auth.actor import Actor
from backend.events import deliveries as service
from models.enums import DeliveryStatus, Permission

router = APIRouter(prefix="/deliveries", tags=["deliveries"])

Reader = Annotated[Actor, Depends(require(Permission.SUBSCRIPTIONS_READ))]
Writer = Annotated[Actor, Depends(require(Permission.SUBSCRIPTIONS_WRITE))]
ById = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("", responses=READ, response_model=Page[DeliveryOut], summary="List deliveries, newest first")
def read_deliveries(
    ctx: Ctx,
    actor: Reader,
    status: Annotated[list[DeliveryStatus] | None, Query()] = None,
    subscription: Annotated[Code | None, Query()] = None,
    location: Annotated[Code | None, Query()] = None,
    event_type: Annotated[str | None, Query(alias="type", max_length=64)] = None,
    channel: Annotated[Code | None, Query()] = None,
    alert: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[DeliveryOut]:
    """Return deliveries with their attempts."""
    cursor = decode(after, int)
    with ctx.read(actor) as uow:
        rows = service.list_deliveries(
            uow,
            statuses=status or (),
            subscription=subscription,
            location=location,
            event_type=event_type,
            channel=channel,
            alert=alert,
            limit=limit + 1,
            before_id=cursor[0] if cursor else None,
        )
        shown = rows[:limit]
        tries = attempts_of(uow.session, [row.id for row in shown])
    items = [DeliveryOut.of(row, tries.get(row.id, ())) for row in shown]
    return Page(items=items, next=encode(shown[-1].id) if len(rows) > limit else None)


@router.get("/{delivery_id}", responses=READ, response_model=DeliveryOut, summary="Show a delivery")
def read_delivery(ctx: Ctx, actor: Reader, delivery_id: ById) -> DeliveryOut:
    """Return one delivery with its attempts."""
    with ctx.read(actor) as uow:
        view = service.get_delivery(uow, delivery_id)
    return DeliveryOut.of(view, view.tries)


@router.post(
    "/{delivery_id}/replay",
    responses=WRITE,
    response_model=DeliveryOut,
    status_code=202,
    summary="Send a delivery again",
)
def replay_delivery(ctx: Ctx, actor: Writer, delivery_id: ById) -> DeliveryOut:
    """Owe a delivered or dead message again, under the same webhook-id, or send one that waits right now."""
    with ctx.uow(actor) as uow:
        view = service.replay_delivery(uow, delivery_id)
    return DeliveryOut.of(view, view.tries)
