"""Shipments over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, Strict, StringConstraints, model_validator

from backend.api.schemas.common import Body, Code, Document, Name, Reason, ShownInstant, Units, Word
from backend.fulfillment.queries import ShipmentView
from backend.fulfillment.rules import Block
from backend.fulfillment.said import NewParcel, ParcelTracking, Shown, Tracking
from backend.fulfillment.workflow import Ask, WorkStep
from models.enums import Compliance, Method, ShipmentStatus
from models.floor import InputKind, StepAction, Waiting
from models.tables import Parcel, ShipmentStep


class ReassignIn(Body):
    """Where a shipment goes instead, and why."""

    location: Code
    reason: Reason


Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class StepIn(Body):
    """What the step asks for, by name; `next_steps` of the shipment says what that is."""

    inputs: Document = Field(default_factory=dict)


class ParcelLineIn(Body):
    """Units of a product in a box."""

    sku: Code
    quantity: Units


class ParcelIn(Body):
    """A box; `contents` may stay empty when nobody says what is in which box."""

    box: Word | None = None
    weight_g: Annotated[int, Strict(), Field(ge=1, le=10_000_000)] | None = None
    contents: Annotated[list[ParcelLineIn], Field(max_length=500)] = Field(default_factory=list)


class PackIn(StepIn):
    """The boxes, if anybody counts them."""

    parcels: Annotated[list[ParcelIn], Field(max_length=100)] = Field(default_factory=list)

    def packed(self) -> tuple[NewParcel, ...]:
        """Return the boxes."""
        return tuple(
            NewParcel(parcel.box, parcel.weight_g, tuple((line.sku, line.quantity) for line in parcel.contents))
            for parcel in self.parcels
        )


class ParcelTrackingIn(Body):
    """Where the parcel of this number can be followed; numbers count from 1, as packed."""

    number: Annotated[int, Strict(), Field(ge=1, le=100)]
    tracking_number: Number
    carrier: Word | None = None


class ShipIn(StepIn):
    """What the carrier said, if anything: of the shipment, or of each parcel."""

    tracking_number: Number | None = None
    carrier: Word | None = None
    parcels: Annotated[list[ParcelTrackingIn], Field(max_length=100)] = Field(default_factory=list)

    def tracking(self) -> Tracking | None:
        """Return where the shipment can be followed."""
        return Tracking(self.tracking_number, self.carrier) if self.tracking_number else None

    def tracked(self) -> tuple[ParcelTracking, ...]:
        """Return where its parcels can be followed."""
        return tuple(ParcelTracking(p.number, Tracking(p.tracking_number, p.carrier)) for p in self.parcels)


class HandOverIn(StepIn):
    """What the customer showed; `proof` of the step says what is needed."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=16)] | None = None
    name: Name | None = None

    def shown(self) -> Shown:
        """Return what the customer showed."""
        return Shown(self.code, self.name)


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


class ShipmentLineOut(Body):
    """One product of a shipment."""

    sku: str
    quantity: int
    picked: int
    awaited: int


class ParcelLineOut(Body):
    """Units of a product in a box."""

    sku: str
    quantity: int


class ParcelOut(Body):
    """A box of a shipment."""

    number: int
    box: str | None
    weight_g: int | None
    carrier: str | None
    tracking_number: str | None
    contents: list[ParcelLineOut]


class AskOut(Body):
    """One thing a step asks for."""

    name: str
    label: str
    kind: InputKind
    required: bool
    options: list[str]
    pattern: str | None
    min: int | None
    max: int | None


class NextStepOut(Body):
    """A step that may be done next, by `POST …/{action}`, or `POST …/steps/{code}`; `status` null: it stays."""

    code: str
    name: str
    action: StepAction
    status: ShipmentStatus | None
    asks: list[AskOut]
    by: list[str]
    proof: str | None
    prints: str | None
    skippable: bool


class WorkflowRef(Body):
    """The workflow a shipment keeps; version 0 is built in."""

    code: str
    version: int


class ShipmentOut(Body):
    """A shipment. `sla_status` is its worst running clock, null while none runs; `next` may follow its status, by the
    steps in `next_steps`. `step` is the last one that was done.

    `parent_id` is the shipment it was split from. `awaited` units of a line come by a transfer.
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


class JournalOut(Body):
    """A step that was done; `undone_at` when it was taken back."""

    step: str
    from_status: ShipmentStatus
    to_status: ShipmentStatus
    inputs: dict[str, Any]
    actor: str
    at: ShownInstant
    undone_at: ShownInstant | None
    undone_by: str | None


class JournalListOut(Body):
    """The steps of a shipment, oldest first."""

    items: list[JournalOut]


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
        parcels=[_show_parcel(parcel) for parcel in view.parcels],
    )


def show_with_code(view: ShipmentView) -> ShipmentOut:
    """Return a shipment with the code its customer shows."""
    return show(view).model_copy(update={"pickup_code": view.shipment.pickup_code})


def _show_parcel(parcel: Parcel) -> ParcelOut:
    return ParcelOut(
        number=parcel.number,
        box=parcel.box,
        weight_g=parcel.weight_g,
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        contents=[ParcelLineOut.model_validate(line) for line in parcel.contents],
    )


def show_step(step: WorkStep) -> NextStepOut:
    """Return a step as the API shows it."""
    return NextStepOut(
        code=step.code,
        name=step.name,
        action=step.action,
        status=step.reaches,
        asks=[_show_ask(ask) for ask in step.asks],
        by=sorted(step.by),
        proof=step.proof,
        prints=step.prints,
        skippable=step.skippable,
    )


def _show_ask(ask: Ask) -> AskOut:
    return AskOut(
        name=ask.name,
        label=ask.label,
        kind=ask.kind,
        required=ask.required,
        options=list(ask.options),
        pattern=ask.pattern,
        min=ask.least,
        max=ask.most,
    )


def show_done(row: ShipmentStep) -> JournalOut:
    """Return a step that was done as the API shows it."""
    stated = {name: getattr(row, name) for name in JournalOut.model_fields}
    return JournalOut(**stated)
