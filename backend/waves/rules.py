"""Which state of a wave may follow which, and what becomes of its shipments when it closes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
class Counted:
    """How many units of a product of a shipment are picked, by count: as many were in hand, or more."""

    shipment_id: int
    sku: str
    units: int


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


def counted(members: Sequence[Member], counts: Sequence[Counted]) -> tuple[list[Member], list[Fault]]:
    """Return the members as they are when so much of them is in hand, and what is wrong with the counts."""
    faults = list(_count_faults(members, counts))
    if faults:
        return list(members), faults
    stated = {(count.shipment_id, count.sku): count.units for count in counts}
    return [replace(member, lines=tuple(_with(member, stated))) for member in members], []


def _with(member: Member, stated: Mapping[tuple[int, str], int]) -> Iterator[MemberLine]:
    """Yield the lines of a member as counted: what is in hand goes to its first line of the product first."""
    more = {
        sku: stated[member.shipment_id, sku] - _in_hand(member, sku)
        for sku in {line.sku for line in member.lines}
        if (member.shipment_id, sku) in stated
    }
    for line in member.lines:
        units = min(line.left, more.get(line.sku, 0))
        more[line.sku] = more.get(line.sku, 0) - units
        yield replace(line, picked=line.picked + units)


def _count_faults(members: Sequence[Member], counts: Sequence[Counted]) -> Iterator[Fault]:
    by_id = {member.shipment_id: member for member in members}
    seen: set[tuple[int, str]] = set()
    for index, count in enumerate(counts):
        at = f"/picked/{index}"
        yield from _named(by_id, count.shipment_id, count.sku, at, seen)
        member = by_id.get(count.shipment_id)
        if member is None or count.sku not in {line.sku for line in member.lines}:
            continue
        have = _in_hand(member, count.sku)
        most = have + _left(member, count.sku)
        if not have <= count.units <= most:
            words = f"From {have} (in hand already) to {most} units of {count.sku} can have been picked."
            yield Fault(f"{at}/picked", "out_of_range", words)


def _named(
    by_id: Mapping[int, Member], shipment_id: int, sku: str, at: str, seen: set[tuple[int, str]]
) -> Iterator[Fault]:
    """Yield what is wrong with naming a product of a shipment, which `seen` then knows."""
    member = by_id.get(shipment_id)
    if (shipment_id, sku) in seen:
        yield Fault(at, "duplicate", f"{sku} of shipment {shipment_id} is stated twice.")
    seen.add((shipment_id, sku))
    if member is None:
        yield Fault(f"{at}/shipment", "not_in_wave", f"Shipment {shipment_id} is not in this wave any more.")
    elif sku not in {line.sku for line in member.lines}:
        yield Fault(f"{at}/sku", "not_in_shipment", f"Shipment {shipment_id} has no {sku}.")


def _in_hand(member: Member, sku: str) -> int:
    """Return the units of a product that are picked; all of them once its pick step is done."""
    done = member.status not in TO_PICK
    return sum(line.to_pick if done else line.picked for line in member.lines if line.sku == sku)


def _left(member: Member, sku: str) -> int:
    """Return the units of a product that are still to be picked; none once its pick step is done."""
    return sum(line.left for line in member.lines if line.sku == sku) if member.status in TO_PICK else 0


def _faults(members: Sequence[Member], missing: Sequence[Missing]) -> Iterator[Fault]:
    by_id = {member.shipment_id: member for member in members}
    seen: set[tuple[int, str]] = set()
    for index, item in enumerate(missing):
        at = f"/short/{index}"
        yield from _named(by_id, item.shipment_id, item.sku, at, seen)
        left = _left(by_id[item.shipment_id], item.sku) if item.shipment_id in by_id else 0
        known = item.shipment_id in by_id and item.sku in {line.sku for line in by_id[item.shipment_id].lines}
        if known and item.units is not None and item.units > left:
            yield Fault(f"{at}/missing", "too_many", f"Only {left} of {item.sku} are not picked yet.")
