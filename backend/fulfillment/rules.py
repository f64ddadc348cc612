"""Whether a command may be carried out on a shipment, and why not. Pure; the table of statuses is `workflow.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from backend.fulfillment.defaults import BUILT_IN
from backend.fulfillment.said import NewParcel, ParcelTracking, Shown, Tracking
from backend.fulfillment.workflow import Workflow, WorkStep, following, has_left, is_done
from models.enums import Method, Role, ShipmentStatus
from models.errors import ErrorCode, Fault
from models.floor import Waiting


@dataclass(frozen=True, slots=True)
class ShipmentFacts:
    """What deciding needs to know of a shipment; `since` is when it reached its status, None before the first step."""

    id: int
    order_id: int
    location_id: int
    location_code: str
    method: Method
    status: ShipmentStatus
    held: bool
    version: int
    step: str | None = None
    workflow: Workflow | None = None
    waiting_for: Waiting | None = None
    claimed_by: str | None = None
    pickup_code: str | None = field(default=None, repr=False)
    since: datetime | None = None
    for_shipment_id: int | None = None  # of a transfer: who waits for it

    @property
    def way(self) -> Workflow:
        """Return its workflow; what is built in for its method, when it has none of its own."""
        return self.workflow or BUILT_IN[self.method]

    def following(self) -> tuple[WorkStep, ...]:
        """Return the steps that may be done next."""
        return following(self.way, self.status, self.step)


@dataclass(frozen=True, slots=True)
class StepCommand:
    """Complete a step: the one that leads `to` a status, or the one whose code is `step`.

    `at` is the true moment, now by default; `inputs` are what the step asks for. `parcels` come with packing,
    `tracking` and `tracked` with shipping, `shown` with handing over.
    """

    shipment_id: int
    to: ShipmentStatus | None = None
    at: datetime | None = None
    expected_version: int | None = None
    tracking: Tracking | None = None
    step: str | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    parcels: tuple[NewParcel, ...] = ()
    tracked: tuple[ParcelTracking, ...] = ()
    shown: Shown = field(default_factory=Shown)

    def meant(self, workflow: Workflow) -> WorkStep | None:
        """Return the step of a workflow that is meant, None when it has none such."""
        if self.step is not None:
            return workflow.step(self.step)
        return None if self.to is None else workflow.reaching(self.to)


@dataclass(frozen=True, slots=True)
class DoneStep:
    """A step as the journal keeps it. `picked` are the units of each line that were picked before it."""

    id: int
    step: str
    from_step: str | None
    from_status: ShipmentStatus
    to_status: ShipmentStatus
    at: datetime
    picked: Mapping[int, int] | None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a shipment is to go; `blocked` are those of its products that must not be given to that location."""

    code: str
    methods: frozenset[Method]
    closed: bool = False
    blocked: tuple[str, ...] = ()


class Block(StrEnum):
    """How long a location that gave a shipment back must not be given its products."""

    UNTIL_COUNT = "until_count"
    PERSISTENT = "persistent"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command cannot be carried out."""

    code: ErrorCode
    fault: Fault


def may_advance(
    shipment: ShipmentFacts, command: StepCommand, *, now: datetime, index: int = 0, role: Role | None = None
) -> Refusal | None:
    """Return why the step is refused, or None; `role` is a person's, None for a program."""
    stale = may_edit(shipment, command.expected_version, index=index)
    if stale is not None:
        return stale
    if command.at is not None and command.at > now:
        return Refusal(ErrorCode.INVALID, Fault(f"/{index}/at", "out_of_range", "A step is not reached in the future."))
    if shipment.held:
        return _illegal(index, f"Shipment {shipment.id} is on hold; release it first.")
    allowed, step = shipment.following(), command.meant(shipment.way)
    if shipment.waiting_for is not None and (step is None or step.reaches is not ShipmentStatus.ACCEPTED):
        return _illegal(index, f"Shipment {shipment.id} waits for a {shipment.waiting_for}.")
    if step is not None and step in allowed:
        return _may_do(step, role, index)
    if command.to is shipment.status or (command.step is not None and command.step == shipment.step):
        return _illegal(index, f"Shipment {shipment.id} is {_words(shipment.status)} already.")
    if step is None and command.step is not None:
        words = f"The workflow of shipment {shipment.id} has no step {command.step}."
        return Refusal(ErrorCode.NOT_FOUND, Fault(f"/{index}/step", "unknown_step", words))
    choices = " or ".join(_called(each) for each in allowed) or "nothing"
    words = f"Shipment {shipment.id} ({shipment.method}) is {_words(shipment.status)}; next may come {choices}."
    return _illegal(index, words)


def goes_by_itself(shipment: ShipmentFacts, to: ShipmentStatus, *, role: Role | None = None) -> bool:
    """Return whether the step that leads to a status may be done now, by this person, and asks for nothing."""
    step = shipment.way.reaching(to)
    if step is None or step not in shipment.following() or any(ask.required for ask in step.asks):
        return False
    return _may_do(step, role, 0) is None


def may_claim(shipment: ShipmentFacts, who: str, *, index: int = 0) -> Refusal | None:
    """Return why somebody cannot take the shipment into his hands, or None."""
    if has_left(shipment.method, shipment.status) or is_done(shipment.method, shipment.status):
        return _illegal(index, f"Shipment {shipment.id} is {_words(shipment.status)}; nobody needs to work on it here.")
    if shipment.claimed_by in (None, who):
        return None
    words = f"Somebody else works on shipment {shipment.id}."
    return Refusal(ErrorCode.CONFLICT, Fault(f"/{index}", "claimed", words))


def may_unclaim(shipment: ShipmentFacts, who: str, *, index: int = 0, role: Role | None = None) -> Refusal | None:
    """Return why somebody cannot let the shipment go, or None; a fulfiller lets go what is his own."""
    if shipment.claimed_by is None:
        return _illegal(index, f"Nobody works on shipment {shipment.id}.")
    if lets_go(shipment.claimed_by, who, role):
        return None
    words = f"Somebody else works on shipment {shipment.id}; a manager may let it go."
    return Refusal(ErrorCode.FORBIDDEN, Fault(f"/{index}", "forbidden", words))


def lets_go(claimed_by: str | None, who: str, role: Role | None) -> bool:
    """Return whether somebody may take a shipment out of the hands it is in: a fulfiller out of his own only."""
    return claimed_by is not None and (claimed_by == who or role is not Role.FULFILLER)


def reached_at(shipment: ShipmentFacts, command: StepCommand, *, now: datetime) -> datetime:
    """Return the moment of a step: never before the step before it, whatever the clock that reported it showed."""
    stated = command.at or now
    return max(stated, shipment.since) if shipment.since else stated


def may_undo(
    shipment: ShipmentFacts, last: DoneStep | None, *, index: int = 0, role: Role | None = None
) -> Refusal | None:
    """Return why the last step cannot be taken back, or None. Whoever may do a step may take it back."""
    if shipment.held:
        return _illegal(index, f"Shipment {shipment.id} is on hold; release it first.")
    if shipment.waiting_for is not None:
        return _illegal(index, f"Shipment {shipment.id} waits for a {shipment.waiting_for}.")
    if has_left(shipment.method, shipment.status):
        return _illegal(index, f"Shipment {shipment.id} has left; what left the building is not taken back.")
    if last is None or (last.step, last.to_status) != (shipment.step, shipment.status):
        return _illegal(index, f"Shipment {shipment.id} has no step to take back.")
    step = shipment.way.step(last.step)
    if step is None or not step.undoable:
        return _illegal(index, f"The step {last.step} is not taken back.")
    return _may_do(step, role, index)


def _may_do(step: WorkStep, role: Role | None, index: int) -> Refusal | None:
    if role in (None, Role.ADMIN) or not step.by or role in step.by:
        return None
    words = f"{step.name} is done by a {' or '.join(sorted(step.by))}."
    return Refusal(ErrorCode.FORBIDDEN, Fault(f"/{index}", "forbidden", words))


def may_edit(shipment: ShipmentFacts, expected_version: int | None, *, index: int = 0) -> Refusal | None:
    """Return a STALE refusal when the caller saw another version, else None."""
    if expected_version is None or expected_version == shipment.version:
        return None
    words = f"Shipment {shipment.id} has changed since you read it."
    return Refusal(ErrorCode.STALE, Fault(f"/{index}", "stale", words))


def may_hold(shipment: ShipmentFacts, *, index: int = 0) -> Refusal | None:
    """Return why the shipment cannot be held, or None."""
    if shipment.held:
        return _illegal(index, f"Shipment {shipment.id} is on hold already.")
    if has_left(shipment.method, shipment.status) or is_done(shipment.method, shipment.status):
        return _illegal(index, f"Shipment {shipment.id} is {_words(shipment.status)}; it cannot be held.")
    return None


def may_release(shipment: ShipmentFacts, *, index: int = 0) -> Refusal | None:
    """Return why the shipment cannot be released, or None."""
    return None if shipment.held else _illegal(index, f"Shipment {shipment.id} is not on hold.")


def may_cancel(shipment: ShipmentFacts, *, index: int = 0) -> Refusal | None:
    """Return why the shipment cannot be cancelled, or None."""
    if has_left(shipment.method, shipment.status) or is_done(shipment.method, shipment.status):
        return _illegal(index, f"Shipment {shipment.id} is {_words(shipment.status)}; it cannot be cancelled.")
    return None


def may_reject(shipment: ShipmentFacts, *, index: int = 0) -> Refusal | None:
    """Return why the shipment cannot be given back, or None."""
    if shipment.held:
        return _illegal(index, f"Shipment {shipment.id} is on hold; release it first.")
    if has_left(shipment.method, shipment.status) or is_done(shipment.method, shipment.status):
        return _illegal(index, f"Shipment {shipment.id} is {_words(shipment.status)}; it cannot be rejected.")
    return None


def may_await(shipment: ShipmentFacts) -> Refusal | None:
    """Return why nothing can be sent for the shipment, or None; what else it must be is a matter of its lines."""
    if shipment.method is not Method.TRANSFER:
        return None
    return _illegal(0, f"Shipment {shipment.id} is a transfer; another transfer cannot bring what it lacks.")


def may_receive(shipment: ShipmentFacts) -> Refusal | None:
    """Return why the shipment cannot be received at a location, or None."""
    if shipment.for_shipment_id is not None and shipment.status is ShipmentStatus.SHIPPED:
        return None
    state = "no transfer" if shipment.for_shipment_id is None else _words(shipment.status)
    return _illegal(0, f"Shipment {shipment.id} is {state}; only a transfer that was shipped is received.")


def may_reassign(shipment: ShipmentFacts, to: Destination) -> list[Refusal]:
    """Return all that keeps the shipment from moving to another location."""
    if has_left(shipment.method, shipment.status) or is_done(shipment.method, shipment.status):
        return [_illegal(0, f"Shipment {shipment.id} is {_words(shipment.status)}; it cannot be reassigned.")]
    if shipment.waiting_for is not None or shipment.for_shipment_id is not None:
        return [_illegal(0, f"Shipment {shipment.id} has to do with a transfer; cancel that first.")]
    faults = []
    if to.code == shipment.location_code:
        faults.append(("same_location", f"Shipment {shipment.id} is at {to.code} already."))
    if shipment.method not in to.methods:
        faults.append(("method_not_offered", f"{to.code} does not offer {shipment.method}."))
    if to.closed:
        faults.append(("location_closed", f"{to.code} is closed until somebody reopens it."))
    faults += [("product_blocked", f"{sku} is blocked at {to.code}; lift the block first.") for sku in to.blocked]
    return [Refusal(ErrorCode.INVALID, Fault("/location", code, words)) for code, words in faults]


def _illegal(index: int, words: str) -> Refusal:
    return Refusal(ErrorCode.ILLEGAL_TRANSITION, Fault(f"/{index}", "illegal_transition", words))


def _words(status: ShipmentStatus) -> str:
    return status.value.replace("_", " ")


def _called(step: WorkStep) -> str:
    return _words(step.reaches) if step.reaches else step.code
