"""Letting a planned wave go from a location's page, and taking it back while nobody picks it."""

from __future__ import annotations

from backend.persistence.uow import Uow
from backend.waves import browse, queries, service
from backend.waves.queries import WaveView
from dashboard import format as say
from dashboard.gateway.base import Asker, Door
from dashboard.present.common import Reader
from dashboard.present.waves import href
from dashboard.views.controls import Done, PlannedWave, ReleasedWave
from models.enums import Permission
from models.errors import not_found
from models.floor import WaveStatus

#: Waves on the page of a location; all of them stand on the Waves page.
WAVES = 6


class ReleaseDoor(Door):
    """Planned waves of a location."""

    def release_wave(self, asker: Asker, wave_id: int, *, version: int, location: str) -> Done:
        """Let a wave go; STALE when it changed meanwhile, NOT_FOUND."""
        asker.actor.require(Permission.WAVES_WRITE)
        with self._context().uow(asker.actor) as uow:
            _here(uow, wave_id, location)
            service.release(uow, wave_id, expected=version)
            wave = service.read(uow, wave_id).view.wave
            return Done(f"Wave {wave.number} is released: it can be picked.", ReleasedWave(wave_id, wave.version))

    def unrelease_wave(self, asker: Asker, released: ReleasedWave, *, location: str) -> Done:
        """Take a released wave back; STALE when it changed since, as when somebody picks it."""
        asker.actor.require(Permission.WAVES_WRITE)
        with self._context().uow(asker.actor) as uow:
            number = _here(uow, released.id, location)
            service.cancel(uow, released.id, reason="taken back", expected=released.version)
            return Done(f"Wave {number} is taken back. Its shipments are free, and can be planned again.")


def planned(uow: Uow, asker: Asker, location: str, reader: Reader) -> list[PlannedWave]:
    """Return the location's planned waves for whoever may let them go, the one that has to start first on top."""
    if not asker.actor.can(Permission.WAVES_WRITE):
        return []
    waiting = browse.find(
        uow,
        location=location,
        statuses=(WaveStatus.PLANNED,),
        sort=browse.WaveSort.START,
        direction=browse.Direction.ASCENDING,
        limit=WAVES,
    )
    return [_shown(view, reader) for view in waiting]


def _here(uow: Uow, wave_id: int, location: str) -> int:
    view = queries.get(uow, wave_id).view
    if view.location != location:
        raise not_found("wave", wave_id)
    return view.wave.number


def _shown(view: WaveView, reader: Reader) -> PlannedWave:
    wave, start = view.wave, view.wave.latest_safe_start_at
    size = f"{say.plural(wave.shipments, 'shipment', reader.locale)}, {say.plural(wave.units, 'unit', reader.locale)}"
    late = start is not None and start <= reader.now
    when = "No promise waits for it"
    if start is not None:
        at = say.moment(start, view.time_zone, reader.now, reader.locale)
        when = f"Was to begin {at}" if late else f"Begin {at} at the latest"
    return PlannedWave(int(wave.id or 0), wave.version, wave.number, size, when, href(wave.id or 0), late)
