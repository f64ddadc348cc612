"""The steps of shipments over HTTP: what is said with them, what is asked for, what was done."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, Strict, StringConstraints

from backend.api.schemas.common import Body, Code, Document, Name, ShownInstant, Units, Word
from backend.fulfillment.said import NewParcel, ParcelTracking, Shown, Tracking
from backend.fulfillment.workflow import Ask, WorkStep
from models.enums import ShipmentStatus
from models.floor import InputKind, StepAction
from models.tables import Parcel, ShipmentStep

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


def show_parcel(parcel: Parcel) -> ParcelOut:
    """Return a box as the API shows it."""
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
