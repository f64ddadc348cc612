"""What callers hand to the SLA service. Pure data; the rules over it are `rules.py` and `grading.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.enums import ClockScope, Counting, DefinitionStatus, Method, Step, TargetKind


@dataclass(frozen=True, slots=True)
class StepReached:
    """A shipment reached `step` at the true moment `at` (may lie in the past)."""

    shipment_id: int
    step: Step
    at: datetime


@dataclass(frozen=True, slots=True)
class StepsUndone:
    """Steps that a shipment had reached at one true moment, and now has not."""

    shipment_id: int
    steps: frozenset[Step]
    reached_at: datetime


@dataclass(frozen=True, slots=True)
class NewOnClock:
    """A shipment about to be inserted, placed and assigned at these true moments."""

    shipment_id: int
    order_id: int
    location_id: int
    method: Method
    service_level: str
    channel: str
    customer_tier: str | None
    order_due_at: datetime | None
    placed_at: datetime
    assigned_at: datetime


@dataclass(frozen=True, slots=True)
class ClockMove:
    """A shipment was handed from one location to another; `attribution` says why, for the old location's clock."""

    shipment_id: int
    from_location_id: int
    to_location_id: int
    attribution: str


@dataclass(frozen=True, slots=True)
class DefinitionInput:
    """One promise as a manager writes it (product §1). `None` in a narrowing field matches everything."""

    name: str
    method: Method
    start_step: Step
    end_step: Step
    target_kind: TargetKind = TargetKind.DURATION
    target_seconds: int | None = None
    counting: Counting = Counting.AROUND_THE_CLOCK
    scope: ClockScope = ClockScope.NETWORK
    status: DefinitionStatus = DefinitionStatus.ACTIVE
    location_code: str | None = None
    group_code: str | None = None
    service_level: str | None = None
    channel: str | None = None
    customer_tier: str | None = None
    at_risk_percent: int = 80
    non_compliant_percent: int = 100
