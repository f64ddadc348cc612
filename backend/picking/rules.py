"""What becomes of a scan. Pure: shipments as they are now, scans in the order they were made, outcomes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from models.enums import ShipmentStatus
from models.floor import ScanResult

#: In these something may be picked; in the next one all of it is, and what is scanned is compared with it.
PICKABLE = frozenset({ShipmentStatus.OPEN, ShipmentStatus.ACCEPTED})
STILL_COMPARED = PICKABLE | {ShipmentStatus.PICKED}


@dataclass(frozen=True, slots=True)
class Line:
    """A product of a shipment: `picked` of its units are in somebody's hands, `awaited` are still to be brought."""

    id: int
    shipment_id: int
    quantity: int
    awaited: int
    picked: int
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Work:
    """A shipment as those who pick it see it. `hurry` sorts: what is due first comes first."""

    id: int
    status: ShipmentStatus
    held: bool
    lines: tuple[Line, ...]
    hurry: tuple[datetime, int]

    @property
    def takes(self) -> bool:
        """Whether a unit may be added or taken back."""
        return self.status in PICKABLE and not self.held

    @property
    def compares(self) -> bool:
        """Whether what is scanned is still compared with it."""
        return self.status in STILL_COMPARED and not self.held

    @property
    def complete(self) -> bool:
        """Whether nothing is left to pick."""
        return self.takes and all(line.picked == line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class Asked:
    """A scan: `units` of what answers to `code` go to one of `shipments`, or come back when below zero: to `first` of
    all, if it needs them.

    `closed` says that its wave is not to be picked. `undoes` names the scan that is taken back, whatever it gave.
    """

    scan_id: str
    code: str
    units: int
    shipments: tuple[int, ...]
    first: int | None = None
    closed: bool = False
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a scan: `units` were added to the line, fewer than asked for when more were not needed."""

    scan_id: str
    result: ScanResult
    units: int = 0
    shipment_id: int | None = None
    line_id: int | None = None


@dataclass(slots=True)
class Known:
    """What was so before: outcomes of earlier scans, which of them were taken back, codes that some product has."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)
    codes: Collection[str] = ()


def decide(scans: Sequence[Asked], works: Mapping[int, Work], known: Known) -> list[Outcome]:
    """Return the outcome of each scan in order; one that is known by its id has the outcome it had."""
    picked = {line.id: line.picked for work in works.values() for line in work.lines}
    outcomes, undone = dict(known.outcomes), set(known.undone)
    for scan in scans:
        if scan.scan_id in outcomes:
            continue
        near = [works[id_] for id_ in scan.shipments if id_ in works]
        near.sort(key=lambda work: (work.id != scan.first, work.hurry))
        if scan.undoes is not None:
            outcome = _undo(scan, outcomes.get(scan.undoes), works, picked, again=scan.undoes in undone)
            undone |= {scan.undoes} if outcome.units else set()
        elif scan.units < 0:
            outcome = _put_back(scan, near, picked)
        else:
            outcome = _pick(scan, near, picked, known.codes)
        if outcome.line_id is not None:
            picked[outcome.line_id] += outcome.units
        outcomes[scan.scan_id] = outcome
    return [outcomes[scan.scan_id] for scan in scans]


def _pick(scan: Asked, near: Sequence[Work], picked: Mapping[int, int], codes: Collection[str]) -> Outcome:
    compared = [work for work in near if work.compares]
    if scan.closed or (near and not compared):
        return Outcome(scan.scan_id, ScanResult.CLOSED, shipment_id=near[0].id if near else None)
    lines = [(work, line) for work in compared for line in work.lines if scan.code in line.codes]
    for work, line in lines:
        left = line.quantity - line.awaited - picked[line.id]
        if work.takes and left > 0:
            units = min(left, scan.units)
            result = ScanResult.PICKED if units == scan.units else ScanResult.EXTRA_ITEM
            return Outcome(scan.scan_id, result, units, work.id, line.id)
    if lines:
        return Outcome(scan.scan_id, ScanResult.EXTRA_ITEM, 0, lines[0][0].id, lines[0][1].id)
    result = ScanResult.WRONG_ITEM if scan.code in codes else ScanResult.UNKNOWN_BARCODE
    return Outcome(scan.scan_id, result, shipment_id=compared[0].id if len(compared) == 1 else None)


def _undo(
    scan: Asked, before: Outcome | None, works: Mapping[int, Work], picked: Mapping[int, int], *, again: bool
) -> Outcome:
    """Take back what an earlier scan gave: nothing when it gave nothing, or was taken back before."""
    if before is None or before.line_id is None or before.units <= 0 or again:
        return Outcome(scan.scan_id, ScanResult.UNDONE, shipment_id=before.shipment_id if before else None)
    work = works.get(before.shipment_id or 0)
    if work is None or before.line_id not in picked:  # the line went elsewhere, picked or not
        return Outcome(scan.scan_id, ScanResult.CLOSED, shipment_id=before.shipment_id)
    if not work.takes:
        return Outcome(scan.scan_id, ScanResult.CLOSED, shipment_id=work.id)
    units = min(before.units, picked[before.line_id])
    return Outcome(scan.scan_id, ScanResult.UNDONE, -units, work.id, before.line_id)


def _put_back(scan: Asked, near: Sequence[Work], picked: Mapping[int, int]) -> Outcome:
    """Take units back from whoever is in the least hurry for them."""
    if scan.closed or not any(work.takes for work in near):
        return Outcome(scan.scan_id, ScanResult.CLOSED, shipment_id=near[0].id if near else None)
    takers = [work for work in near if work.takes]
    for work in (*takers[:1], *reversed(takers[1:])) if takers[0].id == scan.first else reversed(takers):
        for line in work.lines:
            if scan.code in line.codes and picked[line.id]:
                return Outcome(scan.scan_id, ScanResult.UNDONE, -min(picked[line.id], -scan.units), work.id, line.id)
    return Outcome(scan.scan_id, ScanResult.UNDONE)


def true_moment(said: datetime | None, *, earliest: datetime, now: datetime) -> datetime:
    """Return when a scan happened: the device's clock is not trusted beyond what can be."""
    return now if said is None else min(max(said, earliest), now)
