"""Shipments over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, Strict, model_validator

from backend.api.schemas.common import Body, Code, Reason, ShownInstant, Units
from backend.api.schemas.steps import NextStepOut, ParcelOut, WorkflowRef, show_parcel, show_step
from backend.fulfillment.queries import ShipmentView
from backend.fulfillment.rules import Block
from models.enums import Compliance, Method, ShipmentStatus
from models.floor import Waiting


class ReassignIn(Body):
    """Where a shipment goes instead, and why."""

    location: Code
    reason: Reason


class PartIn(Body):
    """Units of a product that part from a shipment."""

    sku: Code
    quantity: Units


Parts = Annotated[list[PartIn], Field(min_length=1, max_length=500)]


class RejectIn(Body):
    """Why a location gives a shipment back, or some `lines` of it.

    A reason of `/reject-reasons` does to stock what it says there; `block` does so instead: it keeps the products away
    until they are counted, or for good.
    """

    reason: Reason
    block: Block | None = None
    lines: Parts | None = None

    @model_validator(mode="after")
    def whole_or_part(self) -> RejectIn:
        """Refuse a block for a part: the reason says what becomes of its stock."""
        if self.lines is not None and self.block is not None:
            raise ValueError("block goes with a whole shipment; for lines, the reason says what becomes of their stock")
        return self


class SplitIn(Body):
    """What parts, and where it goes: to the location `to`, to routing (`route`), or nowhere else for now."""

    lines: Parts
    reason: Reason
    to: Code | None = None
    route: bool = False

    @model_validator(mode="after")
    def one_way(self) -> SplitIn:
        """Refuse two destinations."""
        if self.to is not None and self.route:
            raise ValueError("say either to or route: what parts goes one way")
        return self


class MissingIn(Body):
    """Units of a product that were not found."""

    sku: Code
    missing: Units


class ShortIn(Body):
    """What was not found, and why."""

    lines: Annotated[list[MissingIn], Field(min_length=1, max_length=500)]
    reason: Reason


class TransferIn(Body):
    """What a shipment lacks, why, and who sends it: the location `from`, or the nearest that has all of it."""

    lines: Parts
    reason: Reason
    source: Annotated[Code | None, Field(alias="from")] = None


class CameIn(Body):
    """Units of a product that arrived; none: 0."""

    sku: Code
    quantity: Annotated[int, Strict(), Field(ge=0, le=1_000_000)]


class ReceiveIn(Body):
    """What arrived of a transfer: all of it when `lines` is left out; what is not named did not come."""

    lines: Annotated[list[CameIn], Field(min_length=1, max_length=500)] | None = None


class ShipmentLineOut(Body):
    """One product of a shipment."""

    sku: str
    quantity: int
    picked: int
    awaited: int


class ShipmentOut(Body):
    """A shipment. `sla_status` is its worst running clock, null while none runs; `next` may follow its status, by the
    steps in `next_steps`. `step` is the last one that was done.

    `parent_id` is the shipment it was split from. While `waiting_for` is set, `awaited` units of its lines come by a
    transfer, whose `for_shipment_id` it is.
    """

    id: int
    order_id: int
    order_external_id: str
    location: str
    method: Method
    service_level: str
    channel: str
    status: ShipmentStatus
    next: list[ShipmentStatus]
    held: bool
    hold_reason: str | None
    parent_id: int | None
    for_shipment_id: int | None
    sla_status: Compliance | None
    sla_due_at: ShownInstant | None
    units: int
    tracking: dict[str, Any]
    placed_at: ShownInstant
    assigned_at: ShownInstant
    accepted_at: ShownInstant | None
    picked_at: ShownInstant | None
    packed_at: ShownInstant | None
    ready_at: ShownInstant | None
    shipped_at: ShownInstant | None
    handed_over_at: ShownInstant | None
    cancelled_at: ShownInstant | None
    lines: list[ShipmentLineOut]
    version: int
    workflow: WorkflowRef
    step: str | None
    next_steps: list[NextStepOut]
    waiting_for: Waiting | None
    wave_id: int | None
    claimed_by: str | None
    claimed_at: ShownInstant | None
    parcels: list[ParcelOut]
    collect_by_at: ShownInstant | None
    pickup_code: str | None = Field(
        default=None, description="In the answer of `ready`, and to who has `orders:write`; never in a list."
    )


_DERIVED = {"order_external_id", "location", "next", "lines", "workflow", "next_steps", "parcels", "pickup_code"}


def show(view: ShipmentView) -> ShipmentOut:
    """Return a shipment as the API shows it to anybody who may read it."""
    shipment = view.shipment
    stated = {name: getattr(shipment, name) for name in ShipmentOut.model_fields if name not in _DERIVED}
    following = view.following
    return ShipmentOut(
        **stated,
        order_external_id=view.order_external_id,
        location=view.location,
        next=[step.reaches for step in following if step.reaches is not None],
        lines=[
            ShipmentLineOut(sku=line.sku, quantity=line.quantity, picked=line.picked, awaited=line.awaited)
            for line in view.lines
        ],
        workflow=WorkflowRef(code=view.workflow.code, version=view.workflow.version),
        next_steps=[show_step(step) for step in following],
        parcels=[show_parcel(parcel) for parcel in view.parcels],
    )


def show_with_code(view: ShipmentView) -> ShipmentOut:
    """Return a shipment with the code its customer shows."""
    return show(view).model_copy(update={"pickup_code": view.shipment.pickup_code})
