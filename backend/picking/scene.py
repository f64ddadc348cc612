"""What a batch of scans meets: its shipments, locked, as they are now, and what is known of these scans already."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.catalog import queries as catalog
from backend.fulfillment import journal
from backend.fulfillment import service as fulfillment
from backend.fulfillment import store as shipments
from backend.fulfillment.rules import ShipmentFacts, may_undo
from backend.persistence.uow import Uow
from backend.picking import store
from backend.picking.rules import Asked, Known, Work, true_moment
from models.enums import ShipmentStatus
from models.errors import DomainError, ErrorCode, Fault, invalid


@dataclass(frozen=True, slots=True)
class ScanIn:
    """A scan as a device tells it. `scan_id` is made there: told twice, it counts once.

    It is for a shipment, or for a wave, where it goes to whichever shipment needs it first; for both: to that shipment
    of the wave if it still needs it. `units` is what was counted, below zero to take back; `undoes` takes back what
    another scan gave. `at` is what the device believes.
    """

    scan_id: str
    code: str
    shipment_id: int | None = None
    wave_id: int | None = None
    units: int = 1
    undoes: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that deciding and applying needs; the shipments and their orders are locked."""

    facts: Mapping[int, ShipmentFacts]
    works: Mapping[int, Work]
    rows: Mapping[int, store.Row]
    waves: Mapping[int, store.InWave]
    asked: Sequence[Asked]
    known: Known

    def slot(self, wave_id: int | None, shipment_id: int | None) -> int | None:
        """Return the put-wall slot of a shipment in a wave."""
        return self.waves[wave_id].slots.get(shipment_id) if wave_id and shipment_id else None

    def moment(self, scan: ScanIn, shipment_id: int | None, now: datetime) -> datetime:
        """Return when a scan happened, as far as its device can be believed."""
        row = self.rows.get(shipment_id or 0)
        return true_moment(scan.at, earliest=(row.accepted_at or row.assigned_at) if row else now, now=now)


def gather(uow: Uow, scans: Sequence[ScanIn]) -> Scene:
    """Lock and load. Raises INVALID or NOT_FOUND with every fault."""
    waves = store.waves(uow, {scan.wave_id for scan in scans if scan.wave_id is not None})
    wanted = _wanted(uow, scans, waves)
    undone = store.scans(uow, {scan.undoes for scan in scans if scan.undoes is not None})
    ids = {id_ for found in wanted for id_ in found} | {row.shipment_id for row in undone if row.shipment_id}
    facts = _lock(uow, ids, scans, waves)
    # Only now, under the locks: whoever sent the same scan a moment ago has committed it.
    before = store.scans(uow, {text for scan in scans for text in (scan.scan_id, scan.undoes) if text})
    _refuse_reused(scans, {row.scan_id: row for row in before})
    known = store.known(uow, before)
    facts |= _reopened(uow, [facts[id_] for id_ in _given_by_undone(scans, known) if id_ in facts])
    places = {id_: place for wave in waves.values() for id_, place in wave.places.items()}
    works, rows = store.works(uow, ids, places)
    asked = [
        Asked(
            scan.scan_id,
            scan.code,
            scan.units,
            tuple(id_ for id_ in found if scan.wave_id in (None, rows[id_].wave_id)),
            first=scan.shipment_id,
            closed=scan.wave_id is not None and not waves[scan.wave_id].open,
            undoes=scan.undoes,
        )
        for scan, found in zip(scans, wanted, strict=True)
    ]
    codes = {scan.code for scan in scans}
    ours = codes & {code for work in works.values() for line in work.lines for code in line.codes}
    known.codes = ours | catalog.known_codes(uow, codes - ours)
    return Scene(facts, works, rows, waves, asked, known)


def _wanted(uow: Uow, scans: Sequence[ScanIn], waves: Mapping[int, store.InWave]) -> list[list[int]]:
    """Return the shipments each scan may go to: the one it names, or those of its wave that hold what was scanned."""
    lines = store.lines(uow, {id_ for wave in waves.values() for id_ in wave.places})
    holders: dict[int, dict[str, list[int]]] = {wave_id: {} for wave_id in waves}
    for wave_id, wave in waves.items():
        for id_ in wave.places:
            for code in {code for line in lines.get(id_, ()) for code in line.codes}:
                holders[wave_id].setdefault(code, []).append(id_)
    return [
        [scan.shipment_id or 0] if scan.wave_id is None else holders.get(scan.wave_id, {}).get(scan.code, [])
        for scan in scans
    ]


def _lock(
    uow: Uow, ids: Collection[int], scans: Sequence[ScanIn], waves: Mapping[int, store.InWave]
) -> dict[int, ShipmentFacts]:
    """Lock the shipments; name every one, and every wave, that is not there for this actor."""
    seen = store.visible_shipments(uow, ids)
    faults = [
        Fault(f"/{index}/{name}", "not_found", f"There is no {what} {id_}.")
        for index, scan in enumerate(scans)
        for name, what, id_, there in (
            ("shipment_id", "shipment", scan.shipment_id, seen),
            ("wave_id", "wave", scan.wave_id, waves),
        )
        if id_ is not None and id_ not in there
    ]
    if faults:
        raise DomainError(ErrorCode.NOT_FOUND, faults[0].message, faults=faults)
    return {fact.id: fact for fact in shipments.load(uow, sorted(seen))}


def _given_by_undone(scans: Sequence[ScanIn], known: Known) -> list[int]:
    """Return the shipments that have what is now taken back for the first time, ascending."""
    fresh = {scan.undoes for scan in scans if scan.undoes is not None and scan.scan_id not in known.outcomes}
    given = [known.outcomes[id_] for id_ in fresh - known.undone if id_ in known.outcomes]
    return sorted({one.shipment_id for one in given if one.shipment_id is not None and one.units > 0})


def _reopened(uow: Uow, facts: Sequence[ShipmentFacts]) -> dict[int, ShipmentFacts]:
    """Take back the pick step of those whose last unit is being taken back; return them as they are then."""
    picked = [fact for fact in facts if fact.status is ShipmentStatus.PICKED]
    last = journal.last_done(uow, [fact.id for fact in picked])
    again = [
        fact.id
        for fact in picked
        if (step := fact.way.reaching(ShipmentStatus.PICKED)) is not None
        and fact.step == step.code
        and may_undo(fact, last.get(fact.id), role=uow.actor.role) is None
    ]
    fulfillment.undo(uow, again)
    return {fact.id: fact for fact in shipments.load(uow, again)}


def _refuse_reused(scans: Sequence[ScanIn], before: Mapping[str, Any]) -> None:
    """Refuse ids that were given to other scans: nothing is said of those, which may be of another's shipment."""
    faults = [
        Fault(f"/{index}/scan_id", "reused", "This scan_id was given to another scan; make one for each.")
        for index, scan in enumerate(scans)
        if (row := before.get(scan.scan_id)) is not None and not _same(scan, row)
    ]
    if faults:
        raise invalid(faults, code=ErrorCode.CONFLICT)


def _same(scan: ScanIn, row: Any) -> bool:
    if scan.wave_id != row.wave_id or (scan.wave_id is None and scan.shipment_id != row.shipment_id):
        return False
    return bool(row.code == scan.code and row.undoes == scan.undoes)


def shape_faults(scans: Sequence[ScanIn]) -> Iterator[Fault]:
    """Yield what is wrong with scans before anything is looked up."""
    seen: set[str] = set()
    for index, scan in enumerate(scans):
        if scan.scan_id in seen:
            yield Fault(f"/{index}/scan_id", "duplicate", "Each scan of a call has a scan_id of its own.")
        seen.add(scan.scan_id)
        if scan.shipment_id is None and scan.wave_id is None:
            yield Fault(f"/{index}", "missing", "A scan is for a shipment_id or a wave_id.")
        if scan.units == 0:
            yield Fault(f"/{index}/units", "out_of_range", "A scan counts at least one unit, or takes one back.")
