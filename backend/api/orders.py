"""Orders: place one or many, read, hold, release, cancel."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from backend.api import errors, faults
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.idempotency import Answer, Once, once, send
from backend.api.intake import ParsedOnce, Unstorable
from backend.api.order_intake import accepting, preferred_wait, routed_answer
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import INTAKE, READ, WRITE
from backend.api.schemas.common import Instant, Problem, ProblemFault
from backend.api.schemas.orders import (
    NoBody,
    OrderBatchIn,
    OrderBatchOut,
    OrderIn,
    OrderOut,
    OrderResult,
    ReasonIn,
    TimelineOut,
    show,
    show_accepted,
    show_entry,
    show_event,
)
from backend.auth.actor import Actor
from backend.orders import queries, service
from backend.orders.incoming import Overtaken, Sound
from backend.orders.intake import OVERTAKEN_ROUNDS, Intake
from backend.orders.rules import NewOrder
from backend.persistence.uow import Uow
from models.enums import Method, OrderStatus, Permission
from models.errors import ErrorCode, Fault
from models.tables import Event

router = APIRouter(tags=["orders"], route_class=ParsedOnce)

Reader = Annotated[Actor, Depends(require(Permission.ORDERS_READ))]
Placer = Annotated[Once, once(Permission.ORDERS_WRITE)]
Version = Annotated[int | None, Depends(expected_version)]
#: Orders of a batch that are judged before single ones may go first again: a few milliseconds.
_PIECE = 25
_WHY = ReasonIn()  # for who says nothing
OrderId = Annotated[int, Path(ge=1, lt=2**63)]
Prefer = Annotated[
    str | None,
    Header(max_length=200, description="`wait=N`, 0 to 60: answer once the order is routed, within N seconds."),
]


@router.post("/orders", status_code=201, responses=INTAKE, response_model=OrderOut)
@faults.also(faults.orders)
async def place_order(body: OrderIn, call: Placer, prefer: Prefer = None) -> Response:
    """Place an order: once this is answered it is durable, and `placed`; routing follows.

    With `Prefer: wait=N` the answer waits for the routing and shows the shipments; when that takes longer, it is as
    without. A key that is limited to locations has its orders routed among those, before it is answered.
    """
    order = body.to_input()
    if not call.actor.scope.everything:
        return await run_in_threadpool(call.run, lambda uow: _placed_here(uow, order))
    return send(await asyncio.wrap_future(accepting(call, order, wait=preferred_wait(prefer))))


def _placed_here(uow: Uow, order: NewOrder) -> Answer:
    with faults.pointing(drop="/0"):
        placed = service.place(uow, [order])[0]
    return routed_answer(queries.get(uow, placed.id))


@router.post("/orders/batch", responses=INTAKE, response_model=OrderBatchOut)
def place_orders(body: OrderBatchIn, call: Placer) -> Response:
    """Place at most 1,000 orders: one result per order, in order. A refused order does not hold up the others."""

    door = call.ctx.part(Intake)

    def work(uow: Uow) -> Answer:
        results, good, products = _judge(uow, body.items, door)
        for index, shown in zip(good, _take_in(uow, list(good.values()), products), strict=True):
            results[index] = OrderResult.model_construct(index=index, status=201, order=shown, error=None)
        items = [results[index] for index in range(len(body.items))]
        batch = OrderBatchOut.model_construct(placed=len(good), refused=len(items) - len(good), items=items)
        return Answer(200, batch)

    with door.room(len(body.items)):
        for _ in range(OVERTAKEN_ROUNDS):
            with suppress(Overtaken):  # judged anew: whoever was quicker has committed
                return call.run(work)
        return call.run(work)


def _take_in(uow: Uow, orders: Sequence[NewOrder], products: Mapping[str, int]) -> list[OrderOut]:
    if uow.actor.scope.everything:
        sound = [Sound(order, uow.actor) for order in orders]
        return [show_accepted(order) for order in service.accept_sound(uow, sound, products)]
    placed = service.place(uow, orders)
    views = {view.order.id: view for view in queries.by_ids(uow, [item.id for item in placed])}
    return [show(views[item.id]) for item in placed]


def _judge(
    uow: Uow, items: list[Any], door: Intake
) -> tuple[dict[int, OrderResult], dict[int, NewOrder], Mapping[str, int]]:
    """Return the refusals and the good orders of a batch, both by place in the batch, and ids of products by SKU."""
    refused: dict[int, OrderResult] = {}
    sound: dict[int, NewOrder] = {}
    for index, raw in enumerate(items):
        if index % _PIECE == 0:
            door.step_aside()
        if isinstance(raw, Unstorable):
            refused[index] = _refusal(index, raw.faults)
            continue
        try:
            sound[index] = OrderIn.model_validate(raw).to_input()
        except ValidationError as error:
            found = errors.merge(errors.model_faults(error), faults.orders(uow, raw))
            refused[index] = _refusal(index, found)
    good: dict[int, NewOrder] = {}
    checked = service.check(uow, list(sound.values()))
    for (index, order), found in zip(sound.items(), checked.faults, strict=True):
        if found:
            refused[index] = _refusal(index, found)
        else:
            good[index] = order
    return refused, good, checked.products


def _refusal(index: int, found: list[Fault]) -> OrderResult:
    exists = all(fault.code == "already_exists" for fault in found)
    code = ErrorCode.CONFLICT if exists else ErrorCode.INVALID
    status = errors.STATUS[code]
    detail = f"{len(found)} fault{'s' if len(found) != 1 else ''} in this order; it was not placed."
    error = Problem(
        type=f"urn:pickwatch:problem:{code.value}",
        title=code.value.capitalize(),
        status=status,
        detail=detail,
        code=code.value,
        errors=[ProblemFault(pointer=f"/items/{index}{f.pointer}", code=f.code, message=f.message) for f in found],
    )
    return OrderResult(index=index, status=status, error=error)


@router.get("/orders", responses=READ)
def list_orders(
    ctx: Ctx,
    actor: Reader,
    limit: Limit = 100,
    after: After = None,
    q: Annotated[str, Query(max_length=254, description="Anything a customer may say; see the page on the API.")] = "",
    external_id: Annotated[str | None, Query(max_length=100)] = None,
    customer: Annotated[str | None, Query(max_length=100, description="The customer's id.")] = None,
    status: OrderStatus | None = None,
    channel: Annotated[str | None, Query(max_length=64)] = None,
    method: Method | None = None,
    placed_from: Annotated[Instant | None, Query(description="Placed then or later.")] = None,
    placed_to: Annotated[Instant | None, Query(description="Placed before.")] = None,
) -> Page[OrderOut]:
    """List orders, newest first; `q` finds them by order, external id, customer, e-mail, name, SKU or tracking."""
    cursor = decode(after, int)
    wanted = queries.OrderFilter(external_id, customer, status, channel, method, placed_from, placed_to)
    with ctx.read(actor) as uow:
        rows = queries.listing(uow, q, wanted=wanted, after=cursor[0] if cursor else None, limit=limit + 1)
        return page(rows, limit, show, lambda view: encode(view.order.id))


@router.get("/orders/{order_id}", responses=READ)
def get_order(order_id: OrderId, response: Response, ctx: Ctx, actor: Reader) -> OrderOut:
    """Return an order with its lines and shipments."""
    with ctx.read(actor) as uow:
        shown = show(queries.get(uow, order_id))
    response.headers["ETag"] = etag_of(shown.version)
    return shown


@router.get("/orders/{order_id}/timeline", responses=READ)
def timeline(order_id: OrderId, ctx: Ctx, actor: Reader, limit: Limit = 500, after: After = None) -> TimelineOut:
    """Return what happened to an order and its shipments, oldest first."""
    cursor = decode(after, int, int)
    with ctx.read(actor) as uow:
        events = queries.timeline(uow, order_id)
        first = sum(_moment(event) <= cursor for event in events) if cursor else 0
        shown = page(events[first : first + limit + 1], limit, show_event, lambda event: encode(*_moment(event)))
        told = [entry for entry in queries.tell(uow, events) if first <= entry.event < first + limit]
        return TimelineOut(items=shown.items, story=[show_entry(entry) for entry in told], next=shown.next)


def _moment(event: Event) -> list[int]:
    """Return an event's place in a timeline."""
    return [round(event.at.timestamp() * 1_000_000), event.id or 0]


@router.post("/orders/{order_id}/cancel", responses=WRITE, response_model=OrderOut)
def cancel_order(order_id: OrderId, call: Placer, version: Version, body: ReasonIn = _WHY) -> Response:
    """Give up what of an order has not left: stock comes back, clocks end. Refused when all of it has left."""

    def work(uow: Uow) -> Answer:
        service.cancel_order(uow, order_id, reason=body.reason, expected_version=version)
        return _answer(uow, order_id)

    return call.run(work)


@router.post("/orders/{order_id}/hold", responses=WRITE, response_model=OrderOut)
def hold_order(order_id: OrderId, call: Placer, version: Version, body: ReasonIn = _WHY) -> Response:
    """Stop an order: work on its shipments stops and their clocks pause."""

    def work(uow: Uow) -> Answer:
        service.hold_order(uow, order_id, reason=body.reason, expected_version=version)
        return _answer(uow, order_id)

    return call.run(work)


@router.post("/orders/{order_id}/release", responses=WRITE, response_model=OrderOut)
def release_order(order_id: OrderId, call: Placer, version: Version, body: NoBody | None = None) -> Response:
    """Let a held order go on; what of it has no location is due for routing."""

    def work(uow: Uow) -> Answer:
        service.release_order(uow, order_id, expected_version=version)
        return _answer(uow, order_id)

    return call.run(work)


def _answer(uow: Uow, order_id: int) -> Answer:
    shown = show(queries.get(uow, order_id))
    return Answer(200, shown, {"ETag": etag_of(shown.version)})
