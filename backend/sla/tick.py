"""Time passing: clocks whose band changes by now, and locations whose hold time is over. Nothing else is touched.

Both are found by partial indexes on "when must I look again", so that a tick costs what is due, never what is open.
Every change is stamped with its true moment, however late the tick.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.persistence.bulk import fetch_in, insert_rows, is_one_of, table_of
from backend.persistence.uow import Uow
from backend.sla.health import HealthLedger
from backend.sla.notices import Crossing, crossed
from models.enums import ClockState, Compliance
from models.tables import Location, LocationHealth, Shipment, SlaClock, SlaDefinition, SlaTransition

CLOCK, SHIPMENT, HEALTH = table_of(SlaClock), table_of(Shipment), table_of(LocationHealth)
DEFINITION, LOCATION = table_of(SlaDefinition), table_of(Location)

_RANK = {band.value: band.severity for band in Compliance}
_NON_COMPLIANT, _AT_RISK = Compliance.NON_COMPLIANT.value, Compliance.AT_RISK.value


@dataclass(frozen=True, slots=True)
class TickReport:
    """What a tick found due, how many changes it stamped, and when it must look again (None: nothing is running)."""

    examined: int
    changed: int
    next_check_at: datetime | None


def tick(uow: Uow, *, now: datetime, limit: int = 1000) -> TickReport:
    """Stamp the bands of at most `limit` due clocks and grade locations whose hold time is over."""
    check_at, regrade_at = _next(uow)
    examined = changed = 0
    if check_at is not None and check_at <= now:
        examined, changed = _clocks(uow, now=now, limit=limit)
        check_at = _next(uow)[0]
    if regrade_at is not None and regrade_at <= now:
        graded = _gradings(uow, now=now, limit=limit)
        examined, changed = examined + graded, changed + graded
        if graded:
            uow.ending(HealthLedger).close(uow)  # now, so that the next instant below is that of the new rows
            regrade_at = _next(uow)[1]
    return TickReport(examined, changed, min((at for at in (check_at, regrade_at) if at is not None), default=None))


def _next(uow: Uow) -> tuple[datetime | None, datetime | None]:
    """Return the earliest next check and the earliest regrading: the first entry of two indexes."""
    check = sa.select(sa.func.min(CLOCK.c.next_check_at)).where(CLOCK.c.next_check_at.is_not(None))
    regrade = sa.select(sa.func.min(HEALTH.c.regrade_at)).where(HEALTH.c.regrade_at.is_not(None))
    row = uow.session.connection().execute(sa.select(check.scalar_subquery(), regrade.scalar_subquery())).one()
    return row[0], row[1]


def _clocks(uow: Uow, *, now: datetime, limit: int) -> tuple[int, int]:
    shipments = _locked_shipments(uow, now=now, limit=limit)
    if not shipments:
        return 0, 0
    open_of: dict[int, list[Any]] = defaultdict(list)
    for row in fetch_in(uow.session, _RUNNING, CLOCK.c.shipment_id, shipments):
        open_of[row.shipment_id].append(row)
    due = [row for rows in open_of.values() for row in rows if row.next_check_at and row.next_check_at <= now]
    late = [row for row in due if row.due_at <= now]
    risky = [row for row in due if row.due_at > now]
    stamped = _move(uow, late, _NON_COMPLIANT, now=now) | _move(uow, risky, _AT_RISK, now=now)
    crossings = sorted(
        (step for row in due if row.id in stamped for step in _steps(row, now=now)),
        key=lambda step: (step.at, step.clock_id),
    )
    _audit(uow, crossings)
    _shift(uow, shipments, open_of, crossings)
    return len(due), len(crossings)


_RUNNING = sa.select(
    CLOCK.c.id,
    CLOCK.c.shipment_id,
    CLOCK.c.location_id,
    CLOCK.c.definition_id,
    CLOCK.c.status,
    CLOCK.c.started_at,
    CLOCK.c.at_risk_at,
    CLOCK.c.due_at,
    CLOCK.c.next_check_at,
).where(CLOCK.c.state == ClockState.RUNNING.value)


def _locked_shipments(uow: Uow, *, now: datetime, limit: int) -> dict[int, Any]:
    """Return the shipments of the first `limit` due clocks, locked. Those that another transaction holds are left to
    the next tick: either a command is changing them, or another worker ticks them."""
    first = (
        sa.select(CLOCK.c.shipment_id).where(CLOCK.c.next_check_at <= now).order_by(CLOCK.c.next_check_at).limit(limit)
    )
    ids = uow.session.connection().scalars(first).all()
    lock = (
        sa.select(
            SHIPMENT.c.id,
            SHIPMENT.c.order_id,
            SHIPMENT.c.location_id,
            SHIPMENT.c.sla_status,
            SHIPMENT.c.customer_tier,
        )
        .order_by(SHIPMENT.c.id)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return {row.id: row for row in fetch_in(uow.session, lock, SHIPMENT.c.id, ids)}


def _move(uow: Uow, rows: Sequence[Any], band: str, *, now: datetime) -> set[int]:
    """Compare-and-set the clocks to `band`; return the ids that were still due."""
    if not rows:
        return set()
    next_check = sa.null() if band == _NON_COMPLIANT else CLOCK.c.due_at
    statement = (
        sa.update(CLOCK)
        .where(
            is_one_of(uow.session, CLOCK.c.id, sorted(row.id for row in rows)),
            CLOCK.c.state == ClockState.RUNNING.value,
            CLOCK.c.next_check_at <= now,
        )
        .values(status=band, next_check_at=next_check, version=CLOCK.c.version + 1)
        .returning(CLOCK.c.id)
    )
    return set(uow.session.connection().scalars(statement))


def _steps(row: Any, *, now: datetime) -> list[Crossing]:
    """Return the bands a due clock passed, each at its true moment."""

    def step(was: str, becomes: str, at: datetime) -> Crossing:
        moment = max(at, row.started_at)
        return Crossing(row.id, row.shipment_id, row.location_id, row.definition_id, was, becomes, moment, row.due_at)

    if row.due_at > now:
        return [step(row.status, _AT_RISK, row.at_risk_at)]
    if row.status != _AT_RISK and row.at_risk_at < row.due_at:
        return [step(row.status, _AT_RISK, row.at_risk_at), step(_AT_RISK, _NON_COMPLIANT, row.due_at)]
    return [step(row.status, _NON_COMPLIANT, row.due_at)]


def _audit(uow: Uow, crossings: Sequence[Crossing]) -> None:
    insert_rows(
        uow.session,
        SlaTransition,
        [
            {
                "clock_id": step.clock_id,
                "shipment_id": step.shipment_id,
                "location_id": step.location_id,
                "from_word": step.was,
                "to_word": step.becomes,
                "at": step.at,
                "detected_at": uow.now,
                "reason": "time",
                "definition_id": step.definition_id,
                "actor": uow.actor.label,
            }
            for step in crossings
        ],
    )


def _shift(uow: Uow, shipments: dict[int, Any], open_of: dict[int, list[Any]], crossings: Sequence[Crossing]) -> None:
    """Carry the crossings, in order of time, into the shipments' own status, the health deltas and the events."""
    bands = {clock.id: clock.status for rows in open_of.values() for clock in rows}
    status = {id_: row.sla_status for id_, row in shipments.items()}
    ledger = uow.ending(HealthLedger)
    told: list[tuple[Crossing, str | None]] = []
    for step in crossings:
        bands[step.clock_id] = step.becomes
        worst = max((bands[clock.id] for clock in open_of[step.shipment_id]), key=_RANK.__getitem__)
        was = status[step.shipment_id]
        if worst == was:
            continue
        status[step.shipment_id] = worst
        ledger.move(was=(step.location_id, was), becomes=(step.location_id, worst), at=step.at)
        told.append((step, was))
    changed: dict[str, list[int]] = defaultdict(list)
    for id_, word in status.items():
        if word is not None and word != shipments[id_].sla_status:
            changed[word].append(id_)
    for word, ids in changed.items():
        statement = (
            sa.update(SHIPMENT).where(is_one_of(uow.session, SHIPMENT.c.id, sorted(ids))).values(sla_status=word)
        )
        uow.session.connection().execute(statement)
    _tell(uow, shipments, told)


def _tell(uow: Uow, shipments: dict[int, Any], told: Sequence[tuple[Crossing, str | None]]) -> None:
    definitions = {
        row.id: row
        for row in fetch_in(
            uow.session,
            sa.select(DEFINITION.c.id, DEFINITION.c.code, DEFINITION.c.version),
            DEFINITION.c.id,
            {step.definition_id for step, _ in told},
        )
    }
    codes = {
        row.id: row.code
        for row in fetch_in(
            uow.session,
            sa.select(LOCATION.c.id, LOCATION.c.code),
            LOCATION.c.id,
            {step.location_id for step, _ in told},
        )
    }
    for step, was in told:
        crossed(
            uow,
            step,
            was=was,
            shipment=shipments[step.shipment_id],
            location=codes[step.location_id],
            definition=definitions[step.definition_id],
        )


def _gradings(uow: Uow, *, now: datetime, limit: int) -> int:
    due = sa.select(HEALTH.c.location_id).where(HEALTH.c.regrade_at <= now).order_by(HEALTH.c.regrade_at).limit(limit)
    ids = uow.session.connection().scalars(due).all()
    for id_ in ids:
        uow.ending(HealthLedger).look_again(id_)
    return len(ids)
