"""A shipment's clocks on their way through time: start, band, pause, resume, move, finish. Pure, no I/O.

A `Track` is fed moments in order and gathers what changed; `store.py` loads tracks and writes them back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from backend.sla import rules
from backend.sla.rules import ClockFacts, Place, Promise, ShipmentFacts
from models.enums import ClockScope, ClockState, Compliance, Step

#: Steps that a shipment has behind it wherever it goes: a location clock that starts here starts afresh on a move.
_BEHIND_ANY_MOVE = (Step.PLACED, Step.ASSIGNED)

#: States of clocks that measure nothing any more and never will.
_OUT_OF_USE = (ClockState.REASSIGNED, ClockState.CANCELLED)


@dataclass(frozen=True, slots=True)
class ClockChange:
    """One audited change of the clock at `index` of the track: a band, a pause, an end."""

    index: int
    from_word: str | None
    to_word: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class StatusShift:
    """The shipment's own status changed at the true moment `at`, by the clock at `index`."""

    from_status: Compliance | None
    to_status: Compliance | None
    at: datetime
    index: int


@dataclass(slots=True)
class Track:
    """One shipment and all its clocks, moved forward in time."""

    shipment: ShipmentFacts
    clocks: list[ClockFacts]
    changes: list[ClockChange] = field(default_factory=list)
    shifts: list[StatusShift] = field(default_factory=list)
    status: Compliance | None = None

    def __post_init__(self) -> None:
        """Take the status from the clocks."""
        self.status = rules.worst(self.clocks)

    @property
    def due_at(self) -> datetime | None:
        """Return the earliest due instant among the running clocks."""
        return min((c.due_at for c in self.clocks if c.state is ClockState.RUNNING), default=None)

    def advance(self, now: datetime) -> None:
        """Stamp every band that running clocks reached by time alone until `now`, at its true moment."""
        crossings: list[tuple[datetime, int, Compliance]] = []
        for index, clock in enumerate(self.clocks):
            if clock.state is not ClockState.RUNNING or clock.status is Compliance.NON_COMPLIANT:
                continue
            if clock.status is Compliance.COMPLIANT and clock.at_risk_at <= now and clock.at_risk_at < clock.due_at:
                crossings.append((clock.at_risk_at, index, Compliance.AT_RISK))
            if clock.due_at <= now:
                crossings.append((clock.due_at, index, Compliance.NON_COMPLIANT))
        for at, index, status in sorted(crossings, key=lambda crossing: crossing[:2]):
            self._put(index, replace(self.clocks[index], status=status), at=at, word=status.value, reason="time")

    def reach(self, step: Step, at: datetime, promises: Sequence[Promise]) -> None:
        """Finish the clocks that end with `step`, start those that start with it."""
        self.advance(at)
        for index, clock in enumerate(self.clocks):
            if clock.open and clock.promise.end_step is step:
                self._finish(index, at)
        for promise in promises:
            if promise.start_step is step and rules.matches(promise, self.shipment) and not self._has(promise, at):
                self._start(promise, at, reason=f"step:{step.value}")

    def unreach(self, steps: Collection[Step], reached_at: datetime, at: datetime) -> None:
        """Take back steps reached at a moment: clocks that ended by them run on, those that began by them end."""
        self.advance(at)
        for index, clock in enumerate(self.clocks):
            if clock.state in _OUT_OF_USE:
                continue
            if clock.promise.start_step in steps and clock.started_at == reached_at:
                gone = replace(clock, state=ClockState.CANCELLED, finished_at=at)
                self._put(index, gone, at=at, word=ClockState.CANCELLED.value, reason="undone")
            elif clock.promise.end_step in steps and clock.finished_at == reached_at:
                again = replace(clock, state=ClockState.RUNNING, finished_at=None)
                again = replace(again, status=rules.evaluate(again, now=at).status)
                self._put(index, again, at=at, word=again.status.value, reason=f"undone:{clock.promise.end_step.value}")

    def pause(self, reason: str, at: datetime) -> None:
        """Stop counting on every running clock."""
        self.advance(at)

        def paused(clock: ClockFacts) -> ClockFacts:
            return replace(
                clock, state=ClockState.PAUSED, paused_at=max(at, clock.started_at), pause_reason=reason[:64]
            )

        self._each(ClockState.RUNNING, paused, at=at, reason=f"pause:{reason}"[:64])

    def resume(self, at: datetime) -> None:
        """Count on, on every paused clock, then stamp what its new instants say."""
        for index, clock in enumerate(self.clocks):
            if clock.state is ClockState.PAUSED:
                self._resume(index, at)
        self.advance(at)

    def cancel(self, at: datetime) -> None:
        """End every open clock without a verdict."""
        self.advance(at)
        for state in (ClockState.RUNNING, ClockState.PAUSED):
            self._each(
                state, lambda c: replace(c, state=ClockState.CANCELLED, finished_at=at), at=at, reason="cancelled"
            )

    def move(self, to: Place, attribution: str, at: datetime, promises: Sequence[Promise]) -> None:
        """Hand the shipment to another place: network clocks go along, location clocks close, fresh ones start."""
        self.advance(at)
        self.shipment = replace(self.shipment, place=to)
        for index, clock in enumerate(self.clocks):
            if not clock.open:
                continue
            if clock.promise.scope is ClockScope.NETWORK:
                self.clocks[index] = replace(clock, location_id=to.id)
                continue
            closed = replace(clock, state=ClockState.REASSIGNED, finished_at=at, attribution=attribution[:120])
            self._put(index, closed, at=at, word=ClockState.REASSIGNED.value, reason="reassigned")
        for promise in promises:
            fresh = promise.scope is ClockScope.LOCATION and promise.start_step in _BEHIND_ANY_MOVE
            if fresh and rules.matches(promise, self.shipment) and not self._has(promise, at):
                self._start(promise, at, reason="reassigned")

    def inherit(self, clocks: Sequence[ClockFacts], at: datetime) -> None:
        """Take over what another shipment's open clocks have measured: this one was part of it until now."""
        for clock in clocks:
            if clock.open:
                self.clocks.append(replace(clock, id=0, shipment_id=self.shipment.id, version=0))
                word = clock.status.value if clock.state is ClockState.RUNNING else clock.state.value
                self._note(len(self.clocks) - 1, None, word, at=max(at, clock.started_at), reason="split")

    def _start(self, promise: Promise, at: datetime, reason: str) -> None:
        window = rules.window(promise, self.shipment, start=at)
        if window is None:
            return
        index = len(self.clocks)
        clock = ClockFacts(
            id=0,
            shipment_id=self.shipment.id,
            location_id=self.shipment.place.id,
            promise=promise,
            state=ClockState.RUNNING,
            status=rules.band(window.at_risk_at, window.due_at, now=at),
            started_at=at,
            at_risk_at=window.at_risk_at,
            due_at=window.due_at,
        )
        end = self.shipment.reached.get(promise.end_step)
        if end is not None and end <= at:  # it ended before it began: it never runs, but its verdict counts
            state = rules.outcome(clock, end=end)
            self.clocks.append(replace(clock, state=state, finished_at=end))
            self.changes.append(ClockChange(index, None, state.value, end, "ended before its start"))
            return
        if self.shipment.held:
            clock = replace(clock, state=ClockState.PAUSED, paused_at=at, pause_reason="held")
        word = ClockState.PAUSED.value if self.shipment.held else clock.status.value
        self.clocks.append(clock)
        self._note(index, None, word, at=at, reason=reason)

    def _finish(self, index: int, at: datetime) -> None:
        if self.clocks[index].state is ClockState.PAUSED:
            self._resume(index, at)
        state = rules.outcome(self.clocks[index], end=at)
        done = replace(self.clocks[index], state=state, finished_at=at)
        self._put(index, done, at=at, word=state.value, reason=f"step:{done.promise.end_step.value}")

    def _resume(self, index: int, at: datetime) -> None:
        clock = self.clocks[index]
        began = clock.paused_at or at
        at = max(at, began)
        window = rules.resumed_window(clock, self.shipment.place.calendar, at=at)
        running = replace(
            clock,
            state=ClockState.RUNNING,
            at_risk_at=window.at_risk_at,
            due_at=window.due_at,
            paused_at=None,
            pause_reason=None,
            paused_seconds=clock.paused_seconds + int((at - began).total_seconds()),
        )
        self._put(index, running, at=at, word=running.status.value, reason="resumed")

    def _each(
        self, state: ClockState, change: Callable[[ClockFacts], ClockFacts], *, at: datetime, reason: str
    ) -> None:
        for index, clock in enumerate(self.clocks):
            if clock.state is state:
                after = change(clock)
                self._put(index, after, at=at, word=after.state.value, reason=reason)

    def _put(self, index: int, clock: ClockFacts, *, at: datetime, word: str, reason: str) -> None:
        before = self.clocks[index]
        was = before.status.value if before.state is ClockState.RUNNING else before.state.value
        self.clocks[index] = clock
        self._note(index, was, word, at=max(at, clock.started_at), reason=reason)

    def _note(self, index: int, was: str | None, word: str, *, at: datetime, reason: str) -> None:
        self.changes.append(ClockChange(index, was, word, at, reason))
        status = rules.worst(self.clocks)
        if status is not self.status:
            self.shifts.append(StatusShift(self.status, status, at, index))
            self.status = status

    def _has(self, promise: Promise, at: datetime) -> bool:
        """Return whether this promise is being measured already, or was from this very moment (a step told twice)."""
        return any(
            clock.promise.code == promise.code
            and (clock.open or (clock.started_at == at and clock.state not in _OUT_OF_USE))
            for clock in self.clocks
        )
