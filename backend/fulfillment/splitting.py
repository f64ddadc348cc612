"""What of a shipment may part from it, and what then goes and stays. Pure; who carries it out is `remainder.py`.

Units are conserved, neither side is left empty, and what is in the fulfiller's hands stays with him as long as it can.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from backend.fulfillment.rules import ShipmentFacts
from models.enums import ShipmentStatus
from models.errors import DomainError, ErrorCode, Fault, invalid

#: Until it is packed a shipment may be split; after that its parcels say what is in them.
DIVISIBLE = (ShipmentStatus.OPEN, ShipmentStatus.ACCEPTED, ShipmentStatus.PICKED)
#: While it is picked, something may turn out not to be there.
PICKABLE = (ShipmentStatus.OPEN, ShipmentStatus.ACCEPTED)


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line of a shipment: `picked` units are in hand, `awaited` come by a transfer and are not promised here."""

    id: int
    order_line_id: int
    product_id: int
    sku: str
    quantity: int
    picked: int = 0
    awaited: int = 0

    @property
    def here(self) -> int:
        """Return the units that are promised at the shipment's own location."""
        return self.quantity - self.awaited

    @property
    def to_pick(self) -> int:
        """Return the units that are still on the shelf, or should be."""
        return self.here - self.picked


@dataclass(frozen=True, slots=True)
class AskedLine:
    """Units of a product that are to part from a shipment."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Taking:
    """Units that leave a line, `picked` of them out of the fulfiller's hands."""

    line: LineFacts
    units: int
    picked: int = 0


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """What goes; `stays` counts the units that remain."""

    goes: tuple[Taking, ...]
    stays: int


class SplitNotAllowed(DomainError):
    """The shipment cannot be parted that way; `faults` say why."""


def plan_split(shipment: ShipmentFacts, lines: Sequence[LineFacts], asked: Sequence[AskedLine]) -> SplitPlan:
    """Return what goes and what stays when these units part; units not picked yet go first.

    Raises SplitNotAllowed when the step does not allow it or the quantities cannot be met or leave nothing.
    """
    _step_allows(shipment, DIVISIBLE, "split")
    return _plan(lines, asked, in_hand=True)


def plan_short(shipment: ShipmentFacts, lines: Sequence[LineFacts], missing: Sequence[AskedLine]) -> SplitPlan:
    """Return what goes when these units were not found; what is in hand was found. Everything may be missing."""
    _step_allows(shipment, PICKABLE, "picked short")
    return _plan(lines, missing, in_hand=False, may_empty=True)


def plan_wanting(shipment: ShipmentFacts, lines: Sequence[LineFacts], asked: Sequence[AskedLine]) -> SplitPlan:
    """Return the units that are to come from elsewhere; what is in hand, or comes already, is not wanted."""
    _step_allows(shipment, PICKABLE, "filled by a transfer")
    return _plan(lines, asked, in_hand=False, may_empty=True)


def may_split_off(shipment: ShipmentFacts) -> None:
    """Raise SplitNotAllowed for a transfer: whoever waits for it waits for one."""
    if shipment.for_shipment_id is not None:
        raise _not_allowed(f"Shipment {shipment.id} is a transfer; give back what it cannot bring instead.")


def plan_rest(lines: Sequence[LineFacts], skus: Collection[str]) -> SplitPlan:
    """Return everything of these products that is not in hand; nothing may go, or everything."""
    goes = tuple(Taking(line, line.to_pick) for line in lines if line.sku in skus and line.to_pick)
    return SplitPlan(goes, sum(line.quantity for line in lines) - sum(taking.units for taking in goes))


def _step_allows(shipment: ShipmentFacts, statuses: Sequence[ShipmentStatus], what: str) -> None:
    words = None
    if shipment.held:
        words = f"Shipment {shipment.id} is on hold; release it first."
    elif shipment.status not in statuses:
        words = f"Shipment {shipment.id} is {shipment.status.value.replace('_', ' ')}; it cannot be {what}."
    if words is not None:
        raise _not_allowed(words)


def _not_allowed(words: str) -> SplitNotAllowed:
    return SplitNotAllowed(ErrorCode.ILLEGAL_TRANSITION, words, faults=[Fault("", "illegal_transition", words)])


def _plan(
    lines: Sequence[LineFacts], asked: Sequence[AskedLine], *, in_hand: bool, may_empty: bool = False
) -> SplitPlan:
    faults = [] if asked else [Fault("/lines", "empty", "Say which units part.")]
    goes: list[Taking] = []
    seen: set[str] = set()
    for index, item in enumerate(asked):
        mine = [line for line in lines if line.sku == item.sku]
        limit = sum(line.here if in_hand else line.to_pick for line in mine)
        if item.sku in seen:
            faults.append(Fault(f"/lines/{index}/sku", "duplicate", f"{item.sku} comes twice."))
        elif not mine:
            faults.append(Fault(f"/lines/{index}/sku", "unknown_sku", f"There is no {item.sku} in this shipment."))
        elif not 1 <= item.quantity <= limit:
            rest = "" if in_hand else " that are not in hand"
            words = f"From 1 to {limit} units of {item.sku}{rest} can part." if limit else f"No {item.sku} can part."
            faults.append(Fault(f"/lines/{index}/quantity", "out_of_range", words))
        else:
            goes += _take(mine, item.quantity, in_hand=in_hand)
        seen.add(item.sku)
    stays = sum(line.quantity for line in lines) - sum(taking.units for taking in goes)
    if not faults and not stays and not may_empty:
        words = "All of it would go; reassign it or give it back instead."
        faults.append(Fault("/lines", "nothing_left", words))
    if faults:
        raise SplitNotAllowed(ErrorCode.INVALID, invalid(faults).message, faults=faults)
    return SplitPlan(tuple(goes), stays)


def _take(lines: Sequence[LineFacts], wanted: int, *, in_hand: bool) -> list[Taking]:
    """Take units off lines of one product, the later line first; from hands only once no shelf has any more."""
    loose = {line.id: 0 for line in lines}
    held = dict(loose)
    for line in reversed(lines):
        loose[line.id] = min(wanted, line.to_pick)
        wanted -= loose[line.id]
    for line in reversed(lines) if in_hand else ():
        held[line.id] = min(wanted, line.picked)
        wanted -= held[line.id]
    return [
        Taking(line, loose[line.id] + held[line.id], held[line.id]) for line in lines if loose[line.id] or held[line.id]
    ]
