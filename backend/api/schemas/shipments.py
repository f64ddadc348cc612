"""Shipments over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from backend.api.schemas.common import Body, Code, Reason, ShownInstant, Units, Word
from backend.fulfillment.queries import ShipmentView
from backend.fulfillment.rules import Block, Tracking
from backend.fulfillment.workflow import next_statuses
from models.enums import Compliance, Method, ShipmentStatus


class ReassignIn(Body):
    """Where a shipment goes instead, and why."""

    location: Code
    reason: Reason


Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class ShipIn(Body):
    """What the carrier said, if anything."""

    tracking_number: Number | None = None
    carrier: Word | None = None

    def tracking(self) -> Tracking | None:
        """Return where the parcel can be followed."""
        return Tracking(self.tracking_number, self.carrier) if self.tracking_number else None


class RejectIn(Body):
    """Why a location gives a shipment back; `block` keeps its products away until they are counted, or for good."""

    reason: Reason
    block: Block | None = None


class PartIn(Body):
    """Units of a product that part from a shipment."""

    sku: Code
    quantity: Units


Parts = Annotated[list[PartIn], Field(min_length=1, max_length=500)]


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


class ShipmentOut(Body):
    """A shipment. `sla_status` is its worst running clock, null while none runs; `next` may follow its status.

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


_DERIVED = {"order_external_id", "location", "next", "lines"}


def show(view: ShipmentView) -> ShipmentOut:
    """Return a shipment as the API shows it."""
    shipment = view.shipment
    stated = {name: getattr(shipment, name) for name in ShipmentOut.model_fields if name not in _DERIVED}
    following = () if shipment.held else next_statuses(Method(shipment.method), ShipmentStatus(shipment.status))
    return ShipmentOut(
        **stated,
        order_external_id=view.order_external_id,
        location=view.location,
        next=list(following),
        lines=[
            ShipmentLineOut(sku=line.sku, quantity=line.quantity, picked=line.picked, awaited=line.awaited)
            for line in view.lines
        ],
    )
