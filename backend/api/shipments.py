"""Shipments: read, and the commands that move them on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from backend.api import faults
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, decode, encode, page, page_of_all
from backend.api.responses import READ, WRITE
from backend.api.schemas.common import show_instant
from backend.api.schemas.orders import NoBody, ReasonIn
from backend.api.schemas.shipment_moves import RejectIn
from backend.api.schemas.shipments import ReassignIn, ShipmentOut, show, show_with_code
from backend.api.schemas.steps import HandOverIn, JournalOut, PackIn, ShipIn, StepIn, show_done
from backend.auth.actor import Actor
from backend.fulfillment import pickup, queries, remainder, service
from backend.fulfillment.queries import Claimed, ShipmentFilter, ShipmentView
from backend.fulfillment.rules import StepCommand
from backend.fulfillment.splitting import AskedLine
from backend.persistence.uow import Uow
from models.enums import Compliance, Method, Permission, ShipmentStatus
from models.errors import Fault, invalid

router = APIRouter(tags=["shipments"])

Reader = Annotated[Actor, Depends(require(Permission.ORDERS_READ))]
Fulfiller = Annotated[Once, once(Permission.SHIPMENTS_WRITE)]
Version = Annotated[int | None, Depends(expected_version)]
_WHY = ReasonIn()  # for who says nothing
ShipmentId = Annotated[int, Path(ge=1, lt=2**63)]
StepCode = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="Its code in the workflow.")]


@router.get("/shipments", responses=READ)
def list_shipments(
    ctx: Ctx,
    actor: Reader,
    limit: Limit = 100,
    after: After = None,
    location: Annotated[str | None, Query(max_length=64)] = None,
    status: ShipmentStatus | None = None,
    sla: Annotated[Compliance | None, Query(description="Its worst running clock.")] = None,
    method: Method | None = None,
    wave: Annotated[int | None, Query(ge=1, lt=2**63, description="The wave it is picked in.")] = None,
    late: Annotated[bool | None, Query(description="Due before now and not done.")] = None,
    claimed: Annotated[Claimed | None, Query(description="In whose hands it is.")] = None,
) -> Page[ShipmentOut]:
    """List shipments, the earliest due first."""
    wanted = ShipmentFilter(
        location=location, status=status, sla=sla, method=method, late=late, wave=wave, claimed=claimed
    )
    with ctx.read(actor) as uow:
        rows = queries.listing(uow, wanted, after=_position(after), limit=limit + 1)
        return page(rows, limit, show, _cursor)


def _cursor(view: ShipmentView) -> str:
    due = view.shipment.sla_due_at
    return encode(show_instant(due) if due else None, view.shipment.id)


def _position(after: str | None) -> tuple[datetime | None, int] | None:
    parts = decode(after, (str, type(None)), int)
    if parts is None:
        return None
    try:
        due = datetime.fromisoformat(parts[0]) if parts[0] is not None else None
        if due is not None and due.tzinfo is None:
            raise ValueError("naive")
    except ValueError:
        words = "after is the `next` of the page before, unchanged."
        raise invalid([Fault("#query/after", "bad_cursor", words)]) from None
    return due, parts[1]


@router.get("/shipments/{shipment_id}", responses=READ)
def get_shipment(shipment_id: ShipmentId, response: Response, ctx: Ctx, actor: Reader) -> ShipmentOut:
    """Return a shipment; its ETag is what commands take as If-Match."""
    shower = show_with_code if actor.can(Permission.ORDERS_WRITE) else show
    with ctx.read(actor) as uow:
        shown = shower(queries.get(uow, shipment_id))
    response.headers["ETag"] = etag_of(shown.version)
    return shown


@router.get("/shipments/{shipment_id}/steps", responses=READ)
def list_steps(
    shipment_id: ShipmentId, ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None
) -> Page[JournalOut]:
    """Return the steps that were done on a shipment, oldest first, those taken back included."""
    with ctx.read(actor) as uow:
        rows = queries.journal(uow, shipment_id)
        return page_of_all(rows, limit, after, show_done, lambda row: (row.id or 0,), int)


def _step(path: str, to: ShipmentStatus, words: str) -> None:
    """Add the route of one step."""

    def step(shipment_id: ShipmentId, call: Fulfiller, version: Version, body: StepIn | None = None) -> Response:
        inputs = body.inputs if body else {}
        return _done(call, StepCommand(shipment_id, to, expected_version=version, inputs=inputs))

    step.__doc__ = words
    router.post(
        f"/shipments/{{shipment_id}}/{path}", responses=WRITE, response_model=ShipmentOut, name=f"{path}_shipment"
    )(step)


_step("accept", ShipmentStatus.ACCEPTED, "The location takes the shipment on.")
_step("pick", ShipmentStatus.PICKED, "Everything was picked.")


@router.post("/shipments/{shipment_id}/pack", responses=WRITE, response_model=ShipmentOut)
def pack_shipment(shipment_id: ShipmentId, call: Fulfiller, version: Version, body: PackIn | None = None) -> Response:
    """Everything was packed, in these boxes if anybody counts them."""
    said, to = body or PackIn(), ShipmentStatus.PACKED
    command = StepCommand(shipment_id, to, expected_version=version, inputs=said.inputs, parcels=said.packed())
    return _done(call, command)


@router.post("/shipments/{shipment_id}/ready", responses=WRITE, response_model=ShipmentOut)
def ready_shipment(shipment_id: ShipmentId, call: Fulfiller, version: Version, body: StepIn | None = None) -> Response:
    """It waits for the customer; `pickup_code` of the answer is what he shows."""
    inputs = body.inputs if body else {}
    command = StepCommand(shipment_id, ShipmentStatus.READY, expected_version=version, inputs=inputs)
    return _done(call, command, shower=show_with_code)


@router.post("/shipments/{shipment_id}/hand-over", responses=WRITE, response_model=ShipmentOut)
def hand_over_shipment(
    shipment_id: ShipmentId, call: Fulfiller, version: Version, body: HandOverIn | None = None
) -> Response:
    """The customer has it: stock leaves the building. A wrong code is refused, and too many of them for a while."""
    said = body or HandOverIn()
    to = ShipmentStatus.HANDED_OVER
    command = StepCommand(shipment_id, to, expected_version=version, inputs=said.inputs, shown=said.shown())
    if said.code is None:
        return _done(call, command)
    with pickup.counting_guesses(call.ctx, shipment_id):
        return _done(call, command)


@router.post("/shipments/{shipment_id}/ship", responses=WRITE, response_model=ShipmentOut)
def ship_shipment(shipment_id: ShipmentId, call: Fulfiller, version: Version, body: ShipIn | None = None) -> Response:
    """The carrier took it: stock leaves the building. With a tracking number, customers find their order by it."""
    said = body or ShipIn()
    command = StepCommand(
        shipment_id,
        ShipmentStatus.SHIPPED,
        expected_version=version,
        inputs=said.inputs,
        tracking=said.tracking(),
        tracked=said.tracked(),
    )
    return _done(call, command)


@router.post("/shipments/{shipment_id}/steps/{code}", responses=WRITE, response_model=ShipmentOut)
def do_step(
    shipment_id: ShipmentId, code: StepCode, call: Fulfiller, version: Version, body: StepIn | None = None
) -> Response:
    """Complete a step of the shipment's workflow by its code: the way to do the steps of a location's own."""
    inputs = body.inputs if body else {}
    return _done(call, StepCommand(shipment_id, step=code, expected_version=version, inputs=inputs))


def _command(path: str, act: Callable[..., None], words: str) -> None:
    """Add the route of a command that needs nothing said."""

    def command(shipment_id: ShipmentId, call: Fulfiller, version: Version, body: NoBody | None = None) -> Response:
        def work(uow: Uow) -> Answer:
            with faults.pointing(drop="/0"):
                act(uow, [shipment_id], expected=_expected(shipment_id, version))
            return answer(uow, shipment_id)

        return call.run(work)

    command.__doc__ = words
    router.post(
        f"/shipments/{{shipment_id}}/{path}", responses=WRITE, response_model=ShipmentOut, name=f"{path}_shipment"
    )(command)


_command(
    "undo", service.undo, "Take back the last step: status, times, picked units and clocks are what they were before."
)
_command("claim", service.claim, "Take the shipment into your hands, so that nobody else starts on it.")
_command("unclaim", service.unclaim, "Let the shipment go: your own, or as a manager anybody's.")
_command("release", service.release, "Let work go on and resume the clocks.")


def _done(call: Once, command: StepCommand, *, shower: Callable[[ShipmentView], ShipmentOut] = show) -> Response:
    """Complete a step and answer with the shipment."""

    def work(uow: Uow) -> Answer:
        with faults.pointing(drop="/0"):
            service.advance(uow, [command])
        return answer(uow, command.shipment_id, shower=shower)

    return call.run(work)


@router.post("/shipments/{shipment_id}/reassign", responses=WRITE, response_model=ShipmentOut)
@faults.also(faults.reassign)
def reassign(shipment_id: ShipmentId, body: ReassignIn, call: Fulfiller, version: Version) -> Response:
    """Move a shipment to another location, where it starts afresh: stock and clocks move with it."""

    def work(uow: Uow) -> Answer:
        with faults.pointing(drop="/0"):
            service.reassign(uow, shipment_id, body.location, reason=body.reason, expected_version=version)
        return answer(uow, shipment_id)

    return call.run(work)


@router.post("/shipments/{shipment_id}/reject", responses=WRITE, response_model=ShipmentOut)
def reject(shipment_id: ShipmentId, body: RejectIn, call: Fulfiller, version: Version) -> Response:
    """The location gives a shipment back, or some lines of it: that stock is free again, and the order is routed anew,
    never back to it."""

    def work(uow: Uow) -> Answer:
        if body.lines is not None:
            asked = [AskedLine(line.sku, line.quantity) for line in body.lines]
            remainder.reject_part(uow, shipment_id, asked, reason=body.reason, expected_version=version)
            return answer(uow, shipment_id)
        with faults.pointing(drop="/0"):
            expected = _expected(shipment_id, version)
            remainder.reject(uow, [shipment_id], reason=body.reason, block=body.block, expected=expected)
        return answer(uow, shipment_id)

    return call.run(work)


@router.post("/shipments/{shipment_id}/hold", responses=WRITE, response_model=ShipmentOut)
def hold(shipment_id: ShipmentId, call: Fulfiller, version: Version, body: ReasonIn = _WHY) -> Response:
    """Stop work on a shipment and pause its clocks."""

    def work(uow: Uow) -> Answer:
        with faults.pointing(drop="/0"):
            service.hold(uow, [shipment_id], reason=body.reason, expected=_expected(shipment_id, version))
        return answer(uow, shipment_id)

    return call.run(work)


@router.post("/shipments/{shipment_id}/cancel", responses=WRITE, response_model=ShipmentOut)
def cancel(shipment_id: ShipmentId, call: Fulfiller, version: Version, body: ReasonIn = _WHY) -> Response:
    """Give up a shipment that has not left: stock comes back, clocks end."""

    def work(uow: Uow) -> Answer:
        with faults.pointing(drop="/0"):
            service.cancel(uow, [shipment_id], reason=body.reason, expected=_expected(shipment_id, version))
        return answer(uow, shipment_id)

    return call.run(work)


def _expected(shipment_id: int, version: int | None) -> dict[int, int]:
    return {} if version is None else {shipment_id: version}


def answer(uow: Uow, shipment_id: int, *, shower: Callable[[ShipmentView], ShipmentOut] = show) -> Answer:
    """Return a shipment as every command on it answers."""
    uow.session.expire_all()
    shown = shower(queries.get(uow, shipment_id))
    return Answer(200, shown, {"ETag": etag_of(shown.version)})
