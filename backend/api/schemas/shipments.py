"""Shipments over HTTP."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from backend.api.schemas.common import Body, Code, Reason, ShownInstant
from backend.api.schemas.steps import NextStepOut, ParcelOut, WorkflowRef, show_parcel, show_step
from backend.fulfillment.queries import ShipmentView
from models.enums import Compliance, Method, ShipmentStatus
from models.floor import Waiting


class ReassignIn(Body):
    """Where a shipment goes instead, and why."""

    location: Code
    reason: Reason


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
