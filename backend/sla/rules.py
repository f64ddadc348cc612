"""The SLA rule: which promise holds for a shipment, when it turns At Risk and when it is broken. Pure.

Who carries a clock through its life (start, pause, finish) is `life.py`; the colour of a location is `grading.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from backend.sla.calendar import NeverOpenError, OpenHours
from models.enums import ClockScope, ClockState, Compliance, Counting, Method, Step, TargetKind

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Promise:
    """One version of an SLA definition. `None` in a narrowing field matches everything."""

    id: int
    code: str
    version: int
    method: Method
    scope: ClockScope
    start_step: Step
    end_step: Step
    target_kind: TargetKind
    target_seconds: int | None
    counting: Counting
    at_risk_percent: int = 80
    non_compliant_percent: int = 100
    location_code: str | None = None
    group_code: str | None = None
    service_level: str | None = None
    channel: str | None = None
    customer_tier: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What a promise needs to know of a location."""

    id: int
    code: str
    groups: frozenset[str]
    calendar: OpenHours


@dataclass(frozen=True, slots=True)
class ShipmentFacts:
    """What a promise needs to know of a shipment. `reached` holds the true moments of the steps behind it."""

    id: int
    order_id: int
    place: Place
    method: Method
    service_level: str
    channel: str
    customer_tier: str | None
    order_due_at: datetime | None
    held: bool
    reached: dict[Step, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """One measurement of one promise on one shipment; `id` 0 until it has a row."""

    id: int
    shipment_id: int
    location_id: int
    promise: Promise
    state: ClockState
    status: Compliance
    started_at: datetime
    at_risk_at: datetime
    due_at: datetime
    paused_at: datetime | None = None
    pause_reason: str | None = None
    paused_seconds: int = 0
    finished_at: datetime | None = None
    attribution: str | None = None
    version: int = 0

    @property
    def open(self) -> bool:
        """Return whether the clock may still change."""
        return self.state in (ClockState.RUNNING, ClockState.PAUSED)

    @property
    def next_check_at(self) -> datetime | None:
        """Return when its band changes by time alone; None when it never will."""
        if self.state is not ClockState.RUNNING or self.status is Compliance.NON_COMPLIANT:
            return None
        return self.due_at if self.status is Compliance.AT_RISK else self.at_risk_at


@dataclass(frozen=True, slots=True)
class Verdict:
    """A clock's band at an instant, since when it has it, and when it changes next by time alone."""

    status: Compliance
    next_check_at: datetime | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """When a clock turns At Risk and when Non-Compliant; lower bounds inclusive."""

    at_risk_at: datetime
    due_at: datetime


def matches(promise: Promise, shipment: ShipmentFacts) -> bool:
    """Return whether the promise holds for the shipment at its place."""
    return (
        promise.method is shipment.method
        and promise.location_code in (None, shipment.place.code)
        and (promise.group_code is None or promise.group_code in shipment.place.groups)
        and promise.service_level in (None, shipment.service_level)
        and promise.channel in (None, shipment.channel)
        and promise.customer_tier in (None, shipment.customer_tier)
    )


def window(promise: Promise, shipment: ShipmentFacts, *, start: datetime) -> Window | None:
    """Return the instants for a clock that starts at `start`; None when there is nothing to run up to.

    That is so when the order came without a due instant, or the place has no cut-off for the method.
    """
    calendar = shipment.place.calendar
    if promise.target_kind is TargetKind.DURATION:
        allowed = promise.target_seconds or 0
        return Window(
            _after(promise, calendar, start=start, seconds=_share(allowed, promise.at_risk_percent)),
            _after(promise, calendar, start=start, seconds=_share(allowed, promise.non_compliant_percent)),
        )
    due = (
        shipment.order_due_at
        if promise.target_kind is TargetKind.ORDER_DUE
        else calendar.cutoff_after(start, shipment.method)
    )
    return None if due is None else _up_to(promise, calendar, start=start, due=due)


def band(at_risk_at: datetime, due_at: datetime, *, now: datetime) -> Compliance:
    """Return the band that a clock with these instants has at `now`."""
    if now >= due_at:
        return Compliance.NON_COMPLIANT
    return Compliance.AT_RISK if now >= at_risk_at else Compliance.COMPLIANT


def evaluate(clock: ClockFacts, *, now: datetime) -> Verdict:
    """Return the band of a running clock at `now`."""
    if now >= clock.due_at:
        return Verdict(Compliance.NON_COMPLIANT, None, max(clock.due_at, clock.started_at))
    if now >= clock.at_risk_at:
        return Verdict(Compliance.AT_RISK, clock.due_at, max(clock.at_risk_at, clock.started_at))
    return Verdict(Compliance.COMPLIANT, clock.at_risk_at, clock.started_at)


def outcome(clock: ClockFacts, *, end: datetime) -> ClockState:
    """Return `met` when the end lies before the due instant, else `missed`."""
    return ClockState.MET if end < clock.due_at else ClockState.MISSED


def resumed_window(clock: ClockFacts, calendar: OpenHours, *, at: datetime) -> Window:
    """Return the instants of a paused clock that goes on at `at`.

    A due instant that the order or the carrier set does not move. A duration keeps the counted time that was left.
    """
    paused = clock.paused_at
    if paused is None or clock.promise.target_kind is not TargetKind.DURATION:
        return Window(clock.at_risk_at, clock.due_at)

    def shifted(instant: datetime) -> datetime:
        if instant <= paused:  # already behind it when it paused
            return instant
        if clock.promise.counting is Counting.AROUND_THE_CLOCK:
            return instant + (at - paused)
        return _after(clock.promise, calendar, start=at, seconds=calendar.between(paused, instant))

    return Window(shifted(clock.at_risk_at), shifted(clock.due_at))


def worst(clocks: Iterable[ClockFacts]) -> Compliance | None:
    """Return the worst band among running clocks, None when none runs."""
    running = [clock.status for clock in clocks if clock.state is ClockState.RUNNING]
    return max(running, key=lambda status: status.severity) if running else None


def _up_to(promise: Promise, calendar: OpenHours, *, start: datetime, due: datetime) -> Window:
    """Return the window of a clock that runs up to a given instant: shares of the counted time until then."""
    if due <= start:
        return Window(due, due)  # broken before it began
    around_the_clock = -((start - due) // _SECOND)  # rounded up, so that no share falls short
    allowed = calendar.between(start, due) if promise.counting is Counting.OPEN_HOURS else around_the_clock
    due_at = due
    if promise.non_compliant_percent != 100:
        due_at = _after(promise, calendar, start=start, seconds=_share(allowed, promise.non_compliant_percent))
    at_risk_at = _after(promise, calendar, start=start, seconds=_share(allowed, promise.at_risk_percent))
    return Window(min(at_risk_at, due_at), due_at)


def _share(seconds: int, percent: int) -> int:
    """Return that share of a time, rounded up to the second from which it has been reached."""
    return -(-seconds * percent // 100)


def _after(promise: Promise, calendar: OpenHours, *, start: datetime, seconds: int) -> datetime:
    if promise.counting is Counting.AROUND_THE_CLOCK:
        return start + timedelta(seconds=seconds)
    try:
        return calendar.add(start, seconds)
    except NeverOpenError:  # a promise does not stop running because a place stays shut for years
        return start + timedelta(seconds=seconds)
