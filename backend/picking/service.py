"""Scans: kept once each, units picked once each. Locks: order rows, shipment rows; then what `fulfillment` locks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backend.clock import system_now
from backend.fulfillment import service as fulfillment
from backend.fulfillment import store as shipments
from backend.fulfillment.rules import StepCommand, goes_by_itself
from backend.persistence.bulk import insert_missing
from backend.persistence.uow import Uow
from backend.picking import rules, scene, store
from backend.picking.rules import Outcome, Work
from backend.picking.scene import ScanIn, Scene
from backend.waves import membership
from models.enums import ShipmentStatus
from models.errors import DomainError, ErrorCode, invalid
from models.tables import Scan

__all__ = ["ScanIn", "ScanOutcome", "complete", "record"]


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """What became of a scan; `slot` is the put-wall slot its unit belongs to. `again`: it was known before."""

    outcome: Outcome
    slot: int | None
    again: bool


def record(uow: Uow, scans: Sequence[ScanIn]) -> list[ScanOutcome]:
    """Keep scans and pick what they name, in order; return what became of each.

    A refused scan (wrong item, extra item, …) is an outcome, not an error. The first unit of an open shipment accepts
    and claims it, the last one completes its pick step. Raises INVALID, NOT_FOUND or CONFLICT with every fault,
    pointers `/{index}/…`; then nothing was kept.
    """
    faults = list(scene.shape_faults(scans))
    if faults:
        raise invalid(faults)
    met = scene.gather(uow, scans)
    outcomes = rules.decide(met.asked, met.works, met.known)
    fresh = [(scan, outcome) for scan, outcome in zip(scans, outcomes, strict=True) if _is_new(met, scan)]
    moments = {scan.scan_id: met.moment(scan, outcome.shipment_id, uow.now) for scan, outcome in fresh}
    _keep(uow, fresh, moments)
    after = _add(uow, met, [outcome for _, outcome in fresh])
    _begin(uow, met, after, _edge(min, fresh, moments))
    for wave_id in sorted({scan.wave_id for scan, outcome in fresh if scan.wave_id is not None and outcome.units}):
        membership.started(uow, wave_id)
    _finish(uow, after, _edge(max, fresh, moments))
    return [
        ScanOutcome(outcome, met.slot(scan.wave_id, outcome.shipment_id), again=not _is_new(met, scan))
        for scan, outcome in zip(scans, outcomes, strict=True)
    ]


def complete(uow: Uow, shipment_ids: Sequence[int]) -> None:
    """Complete the pick step of those of these shipments that need nothing more, as after a short pick or a split."""
    works, _ = store.works(uow, shipment_ids, {})
    begun = [work for work in works.values() if work.lines and any(line.picked for line in work.lines)]
    _finish(uow, begun, dict.fromkeys(works, uow.now))


def _is_new(met: Scene, scan: ScanIn) -> bool:
    return scan.scan_id not in met.known.outcomes


def _keep(uow: Uow, fresh: Sequence[tuple[ScanIn, Outcome]], moments: Mapping[str, datetime]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "scan_id": scan.scan_id,
            "shipment_id": outcome.shipment_id or scan.shipment_id,
            "shipment_line_id": outcome.line_id,
            "wave_id": scan.wave_id,
            "code": scan.code,
            "undoes": scan.undoes,
            "units": outcome.units,
            "result": outcome.result.value,
            "actor": uow.actor.label,
            "at": moments[scan.scan_id],
            "recorded_at": system_now(),
        }
        for scan, outcome in fresh
    ]
    if insert_missing(uow.session, Scan, sorted(rows, key=lambda row: str(row["scan_id"]))) != len(rows):
        raise DomainError(ErrorCode.CONFLICT, "These scans are being taken at this very moment; send them again.")


def _add(uow: Uow, met: Scene, outcomes: Sequence[Outcome]) -> list[Work]:
    """Add the units to their lines; return the shipments that changed, as they are now."""
    more: Counter[int] = Counter()
    for outcome in outcomes:
        if outcome.line_id is not None:
            more[outcome.line_id] += outcome.units
    before = {line.id: line.picked for work in met.works.values() for line in work.lines}
    if not store.add_picked(uow, before, more):
        raise DomainError(ErrorCode.STALE, "A shipment changed at the same moment; send the scans again.")
    touched = sorted({outcome.shipment_id for outcome in outcomes if outcome.units and outcome.shipment_id})
    return [
        replace(work, lines=tuple(replace(line, picked=line.picked + more[line.id]) for line in work.lines))
        for work in (met.works[id_] for id_ in touched)
    ]


def _begin(uow: Uow, met: Scene, works: Sequence[Work], at: Mapping[int, datetime]) -> None:
    """Let shipments that were touched for the first time be accepted, and be whose hands they are in."""
    facts = [met.facts[work.id] for work in works]
    shipments.change(uow, facts, [{"held": fact.held} for fact in facts])  # its version: how far it is has changed
    fulfillment.claim(uow, [fact.id for fact in facts if fact.claimed_by is None])
    opened = [work.id for work in works if work.status is ShipmentStatus.OPEN]
    _complete(uow, opened, ShipmentStatus.ACCEPTED, at)


def _finish(uow: Uow, works: Sequence[Work], at: Mapping[int, datetime]) -> None:
    """Complete the pick step of shipments that have all they need."""
    done = [work.id for work in works if work.complete]
    _complete(uow, done, ShipmentStatus.PICKED, at)


def _complete(uow: Uow, ids: Sequence[int], to: ShipmentStatus, at: Mapping[int, datetime]) -> None:
    """Complete the step that leads to a status, where the workflow has it next and it asks for nothing."""
    ready = [fact.id for fact in shipments.load(uow, ids) if goes_by_itself(fact, to, role=uow.actor.role)]
    fulfillment.advance(uow, [StepCommand(id_, to, at=at[id_]) for id_ in ready])


def _edge(
    edge: Callable[[Iterable[datetime]], datetime],
    fresh: Sequence[tuple[ScanIn, Outcome]],
    moments: Mapping[str, datetime],
) -> dict[int, datetime]:
    """Return the first (or last) moment at which something was scanned for each shipment."""
    by_shipment: dict[int, list[datetime]] = {}
    for scan, outcome in fresh:
        by_shipment.setdefault(outcome.shipment_id or 0, []).append(moments[scan.scan_id])
    return {id_: edge(found) for id_, found in by_shipment.items()}
