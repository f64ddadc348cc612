"""The events that tell of SLA changes: what is in them and when there is one. Their delivery is not here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from backend.persistence.uow import Uow
from backend.sla.grading import Counts
from backend.sla.life import StatusShift
from backend.sla.rules import ClockFacts, ShipmentFacts
from models.enums import Compliance
from models.events import EventType

_TROUBLE = (Compliance.AT_RISK, Compliance.NON_COMPLIANT)


@dataclass(frozen=True, slots=True)
class GradeChange:
    """A location's colour changed at the true moment `at`."""

    location_id: int
    code: str
    name: str
    from_grade: Compliance
    to_grade: Compliance
    at: datetime
    counts: Counts
    rule_version: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """A clock passed into another band by time alone, at the true moment `at`."""

    clock_id: int
    shipment_id: int
    location_id: int
    definition_id: int
    was: str
    becomes: str
    at: datetime
    due_at: datetime


def shipment_changed(uow: Uow, shipment: ShipmentFacts, clock: ClockFacts, shift: StatusShift) -> None:
    """Record that a shipment's status changed: into trouble, out of it, or deeper.

    That a shipment started out Compliant, or left while Compliant, is what `shipment.opened` and its like already say.
    """
    if shift.from_status not in _TROUBLE and shift.to_status not in _TROUBLE:
        return
    _shipment_event(
        uow,
        shipment_id=shipment.id,
        location_id=shipment.place.id,
        at=shift.at,
        data={
            "order": shipment.order_id,
            "location": shipment.place.code,
            "customer_tier": shipment.customer_tier,
            "from": shift.from_status,
            "to": shift.to_status,
            "due_at": rfc3339(clock.due_at),
            "definition": clock.promise.code,
            "definition_version": clock.promise.version,
        },
    )


def crossed(uow: Uow, step: Crossing, *, was: str | None, shipment: Any, location: str, definition: Any) -> None:
    """Record that time alone took a shipment from status `was` to that of the crossing. `shipment` is its row."""
    _shipment_event(
        uow,
        shipment_id=step.shipment_id,
        location_id=step.location_id,
        at=step.at,
        data={
            "order": shipment.order_id,
            "location": location,
            "customer_tier": shipment.customer_tier,
            "from": was,
            "to": step.becomes,
            "due_at": rfc3339(step.due_at),
            "definition": definition.code,
            "definition_version": definition.version,
        },
    )


def _shipment_event(uow: Uow, *, shipment_id: int, location_id: int, at: datetime, data: dict[str, Any]) -> None:
    delay = round((uow.now - at).total_seconds(), 3)
    uow.record(
        EventType.SLA_SHIPMENT_CHANGED,
        subject=f"shipment/{shipment_id}",
        location_id=location_id,
        at=at,
        data={"shipment": shipment_id, **data, "delay_seconds": delay},
    )


def location_changed(uow: Uow, change: GradeChange, worst: Sequence[dict[str, Any]]) -> None:
    """Record that a location's colour changed (product §6)."""
    counts = change.counts
    uow.record(
        EventType.SLA_LOCATION_CHANGED,
        subject=f"location/{change.code}",
        location_id=change.location_id,
        at=change.at,
        data={
            "location": change.code,
            "name": change.name,
            "from": change.from_grade.value,
            "to": change.to_grade.value,
            "open": counts.open,
            "counts": counts_of(counts),
            "worst": list(worst),
            "since": rfc3339(change.at),
            "rule_version": change.rule_version,
            "dashboard_url": f"{uow.public_url}/locations/{quote(change.code, safe='')}",
            "runbook_url": f"{uow.public_url}/runbooks/location-{change.to_grade.value.replace('_', '-')}",
        },
    )


def counts_of(counts: Counts) -> dict[str, int]:
    """Return counts by band as they look in JSON."""
    return {"compliant": counts.compliant, "at_risk": counts.at_risk, "non_compliant": counts.non_compliant}


def rfc3339(at: datetime) -> str:
    """Return an instant as RFC 3339 in UTC, with a Z."""
    return at.isoformat().replace("+00:00", "Z")
