"""What happens to a shipment in a wave when something else happens to it: it leaves, or its wave is done.

Called by the services that write shipments, with the shipments locked; what becomes of their waves is written at the
end of the transaction (`ending.py`). Commands on waves themselves are `service.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from backend.waves.ending import WaveLedger
from backend.waves.rules import OPEN
from models.floor import WaveStatus
from models.tables import PickWave, Shipment

_SHIPMENT, _WAVE = table_of(Shipment), table_of(PickWave)


def leave(uow: Uow, shipment_ids: Collection[int]) -> None:
    """Take shipments out of the waves they are in: they were held, given away, called back, wait for something. What
    is left of a wave is walked anew; one that is empty now, or done, ends."""
    inside = _waves_of(uow, shipment_ids, OPEN)
    for id_, wave_id in inside.items():
        WaveLedger.of(uow, wave_id).left.add(id_)
    _in_none(uow, inside)


def lessened(uow: Uow, gone: Mapping[int, Mapping[str, int]]) -> None:
    """Let waves go on without units (by shipment and SKU) that went elsewhere, while their shipments stay in them."""
    for id_, wave_id in _waves_of(uow, gone, OPEN).items():
        WaveLedger.of(uow, wave_id).less[id_].update(gone[id_])


def picked(uow: Uow, shipment_ids: Collection[int]) -> None:
    """Begin the released waves of shipments that were picked just now, and close those that are complete."""
    for wave_id in _waves_of(uow, shipment_ids, OPEN).values():
        what = WaveLedger.of(uow, wave_id)
        what.begun = what.look = True


def unpicked(uow: Uow, shipment_ids: Collection[int]) -> None:
    """Take shipments that are to be picked again out of waves that are closed, which stay so. Those that are still
    picked go on with them."""
    inside = _waves_of(uow, shipment_ids, WaveStatus)
    for id_, wave_id in inside.items():
        WaveLedger.of(uow, wave_id).unpicked.add(id_)
    _in_none(uow, _waves_of(uow, inside, (WaveStatus.CLOSED,)))


def started(uow: Uow, wave_id: int) -> None:
    """Say that somebody picks a wave; it may have been said before."""
    released = sa.select(_WAVE.c.id).where(_WAVE.c.id == wave_id, _WAVE.c.status == WaveStatus.RELEASED.value)
    if uow.session.connection().execute(released).first() is not None:
        WaveLedger.of(uow, wave_id).begun = True


def unclaim(uow: Uow, shipment_ids: Iterable[int]) -> None:
    """Nobody works any more on shipments whose wave is over."""
    rows = [{"id": id_, "claimed_by": None, "claimed_at": None} for id_ in sorted(shipment_ids)]
    update_columns(uow.session, Shipment, rows)


def _waves_of(uow: Uow, shipment_ids: Collection[int], statuses: Iterable[WaveStatus]) -> dict[int, int]:
    """Return the wave of each of these shipments that is in one with such a status."""
    statement = (
        sa.select(_SHIPMENT.c.id, _SHIPMENT.c.wave_id)
        .join(_WAVE, _WAVE.c.id == _SHIPMENT.c.wave_id)
        .where(_WAVE.c.status.in_([status.value for status in statuses]))
    )
    return dict(fetch_in(uow.session, statement, _SHIPMENT.c.id, shipment_ids))


def _in_none(uow: Uow, shipment_ids: Iterable[int]) -> None:
    update_columns(uow.session, Shipment, [{"id": id_, "wave_id": None} for id_ in sorted(shipment_ids)])
