"""Which state of a wave may follow which, and what becomes of its shipments when it closes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from models.enums import ShipmentStatus
from models.errors import DomainError, ErrorCode, Fault
from models.floor import WaveShare, WaveStatus

_W = WaveStatus

#: Which may follow which. Cancelling takes planning back: the shipments are free again, what was picked stays picked.
NEXT: Mapping[WaveStatus, tuple[WaveStatus, ...]] = {
    _W.PLANNED: (_W.RELEASED, _W.CANCELLED),
    _W.RELEASED: (_W.PICKING, _W.CLOSED, _W.CANCELLED),
    _W.PICKING: (_W.CLOSED, _W.CANCELLED),
    _W.CLOSED: (),
    _W.CANCELLED: (),
}

#: Waves whose shipments nobody else may plan.
OPEN = (_W.PLANNED, _W.RELEASED, _W.PICKING)

#: Shipments that still are to be picked.
TO_PICK = (ShipmentStatus.OPEN, ShipmentStatus.ACCEPTED)


class WaveCommand(StrEnum):
    """What can be done to a wave."""

    RELEASE = "release"
    PICK = "pick"
    CLOSE = "close"
    CANCEL = "cancel"


_LEADS_TO: Mapping[WaveCommand, WaveStatus] = {
    WaveCommand.RELEASE: _W.RELEASED,
    WaveCommand.PICK: _W.PICKING,
    WaveCommand.CLOSE: _W.CLOSED,
    WaveCommand.CANCEL: _W.CANCELLED,
}


def commands(status: WaveStatus) -> tuple[WaveCommand, ...]:
    """Return what can be done to a wave in this state, next thing first."""
    return tuple(command for command in WaveCommand if _LEADS_TO[command] in NEXT[status])


def check(
    number: int, status: WaveStatus, command: WaveCommand, *, version: int, expected_version: int | None
) -> WaveStatus:
    """Return the state that the command leads to, or raise STALE or ILLEGAL_TRANSITION."""
    if expected_version is not None and expected_version != version:
        raise DomainError(ErrorCode.STALE, f"Wave {number} has changed since you read it.")
    if command not in commands(status):
        choices = " or ".join(commands(status)) or "nothing"
        words = f"Wave {number} is {status}; what can be done is {choices}."
        raise DomainError(
            ErrorCode.ILLEGAL_TRANSITION, words, faults=[Fault("", ErrorCode.ILLEGAL_TRANSITION.value, words)]
        )
    return _LEADS_TO[command]


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A line of a shipment in a wave: what is to be picked here, and what was."""

    sku: str
    to_pick: int
    picked: int

    @property
    def left(self) -> int:
        """Return how many units nobody has picked."""
        return max(0, self.to_pick - self.picked)


@dataclass(frozen=True, slots=True)
class Member:
    """A shipment in a wave."""

    shipment_id: int
    status: ShipmentStatus
    lines: tuple[MemberLine, ...]

    @property
    def done(self) -> bool:
        """Return whether nothing of it is left to pick."""
        return self.status not in TO_PICK or not any(line.left for line in self.lines)


@dataclass(frozen=True, slots=True)
class Missing:
    """What somebody looked for and did not find; `units` None: all of that product that is not picked."""

    shipment_id: int
    sku: str
    units: int | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """What becomes of each shipment: `short` by shipment the units missing by SKU; `left` was not tried to the end."""

    picked: tuple[int, ...]
    short: Mapping[int, Mapping[str, int]]
    left: tuple[int, ...]
    faults: tuple[Fault, ...] = field(default=())

    def share(self, shipment_id: int) -> WaveShare:
        """Return what became of a shipment in its wave."""
        if shipment_id in self.short:
            return WaveShare.SHORT
        return WaveShare.PICKED if shipment_id in self.picked else WaveShare.REMOVED


def closing(members: Sequence[Member], missing: Sequence[Missing]) -> Closing:
    """Return what becomes of the shipments of a wave that closes.

    What was not found goes on by its reason. A shipment that then is complete stays; one of which something was not
    tried goes on in the next wave, with what was picked of it in hand.
    """
    faults = tuple(_faults(members, missing))
    if faults:
        return Closing((), {}, (), faults)
    by_id = {member.shipment_id: member for member in members}
    short: dict[int, dict[str, int]] = {}
    for item in missing:
        units = item.units if item.units is not None else _left(by_id[item.shipment_id], item.sku)
        if units:
            short.setdefault(item.shipment_id, {})[item.sku] = units
    picked, left = [], []
    for member in members:
        gone = short.get(member.shipment_id, {})
        if member.done:
            picked.append(member.shipment_id)
        elif any(_left(member, sku) > gone.get(sku, 0) for sku in {line.sku for line in member.lines}):
            left.append(member.shipment_id)
    return Closing(tuple(picked), short, tuple(left))


def still_missing(member: Member, missing: Mapping[str, int]) -> dict[str, int]:
    """Return what of the missing units is still to be picked."""
    left = {sku: min(units, _left(member, sku)) for sku, units in missing.items()}
    return {sku: units for sku, units in left.items() if units}


def _left(member: Member, sku: str) -> int:
    return sum(line.left for line in member.lines if line.sku == sku)


def _faults(members: Sequence[Member], missing: Sequence[Missing]) -> Iterator[Fault]:
    by_id = {member.shipment_id: member for member in members}
    seen = set()
    for index, item in enumerate(missing):
        member, at = by_id.get(item.shipment_id), f"/short/{index}"
        if (item.shipment_id, item.sku) in seen:
            yield Fault(at, "duplicate", f"{item.sku} of shipment {item.shipment_id} is stated twice.")
        seen.add((item.shipment_id, item.sku))
        if member is None:
            yield Fault(f"{at}/shipment", "not_in_wave", f"Shipment {item.shipment_id} is not in this wave any more.")
        elif item.sku not in {line.sku for line in member.lines}:
            yield Fault(f"{at}/sku", "not_in_shipment", f"Shipment {item.shipment_id} has no {item.sku}.")
        elif item.units is not None and item.units > _left(member, item.sku):
            words = f"Only {_left(member, item.sku)} of {item.sku} are not picked yet."
            yield Fault(f"{at}/missing", "too_many", words)
