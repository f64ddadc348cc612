"""Load shipments with their clocks, and write back what happened to them. No rule; what happens is `life.py`.

A shipment's row lock guards its clocks: whoever writes clocks holds it, taken in ascending order of shipment id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import sqlalchemy as sa

from backend.persistence.bulk import allocate_ids, fetch_in, insert_rows, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from backend.sla.calendar import calendar_of
from backend.sla.facts import NewOnClock
from backend.sla.health import HealthLedger
from backend.sla.life import Track
from backend.sla.notices import shipment_changed
from backend.sla.rules import ClockFacts, Place, Promise, ShipmentFacts
from backend.wakeups import Topic
from models.enums import (
    ClockScope,
    ClockState,
    Compliance,
    Counting,
    DefinitionStatus,
    Method,
    Step,
    TargetKind,
)
from models.tables import Location, Shipment, SlaClock, SlaDefinition, SlaTransition

SHIPMENT, CLOCK = table_of(Shipment), table_of(SlaClock)
DEFINITION, LOCATION = table_of(SlaDefinition), table_of(Location)

_ENDS = (ClockState.MET, ClockState.MISSED)
_STEP_COLUMNS = {step: f"{step.value}_at" for step in Step}


class Rows(Enum):
    """Whether the shipments' own rows are to be changed too, or were written with what they must hold."""

    UPDATE = auto()
    WRITTEN = auto()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A track with what was there before, so that only differences are written."""

    track: Track
    before: tuple[ClockFacts, ...]
    status: str | None
    due_at: Any
    location_id: int  # where its running work counted before


def promises(uow: Uow, *, also: Iterable[int] = ()) -> dict[int, tuple[Promise, bool]]:
    """Return definitions by id, each with whether it is active: all active ones, and those in `also`."""
    rows = uow.session.connection().execute(
        sa.select(DEFINITION).where(
            sa.or_(DEFINITION.c.status == DefinitionStatus.ACTIVE.value, DEFINITION.c.id.in_(sorted(set(also))))
        )
    )
    return {row.id: (promise_of(row), row.status == DefinitionStatus.ACTIVE.value) for row in rows}


def promise_of(row: Any) -> Promise:
    """Return a definition row as the rules see it."""
    return Promise(
        id=row.id,
        code=row.code,
        version=row.version,
        method=Method(row.method),
        scope=ClockScope(row.scope),
        start_step=Step(row.start_step),
        end_step=Step(row.end_step),
        target_kind=TargetKind(row.target_kind),
        target_seconds=row.target_seconds,
        counting=Counting(row.counting),
        at_risk_percent=row.at_risk_percent,
        non_compliant_percent=row.non_compliant_percent,
        location_code=row.location_code,
        group_code=row.group_code,
        service_level=row.service_level,
        channel=row.channel,
        customer_tier=row.customer_tier,
    )


def places(uow: Uow, ids: Iterable[int]) -> dict[int, Place]:
    """Return locations by id."""
    columns = sa.select(
        LOCATION.c.id,
        LOCATION.c.code,
        LOCATION.c.groups,
        LOCATION.c.time_zone,
        sa.cast(LOCATION.c.hours, sa.Text).label("hours_text"),
    )
    return {
        row.id: Place(row.id, row.code, frozenset(row.groups), calendar_of(row.hours_text, row.time_zone))
        for row in fetch_in(uow.session, columns, LOCATION.c.id, ids)
    }


def load(uow: Uow, shipment_ids: Iterable[int]) -> tuple[dict[int, Loaded], list[Promise]]:
    """Lock shipments and return them with all their clocks, and the active promises. Unknown ids are left out."""
    ids = sorted(set(shipment_ids))
    rows = fetch_in(
        uow.session,
        sa.select(SHIPMENT).order_by(SHIPMENT.c.id).with_for_update(key_share=True),
        SHIPMENT.c.id,
        ids,
    )
    clock_rows = fetch_in(uow.session, sa.select(CLOCK).order_by(CLOCK.c.id), CLOCK.c.shipment_id, ids)
    known = promises(uow, also=(row.definition_id for row in clock_rows))
    place_of = places(uow, {row.location_id for row in rows} | {row.location_id for row in clock_rows})
    clocks: dict[int, list[ClockFacts]] = defaultdict(list)
    for row in clock_rows:
        clocks[row.shipment_id].append(_clock(row, known[row.definition_id][0]))
    loaded = {row.id: _loaded(row, clocks[row.id], place_of) for row in rows}
    return loaded, [promise for promise, active in known.values() if active]


def fresh(uow: Uow, shipments: Sequence[NewOnClock]) -> tuple[list[Loaded], list[Promise]]:
    """Return shipments that have no row yet as if they were loaded, in order, and the active promises."""
    place_of = places(uow, {shipment.location_id for shipment in shipments})
    loaded = []
    for shipment in shipments:
        facts = ShipmentFacts(
            id=shipment.shipment_id,
            order_id=shipment.order_id,
            place=place_of[shipment.location_id],
            method=shipment.method,
            service_level=shipment.service_level,
            channel=shipment.channel,
            customer_tier=shipment.customer_tier,
            order_due_at=shipment.order_due_at,
            held=False,
            reached={Step.PLACED: shipment.placed_at, Step.ASSIGNED: shipment.assigned_at},
        )
        loaded.append(Loaded(Track(facts, []), (), None, None, shipment.location_id))
    return loaded, [promise for promise, active in promises(uow).values() if active]


def save(uow: Uow, loaded: Sequence[Loaded], *, rows: Rows = Rows.UPDATE) -> None:
    """Write back every difference: clocks, audit, the shipments' own columns, health deltas, events, the wake-up."""
    changed = [item for item in loaded if item.track.changes or tuple(item.track.clocks) != item.before]
    _number(uow, changed)
    inserts, updates = [], []
    for item in changed:
        for index, clock in enumerate(item.track.clocks):
            if index >= len(item.before):
                inserts.append({"id": clock.id, **_row(clock), "version": 1})
            elif clock != item.before[index]:
                updates.append(
                    {"id": clock.id, **_row(clock), "version": clock.version + 1, "was_version": clock.version}
                )
    insert_rows(uow.session, SlaClock, inserts)
    update_columns(uow.session, SlaClock, updates)
    _audit(uow, changed)
    _tell(uow, changed)
    if rows is Rows.UPDATE:
        _shipments(uow, changed)
    _count(uow, changed)
    due = [c.next_check_at for item in changed for c in item.track.clocks if c.next_check_at is not None]
    if due:
        uow.wake(Topic.SLA, min(due))


def _loaded(row: Any, clocks: list[ClockFacts], place_of: dict[int, Place]) -> Loaded:
    facts = ShipmentFacts(
        id=row.id,
        order_id=row.order_id,
        place=place_of[row.location_id],
        method=Method(row.method),
        service_level=row.service_level,
        channel=row.channel,
        customer_tier=row.customer_tier,
        order_due_at=row.order_due_at,
        held=row.held or row.waiting_for is not None,
        reached={step: at for step, name in _STEP_COLUMNS.items() if (at := getattr(row, name)) is not None},
    )
    counted = next((clock.location_id for clock in clocks if clock.state is ClockState.RUNNING), row.location_id)
    return Loaded(Track(facts, list(clocks)), tuple(clocks), row.sla_status, row.sla_due_at, counted)


def _clock(row: Any, promise: Promise) -> ClockFacts:
    return ClockFacts(
        id=row.id,
        shipment_id=row.shipment_id,
        location_id=row.location_id,
        promise=promise,
        state=ClockState(row.state),
        status=Compliance(row.status),
        started_at=row.started_at,
        at_risk_at=row.at_risk_at,
        due_at=row.due_at,
        paused_at=row.paused_at,
        pause_reason=row.pause_reason,
        paused_seconds=row.paused_seconds,
        finished_at=row.finished_at,
        attribution=row.attribution,
        version=row.version,
    )


def _row(clock: ClockFacts) -> dict[str, Any]:
    return {
        "shipment_id": clock.shipment_id,
        "location_id": clock.location_id,
        "definition_id": clock.promise.id,
        "scope": clock.promise.scope,
        "state": clock.state,
        "status": clock.status,
        "end_step": clock.promise.end_step,
        "started_at": clock.started_at,
        "at_risk_at": clock.at_risk_at,
        "due_at": clock.due_at,
        "next_check_at": clock.next_check_at,
        "paused_at": clock.paused_at,
        "pause_reason": clock.pause_reason,
        "paused_seconds": clock.paused_seconds,
        "finished_at": clock.finished_at,
        "attribution": clock.attribution,
    }


def _number(uow: Uow, changed: Sequence[Loaded]) -> None:
    """Give new clocks their ids before they are written: the audit rows need them."""
    fresh = [(item, index) for item in changed for index in range(len(item.before), len(item.track.clocks))]
    for id_, (item, index) in zip(allocate_ids(uow.session, SlaClock, len(fresh)), fresh, strict=True):
        # Nobody else holds a fresh clock yet, and copying thousands of them costs more than starting them.
        object.__setattr__(item.track.clocks[index], "id", id_)


def _audit(uow: Uow, changed: Sequence[Loaded]) -> None:
    insert_rows(
        uow.session,
        SlaTransition,
        [
            {
                "clock_id": clock.id,
                "shipment_id": clock.shipment_id,
                "location_id": clock.location_id,
                "from_word": change.from_word,
                "to_word": change.to_word,
                "at": change.at,
                "detected_at": uow.now,
                "reason": change.reason[:64],
                "definition_id": clock.promise.id,
                "actor": uow.actor.label,
            }
            for item in changed
            for change in item.track.changes
            for clock in [item.track.clocks[change.index]]
        ],
    )


def _shipments(uow: Uow, changed: Sequence[Loaded]) -> None:
    rows = []
    for item in changed:
        status = item.track.status.value if item.track.status else None
        if (status, item.track.due_at) != (item.status, item.due_at):
            rows.append({"id": item.track.shipment.id, "sla_status": status, "sla_due_at": item.track.due_at})
    update_columns(uow.session, Shipment, rows)


def _tell(uow: Uow, changed: Sequence[Loaded]) -> None:
    for item in changed:
        for shift in item.track.shifts:
            shipment_changed(uow, item.track.shipment, item.track.clocks[shift.index], shift)


def _count(uow: Uow, changed: Sequence[Loaded]) -> None:
    ledger = uow.ending(HealthLedger)
    for item in changed:
        after = item.track.status.value if item.track.status else None
        ledger.move(was=(item.location_id, item.status), becomes=(item.track.shipment.place.id, after), at=uow.now)
        for index, clock in enumerate(item.track.clocks):
            was = item.before[index] if index < len(item.before) else None
            if was is not None and was.state is clock.state:
                continue
            if was is not None and was.state in _ENDS:
                ledger.take_back(was.location_id, was.state, at=uow.now)
            if clock.state in _ENDS:
                ledger.finish(clock.location_id, clock.state, at=uow.now)
