"""Whether a command may be carried out on a shipment, and why not. Pure; the table of statuses is `workflow.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.fulfillment.workflow import has_left, is_done, next_statuses
from models.enums import Method, ShipmentStatus
from models.errors import ErrorCode, Fault


@dataclass(frozen=True, slots=True)
class ShipmentFacts:
    """What deciding needs to know of a shipment; `since` is when it reached its last step, None before the first."""

    id: int
    order_id: int
    location_id: int
    location_code: str
    method: Method
    status: ShipmentStatus
    held: bool
    version: int
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tracking:
    """Where a parcel can be followed: what the carrier calls it, and the carrier."""

    number: str
    carrier: str | None = None

    def as_document(self) -> dict[str, str]:
        """Return it as the shipment keeps it."""
        return {"number": self.number, **({"carrier": self.carrier} if self.carrier else {})}


@dataclass(frozen=True, slots=True)
class StepCommand:
    """Move a shipment to a status; `at` is the true moment, now by default. `tracking` comes with `shipped`."""

    shipment_id: int
    to: ShipmentStatus
    at: datetime | None = None
    expected_version: int | None = None
    tracking: Tracking | None = None


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


def may_advance(shipment: ShipmentFacts, command: StepCommand, *, now: datetime, index: int = 0) -> Refusal | None:
    """Return why the step is refused, or None."""
    stale = may_edit(shipment, command.expected_version, index=index)
    if stale is not None:
        return stale
    if command.at is not None and command.at > now:
        return Refusal(ErrorCode.INVALID, Fault(f"/{index}/at", "out_of_range", "A step is not reached in the future."))
    if shipment.held:
        return _illegal(index, f"Shipment {shipment.id} is on hold; release it first.")
    allowed = next_statuses(shipment.method, shipment.status)
    if command.to in allowed:
        return None
    if shipment.status is command.to:
        return _illegal(index, f"Shipment {shipment.id} is {_words(command.to)} already.")
    choices = " or ".join(map(_words, allowed)) or "nothing"
    words = f"Shipment {shipment.id} ({shipment.method}) is {_words(shipment.status)}; next may come {choices}."
    return _illegal(index, words)


def reached_at(shipment: ShipmentFacts, command: StepCommand, *, now: datetime) -> datetime:
    """Return the moment of a step: never before the step before it, whatever the clock that reported it showed."""
    stated = command.at or now
    return max(stated, shipment.since) if shipment.since else stated


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


def may_reassign(shipment: ShipmentFacts, to: Destination) -> list[Refusal]:
    """Return all that keeps the shipment from moving to another location."""
    if has_left(shipment.method, shipment.status) or is_done(shipment.method, shipment.status):
        return [_illegal(0, f"Shipment {shipment.id} is {_words(shipment.status)}; it cannot be reassigned.")]
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
