"""Scans and pick lists over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field, Strict, StringConstraints

from backend.api.schemas.common import Body, Instant, ShownInstant
from backend.api.schemas.steps import NextStepOut, show_step
from backend.picking.queries import PickList, PickShipment, Progress, ToPick
from backend.picking.service import ScanIn, ScanOutcome
from models.enums import Method, ShipmentStatus
from models.floor import ScanResult, Waiting, WaveStatus
from models.tables import Scan

#: A handheld that was away for a shift sends more than one call.
MAX_SCANS = 500

ScanId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{8,64}$")]
ScannedCode = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Id = Annotated[int, Strict(), Field(ge=1, lt=2**63)]
Counted = Annotated[int, Strict(), Field(ge=-10_000, le=10_000)]


class ScanBody(Body):
    """One scan. `scan_id` is made by the device, anew for each scan: sent twice, it counts once.

    For a shipment, or for a wave: there it goes to the shipment that is named too, or else that needs it first.
    """

    scan_id: ScanId
    code: ScannedCode = Field(description="A barcode or the SKU, as the scanner said it.")
    shipment_id: Id | None = None
    wave_id: Id | None = None
    units: Counted = Field(1, description="What was counted by hand; below zero to put back.")
    undoes: ScanId | None = Field(None, description="The scan_id of an earlier scan: what that gave is taken back.")
    at: Instant | None = Field(None, description="When it was scanned, by the device's clock.")


class ScansIn(Body):
    """Scans in the order they were made. `sent_at` is the device's clock now: it tells how long ago each scan was."""

    scans: Annotated[list[ScanBody], Field(min_length=1, max_length=MAX_SCANS)]
    sent_at: Instant | None = None

    def scans_in(self, now: Instant) -> list[ScanIn]:
        """Return the scans with their moments by the server's clock."""
        late = now - self.sent_at if self.sent_at else timedelta()
        return [
            ScanIn(
                one.scan_id,
                one.code,
                one.shipment_id,
                one.wave_id,
                one.units,
                one.undoes,
                one.at + late if one.at else None,
            )
            for one in self.scans
        ]


class ScanOut(Body):
    """What became of a scan: `units` went to a line of the shipment, whose put-wall slot is `slot`. `again`: it was
    known already."""

    scan_id: str
    result: ScanResult
    units: int
    shipment_id: int | None
    line_id: int | None
    slot: int | None
    again: bool


class StandInOut(Body):
    """A product that may go in the place of another one, and how many of it are free here."""

    sku: str
    name: str
    codes: list[str]
    free: int


class ToPickOut(Body):
    """A product to pick. `codes` are all that a scanner may say for it; `bin` is where it lies; `instead` may go in its
    place, where order and product allow it and some are here: `POST /shipments/{id}/substitute`."""

    id: int
    shipment_id: int
    sku: str
    name: str
    codes: list[str]
    quantity: int
    awaited: int
    picked: int
    bin: str | None
    ordered_sku: str | None
    instead: list[StandInOut]


class PickShipmentOut(Body):
    """A shipment to pick; `next_steps` may be done next, and say what they ask for."""

    id: int
    order_id: int
    order_external_id: str
    method: Method
    status: ShipmentStatus
    next_steps: list[NextStepOut]
    waiting_for: Waiting | None
    held: bool
    hold_reason: str | None
    due_at: ShownInstant | None
    claimed_by: str | None
    slot: int | None
    version: int


class WaveRef(Body):
    """The wave of a pick list."""

    id: int
    number: int
    status: WaveStatus


class PickListOut(Body):
    """What there is to pick: shipments, the most urgent first, and lines in walking order."""

    location: str
    location_name: str
    time_zone: str
    wave: WaveRef | None
    open: bool
    shipments: list[PickShipmentOut]
    lines: list[ToPickOut]


class PickedLine(Body):
    """How far a line is."""

    id: int
    quantity: int
    picked: int


class PickedShipment(Body):
    """How far a shipment is after the scans."""

    id: int
    status: ShipmentStatus
    version: int
    lines: list[PickedLine]


class ScansOut(Body):
    """What became of each scan, in order, and how far the shipments they met are now."""

    items: list[ScanOut]
    shipments: list[PickedShipment]


class KeptScanOut(Body):
    """A scan as it was kept, refused ones too."""

    scan_id: str
    code: str
    units: int
    result: ScanResult
    wave_id: int | None
    undoes: str | None
    actor: str
    at: ShownInstant
    recorded_at: ShownInstant


def show_outcome(one: ScanOutcome) -> ScanOut:
    """Return what became of a scan as the API shows it."""
    outcome = one.outcome
    return ScanOut(
        scan_id=outcome.scan_id,
        result=outcome.result,
        units=outcome.units,
        shipment_id=outcome.shipment_id,
        line_id=outcome.line_id,
        slot=one.slot,
        again=one.again,
    )


def show_kept(scan: Scan) -> KeptScanOut:
    """Return a kept scan as the API shows it."""
    return KeptScanOut(**{name: getattr(scan, name) for name in KeptScanOut.model_fields})


def show_list(found: PickList) -> PickListOut:
    """Return a pick list as the API shows it."""
    wave = found.wave
    return PickListOut(
        location=found.location.code,
        location_name=found.location.name,
        time_zone=found.location.time_zone,
        wave=WaveRef(id=wave.id or 0, number=wave.number, status=WaveStatus(wave.status)) if wave else None,
        open=found.open,
        shipments=[_shipment(one) for one in found.shipments],
        lines=[_line(one) for one in found.lines],
    )


def _shipment(one: PickShipment) -> PickShipmentOut:
    row = one.shipment
    return PickShipmentOut(
        id=row.id or 0,
        order_id=row.order_id,
        order_external_id=one.order_external_id,
        method=Method(row.method),
        status=ShipmentStatus(row.status),
        next_steps=[show_step(step) for step in one.following],
        waiting_for=Waiting(row.waiting_for) if row.waiting_for else None,
        held=row.held,
        hold_reason=row.hold_reason,
        due_at=row.sla_due_at,
        claimed_by=row.claimed_by,
        slot=one.slot,
        version=row.version,
    )


def _line(one: ToPick) -> ToPickOut:
    stated = {name: getattr(one, name) for name in ToPickOut.model_fields}
    instead = [StandInOut(sku=each.sku, name=each.name, codes=[*each.codes], free=each.free) for each in one.instead]
    return ToPickOut(**{**stated, "codes": [*one.codes], "instead": instead})


def show_progress(found: Progress) -> PickedShipment:
    """Return how far a shipment is as the API shows it."""
    lines = [PickedLine(id=line.id, quantity=line.quantity, picked=line.picked) for line in found.lines]
    return PickedShipment(id=found.id, status=found.status, version=found.version, lines=lines)
