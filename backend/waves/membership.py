"""What happens to a shipment in a wave when something else happens to it: it leaves, or its wave is done.

Called by the services that write shipments, with the shipments locked; waves are locked here, ascending. Commands on
waves themselves are `service.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from backend.waves import notices
from backend.waves.rows import change, lock, member_facts, members, settle
from backend.waves.rules import OPEN
from models.events import EventType
from models.floor import WaveShare, WaveStatus
from models.tables import PickWave, Shipment

_SHIPMENT, _WAVE = table_of(Shipment), table_of(PickWave)


def leave(uow: Uow, shipment_ids: Collection[int]) -> None:
    """Take shipments out of the waves they are in: they were held, given away, called back. A wave that is empty now,
    or done, ends."""
    for wave_id, ids in _open_waves(uow, shipment_ids).items():
        wave = lock(uow, wave_id)
        inside = set(members(uow, wave_id))
        settle(uow, wave_id, {id_: WaveShare.REMOVED for id_ in ids if id_ in inside})
        _end_if_done(uow, wave)


def picked(uow: Uow, shipment_ids: Collection[int]) -> None:
    """Begin the released waves of shipments that were picked just now, and close those that are complete."""
    for wave_id in _open_waves(uow, shipment_ids):
        started(uow, wave_id)
        _end_if_done(uow, lock(uow, wave_id))


def started(uow: Uow, wave_id: int) -> None:
    """Say that somebody picks a wave; it may have been said before."""
    released = sa.select(_WAVE.c.id).where(_WAVE.c.id == wave_id, _WAVE.c.status == WaveStatus.RELEASED.value)
    if uow.session.connection().execute(released).first() is None:
        return
    wave = lock(uow, wave_id)
    if wave.status == WaveStatus.RELEASED:
        change(uow, wave, status=WaveStatus.PICKING.value, started_at=uow.now)
        notices.tell(uow, EventType.WAVE_STARTED, wave)


def unclaim(uow: Uow, shipment_ids: Iterable[int]) -> None:
    """Nobody works any more on shipments whose wave is over."""
    rows = [{"id": id_, "claimed_by": None, "claimed_at": None} for id_ in sorted(shipment_ids)]
    update_columns(uow.session, Shipment, rows)


def _open_waves(uow: Uow, shipment_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the shipments in open waves by wave, both ascending."""
    statement = (
        sa.select(_SHIPMENT.c.wave_id, _SHIPMENT.c.id)
        .join(_WAVE, _WAVE.c.id == _SHIPMENT.c.wave_id)
        .where(_WAVE.c.status.in_([status.value for status in OPEN]))
    )
    found: dict[int, list[int]] = {}
    for wave_id, shipment_id in sorted(fetch_in(uow.session, statement, _SHIPMENT.c.id, shipment_ids)):
        found.setdefault(wave_id, []).append(shipment_id)
    return found


def _end_if_done(uow: Uow, wave: PickWave) -> None:
    """Close a wave in which everything is picked; cancel one that nobody is in any more."""
    wave_id = int(wave.id or 0)
    inside = member_facts(uow, members(uow, wave_id))
    if not inside:
        change(uow, wave, status=WaveStatus.CANCELLED.value, closed_at=uow.now)
        notices.tell(uow, EventType.WAVE_CANCELLED, wave, {"reason": "every shipment left it"})
    elif wave.status != WaveStatus.PLANNED and all(member.done for member in inside):
        settle(uow, wave_id, {member.shipment_id: WaveShare.PICKED for member in inside})
        units = sum(line.to_pick for member in inside for line in member.lines)
        change(uow, wave, status=WaveStatus.CLOSED.value, closed_at=uow.now, picked=units)
        notices.tell(uow, EventType.WAVE_CLOSED, wave, {"picked": units, "short": [], "recovery": []})
