"""Which step may follow which, per method and workflow. Pure. A newcomer reads here what a shipment can do next.

A workflow is data (`documents.py` reads it, `defaults.py` holds those built in). What every workflow of a method has in
common is here: the statuses on its way, and where the goods leave the building.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.enums import Method, Role, ShipmentStatus, Step
from models.events import EventType
from models.floor import InputKind, StepAction

_S = ShipmentStatus

_CARRIER = (_S.OPEN, _S.ACCEPTED, _S.PICKED, _S.PACKED, _S.SHIPPED)
_COUNTER = (_S.OPEN, _S.ACCEPTED, _S.PICKED, _S.PACKED, _S.READY, _S.HANDED_OVER)
_OWN_VAN = (_S.OPEN, _S.ACCEPTED, _S.PICKED, _S.PACKED, _S.SHIPPED, _S.HANDED_OVER)

#: The way of each method, first to last. A workflow may leave statuses out; it never goes backward.
WAY: Mapping[Method, tuple[ShipmentStatus, ...]] = {
    Method.SHIP: _CARRIER,
    Method.TRANSFER: _OWN_VAN,
    Method.PICKUP: _COUNTER,
    Method.CURBSIDE: _COUNTER,
    Method.DELIVERY: _OWN_VAN,
}

#: Nothing is handed to a customer that was not set out for him first: no workflow may skip these.
NEVER_SKIPPED = frozenset({_S.READY, _S.SHIPPED})

#: Where the goods leave the building, and stock on hand drops.
LEAVES: Mapping[Method, ShipmentStatus] = {
    Method.SHIP: _S.SHIPPED,
    Method.TRANSFER: _S.SHIPPED,
    Method.PICKUP: _S.HANDED_OVER,
    Method.CURBSIDE: _S.HANDED_OVER,
    Method.DELIVERY: _S.SHIPPED,
}

#: The status that an action leads to; a step of a fork's own leads to none.
REACHES: Mapping[StepAction, ShipmentStatus] = {
    StepAction.ACCEPT: _S.ACCEPTED,
    StepAction.PICK: _S.PICKED,
    StepAction.PACK: _S.PACKED,
    StepAction.READY: _S.READY,
    StepAction.SHIP: _S.SHIPPED,
    StepAction.HAND_OVER: _S.HANDED_OVER,
    StepAction.RECEIVE: _S.HANDED_OVER,
}

EVENTS: Mapping[ShipmentStatus, EventType] = {
    _S.ACCEPTED: EventType.SHIPMENT_ACCEPTED,
    _S.PICKED: EventType.SHIPMENT_PICKED,
    _S.PACKED: EventType.SHIPMENT_PACKED,
    _S.READY: EventType.SHIPMENT_READY,
    _S.SHIPPED: EventType.SHIPMENT_SHIPPED,
    _S.HANDED_OVER: EventType.SHIPMENT_HANDED_OVER,
}


class Proof(StrEnum):
    """What a customer must show when goods are handed to him."""

    CODE = "code"
    NAME = "name"
    EITHER = "either"


class Printed(StrEnum):
    """What is printed when a step begins."""

    PICK_LIST = "pick_list"
    PACKING_SLIP = "packing_slip"


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that whoever completes a step is asked for; bounds are of a number, or of a text's length."""

    name: str
    label: str
    kind: InputKind = InputKind.TEXT
    required: bool = False
    options: tuple[str, ...] = ()
    pattern: str | None = None
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class WorkStep:
    """One step of a workflow. `by` empty: whoever may work on shipments. `then` empty: the steps after it, in order."""

    code: str
    name: str
    action: StepAction
    by: frozenset[Role] = frozenset()
    asks: tuple[Ask, ...] = ()
    skippable: bool = False
    undoable: bool = True
    sla_step: Step | None = None
    proof: Proof | None = None
    prints: Printed | None = None
    then: tuple[str, ...] = ()

    @property
    def reaches(self) -> ShipmentStatus | None:
        """Return the status it leads to, None when it leads to none."""
        return REACHES.get(self.action)


@dataclass(frozen=True, slots=True)
class Workflow:
    """How shipments of a method are worked on. `id` None: as shipped, version 0."""

    method: Method
    title: str
    steps: tuple[WorkStep, ...]
    group: str = ""
    id: int | None = None
    code: str = ""
    version: int = 0

    def step(self, code: str) -> WorkStep | None:
        """Return the step of this code, None when there is none."""
        return next((step for step in self.steps if step.code == code), None)

    def reaching(self, status: ShipmentStatus) -> WorkStep | None:
        """Return the step that leads to a status, None when none does."""
        return next((step for step in self.steps if step.reaches is status), None)


def is_done(method: Method, status: ShipmentStatus) -> bool:
    """Return whether nothing is left to do."""
    return status is _S.CANCELLED or status is WAY[method][-1]


def has_left(method: Method, status: ShipmentStatus) -> bool:
    """Return whether the goods are out of the building, so that neither place nor stock can change any more."""
    way = WAY[method]
    return status is not _S.CANCELLED and way.index(status) >= way.index(LEAVES[method])


def has_passed(method: Method, status: ShipmentStatus, mark: ShipmentStatus) -> bool:
    """Return whether a shipment in `status` is at `mark` or further; nothing is once it is cancelled."""
    way = WAY[method]
    return status is not _S.CANCELLED and mark in way and way.index(status) >= way.index(mark)


def following(workflow: Workflow, status: ShipmentStatus, step: str | None = None) -> tuple[WorkStep, ...]:
    """Return the steps that may be done next, nearest first; `step` is the last one that was done."""
    if is_done(workflow.method, status):
        return ()
    place = _place(workflow, status, step)
    named = workflow.steps[place].then if place >= 0 else ()
    if named:
        return tuple(one for one in workflow.steps if one.code in named)
    found: list[WorkStep] = []
    for candidate in workflow.steps[place + 1 :]:
        found.append(candidate)
        if not candidate.skippable:
            break
    return tuple(found)


def steps_passed(workflow: Workflow, status: ShipmentStatus, step: str | None, to: WorkStep) -> tuple[Step, ...]:
    """Return the moments an SLA knows that are reached by doing `to`; a skipped step counts as passed."""
    done = _done(workflow, status, step, to)
    return tuple(one.sla_step for one in done if one.sla_step is not None)


def status_after(workflow: Workflow, status: ShipmentStatus, step: str | None, to: WorkStep) -> ShipmentStatus:
    """Return the status of a shipment once `to` is done; a step of a fork's own changes none but what it skips."""
    reached = [one.reaches for one in _done(workflow, status, step, to) if one.reaches is not None]
    return reached[-1] if reached else status


def _done(workflow: Workflow, status: ShipmentStatus, step: str | None, to: WorkStep) -> tuple[WorkStep, ...]:
    """Return the steps between the last one done and `to`, that included."""
    return workflow.steps[_place(workflow, status, step) + 1 : workflow.steps.index(to) + 1]


def _place(workflow: Workflow, status: ShipmentStatus, step: str | None) -> int:
    """Return the index of the last step done, -1 before the first. Shipments of old know their status only."""
    codes = [one.code for one in workflow.steps]
    if step in codes:
        return codes.index(step)
    way = WAY[workflow.method]
    behind = way[1 : way.index(status) + 1]
    return max((index for index, one in enumerate(workflow.steps) if one.reaches in behind), default=-1)
