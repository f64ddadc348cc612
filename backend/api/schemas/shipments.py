"""Shipments over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from backend.api.schemas.common import Body, Code, Document, Reason, ShownInstant, Word
from backend.fulfillment.queries import ShipmentView
from backend.fulfillment.rules import Tracking
from backend.fulfillment.workflow import Ask, WorkStep
from models.enums import Compliance, Method, ShipmentStatus
from models.floor import InputKind, StepAction, Waiting
from models.tables import ShipmentStep


class ReassignIn(Body):
    """Where a shipment goes instead, and why."""

    location: Code
    reason: Reason


Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class StepIn(Body):
    """What the step asks for, by name; `next_steps` of the shipment says what that is."""

    inputs: Document = Field(default_factory=dict)


class ShipIn(StepIn):
    """What the carrier said, if anything."""

    tracking_number: Number | None = None
    carrier: Word | None = None

    def tracking(self) -> Tracking | None:
        """Return where the parcel can be followed."""
        return Tracking(self.tracking_number, self.carrier) if self.tracking_number else None


class ShipmentLineOut(Body):
    """One product of a shipment."""

    sku: str
    quantity: int
    picked: int
    awaited: int


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


_DERIVED = {"order_external_id", "location", "next", "lines", "workflow", "next_steps"}


def show(view: ShipmentView) -> ShipmentOut:
    """Return a shipment as the API shows it."""
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
