"""SLA health, definitions and colour rules over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, Strict

from backend.api.schemas.common import Body, Code, Name, ShownInstant, Word
from backend.sla.facts import DefinitionInput
from backend.sla.grading import Counts, Thresholds, describe
from backend.sla.views import LocationView, Shown, SummaryView
from models.enums import ClockScope, Compliance, Counting, DefinitionStatus, Method, Step, TargetKind
from models.tables import GradingRule, SlaDefinition

Number = Annotated[int, Strict()]


class CountsOut(BaseModel):
    """Running shipments by band."""

    compliant: int
    at_risk: int
    non_compliant: int


class LocationHealthOut(BaseModel):
    """One location's SLA health. `since` is when it took on its colour, null when nothing happened there yet."""

    code: str
    name: str
    compliance: Compliance
    open: int
    counts: CountsOut
    met: int
    missed: int
    since: ShownInstant | None
    rule_version: int
    stale: bool
    closed: bool
    as_of: ShownInstant


class LocationsByColour(BaseModel):
    """How many locations have each colour; stale ones are counted as such only."""

    compliant: int
    at_risk: int
    non_compliant: int
    stale: int


class SummaryOut(BaseModel):
    """The visible network's SLA health in one row."""

    locations: int
    by_compliance: LocationsByColour
    open: int
    counts: CountsOut
    met: int
    missed: int
    oldest_placed_at: ShownInstant | None
    orders_per_second: float
    as_of: ShownInstant


class DefinitionIn(Body):
    """A promise: from a start step to an end step, within a duration or up to an instant. Each put adds a version."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Pickup ready within 2 open hours",
                "method": "pickup",
                "start_step": "placed",
                "end_step": "ready",
                "target_kind": "duration",
                "target_seconds": 7200,
                "counting": "open_hours",
            }
        }
    )

    name: Name
    status: DefinitionStatus = DefinitionStatus.ACTIVE
    method: Method
    location: Code | None = None
    group: Code | None = None
    service_level: Word | None = None
    channel: Word | None = None
    customer_tier: Word | None = None
    scope: ClockScope = ClockScope.NETWORK
    start_step: Step
    end_step: Step
    target_kind: TargetKind = TargetKind.DURATION
    target_seconds: Number | None = None
    counting: Counting = Counting.AROUND_THE_CLOCK
    at_risk_percent: Number = 80
    non_compliant_percent: Number = 100

    def to_input(self) -> DefinitionInput:
        """Return what the service takes."""
        given = self.model_dump(exclude={"location", "group"})
        return DefinitionInput(**given, location_code=self.location, group_code=self.group)


class DefinitionOut(BaseModel):
    """The newest version of a definition."""

    code: str
    version: int
    name: str
    status: DefinitionStatus
    method: Method
    location: str | None
    group: str | None
    service_level: str | None
    channel: str | None
    customer_tier: str | None
    scope: ClockScope
    start_step: Step
    end_step: Step
    target_kind: TargetKind
    target_seconds: int | None
    counting: Counting
    at_risk_percent: int
    non_compliant_percent: int
    created_by: str
    created_at: ShownInstant


class GradingIn(Body):
    """The numbers of the colour rule. Each put adds a version."""

    non_compliant_percent: Number = 10
    at_risk_percent: Number = 10
    minimum_open: Annotated[Number, Field(description="With fewer open shipments a share says nothing.")] = 1
    clear_percent: Annotated[Number, Field(description="To get better: below so much of the thresholds …")] = 80
    hold_seconds: Annotated[Number, Field(description="… for so long.")] = 300
    stalled_minutes: Annotated[Number, Field(description="Open minutes with work and without any step: stalled.")] = 60

    def to_thresholds(self) -> Thresholds:
        """Return what the service takes."""
        return Thresholds(**self.model_dump())


class GradingOut(BaseModel):
    """The newest version of a colour rule, and how it reads; version 0 is the built-in rule."""

    group: str
    version: int
    non_compliant_percent: int
    at_risk_percent: int
    minimum_open: int
    clear_percent: int
    hold_seconds: int
    stalled_minutes: int
    rule: str


def show_location(view: LocationView, *, as_of: datetime) -> LocationHealthOut:
    """Return a location's health for the caller."""
    return LocationHealthOut(
        code=view.code,
        name=view.name,
        compliance=view.grade,
        open=view.open,
        counts=show_counts(view.counts),
        met=view.met,
        missed=view.missed,
        since=view.since,
        rule_version=view.rule_version,
        stale=view.stale,
        closed=view.closed,
        as_of=as_of,
    )


def show_summary(view: SummaryView) -> SummaryOut:
    """Return the network's health for the caller."""
    return SummaryOut(
        locations=view.locations,
        by_compliance=LocationsByColour(**{shown.value: view.shown[shown] for shown in Shown}),
        open=view.open,
        counts=show_counts(view.counts),
        met=view.met,
        missed=view.missed,
        oldest_placed_at=view.oldest_placed_at,
        orders_per_second=round(view.orders_per_second, 3),
        as_of=view.as_of,
    )


def show_definition(row: SlaDefinition) -> DefinitionOut:
    """Return a definition for the caller."""
    same = row.model_dump(include=set(DefinitionOut.model_fields) - {"location", "group"})
    return DefinitionOut(**same, location=row.location_code, group=row.group_code)


def show_grading(group: str, row: GradingRule | None) -> GradingOut:
    """Return a colour rule for the caller."""
    thresholds = Thresholds(**row.thresholds) if row else Thresholds()
    numbers = GradingIn.model_validate(thresholds, from_attributes=True).model_dump()
    return GradingOut(group=group, version=row.version if row else 0, **numbers, rule=describe(thresholds))


def show_counts(counts: Counts) -> CountsOut:
    """Return counts for the caller."""
    return CountsOut(compliant=counts.compliant, at_risk=counts.at_risk, non_compliant=counts.non_compliant)
