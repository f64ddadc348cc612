"""Keep a plan: its shipments are locked, those that somebody was quicker with are left out, the waves are written.

Locks, in the order of `fulfillment/store.py`: shipment rows, then the location's row (numbers count up), then waves.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from backend.persistence.bulk import allocate_ids, chunks, insert_rows, is_one_of, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from backend.waves import notices
from backend.waves.facts import PlannedWave
from backend.waves.planning import Preview, document, slot_numbers
from backend.waves.work import SHIPMENTS, free
from models.events import EventType
from models.floor import WaveShare, WaveStatus
from models.tables import Location, PickWave, Shipment, WaveShipment

_WAVE = table_of(PickWave)
_SHIPMENT = table_of(Shipment)
_LOCATION = table_of(Location)


def keep(uow: Uow, made: Preview, *, parent_id: int | None = None) -> list[PickWave]:
    """Write the waves of a plan and return them; none when somebody was quicker with everything in it."""
    asked = {task.task_id for wave in made.plan.waves for task in wave.tasks}
    free_ids = _still_free(uow, asked, made.place.location_id)
    waves = [smaller for wave in made.plan.waves if (smaller := only(wave, free_ids, made)).tasks]
    if not waves:
        return []
    rows = _insert(uow, made, waves, parent_id=parent_id)
    for row in rows:
        notices.tell(uow, EventType.WAVE_PLANNED, row, {"created_by": row.created_by})
    return rows


def only(wave: PlannedWave, free_ids: Collection[int], made: Preview) -> PlannedWave:
    """Return the wave without the shipments that are not free any more; its times stay, they err on the safe side."""
    tasks = tuple(task for task in wave.tasks if task.task_id in free_ids)
    if len(tasks) == len(wave.tasks):
        return wave
    picks = tuple(pick for pick in wave.picks if pick.task_id in free_ids)
    visited = {pick.stop for pick in picks}
    return dataclasses.replace(
        wave,
        tasks=tasks,
        picks=picks,
        stops=tuple(stop for stop in wave.stops if stop in visited),
        units=sum(pick.units for pick in picks),
        lines=sum(made.tasks[task.task_id].line_count for task in tasks),
    )


def _still_free(uow: Uow, shipment_ids: Collection[int], location_id: int) -> set[int]:
    """Lock these shipments and return which of them can be put into a wave: somebody may have been quicker."""
    found: set[int] = set()
    connection = uow.session.connection()
    for chunk in chunks(sorted(shipment_ids)):
        among = is_one_of(uow.session, _SHIPMENT.c.id, chunk)
        locked = sa.select(_SHIPMENT.c.id).where(among).order_by(_SHIPMENT.c.id)
        connection.execute(locked.with_for_update())
        unclaimed = _SHIPMENT.c.claimed_by.is_(None), _SHIPMENT.c.waiting_for.is_(None), sa.not_(_SHIPMENT.c.held)
        statement = sa.select(_SHIPMENT.c.id).select_from(SHIPMENTS)
        statement = statement.where(among, free(), _SHIPMENT.c.location_id == location_id, *unclaimed)
        found.update(connection.execute(statement).scalars())
    return found


def _insert(uow: Uow, made: Preview, waves: Sequence[PlannedWave], *, parent_id: int | None) -> list[PickWave]:
    """Write waves, whose shipments are locked and free, with the next numbers of their location."""
    tasks = made.tasks
    first = _next_number(uow, made.place.location_id)
    ids = allocate_ids(uow.session, PickWave, len(waves))
    rows = [
        PickWave(
            id=id_,
            location_id=made.place.location_id,
            number=first + index,
            status=WaveStatus.PLANNED.value,
            rule_code=made.rule,
            parent_id=parent_id,
            shipments=len(wave.tasks),
            units=wave.units,
            lines=wave.lines,
            stops=len(wave.stops),
            plan=document(wave, made.work, made.pace),
            limits=made.settings.document(),
            due_at=_first(tasks[task.task_id].due_at for task in wave.tasks),
            cutoff_at=_first(tasks[task.task_id].cut_off_at for task in wave.tasks),
            latest_safe_start_at=wave.latest_safe_start_at,
            predicted_finish_at=wave.predicted_finish_at,
            created_by=uow.actor.label,
            created_at=uow.now,
            updated_at=uow.now,
        )
        for index, (id_, wave) in enumerate(zip(ids, waves, strict=True))
    ]
    uow.session.add_all(rows)
    uow.session.flush()
    _fill(uow, ids, waves)
    return rows


def _fill(uow: Uow, ids: Sequence[int], waves: Sequence[PlannedWave]) -> None:
    """Put the shipments into their waves."""
    shares = [
        {
            "wave_id": id_,
            "shipment_id": task.task_id,
            "place": place,
            "slot": slot,
            "share": WaveShare.TO_PICK.value,
        }
        for id_, wave in zip(ids, waves, strict=True)
        for place, (task, slot) in enumerate(zip(wave.tasks, slot_numbers(wave), strict=True), 1)
    ]
    insert_rows(uow.session, WaveShipment, shares)
    moved = [{"id": share["shipment_id"], "wave_id": share["wave_id"]} for share in shares]
    update_columns(uow.session, Shipment, sorted(moved, key=lambda row: int(row["id"] or 0)))


def _next_number(uow: Uow, location_id: int) -> int:
    """Return the location's next number; who else makes waves there waits until this transaction ends."""
    alone = sa.select(_LOCATION.c.id).where(_LOCATION.c.id == location_id)
    uow.session.connection().execute(alone.with_for_update(key_share=True))
    last = sa.select(sa.func.coalesce(sa.func.max(_WAVE.c.number), 0)).where(_WAVE.c.location_id == location_id)
    return int(uow.session.connection().execute(last).scalar_one()) + 1


def _first(instants: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in instants if at is not None), default=None)
