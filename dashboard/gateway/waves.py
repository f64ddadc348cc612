"""What the Waves pages ask, and what is done to waves there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from backend.fulfillment import reasons
from backend.persistence.uow import Uow
from backend.waves import browse, planning, queries, service, wave_rules
from backend.waves.rules import WaveCommand
from dashboard.address import PAGE_SIZE
from dashboard.address.waves import WavesAddress
from dashboard.gateway.base import BATCH, Asker, Door, Row, offsets
from dashboard.present import wave as say_wave
from dashboard.present import wave_forms, wave_sheet
from dashboard.present import waves as say_waves
from dashboard.views.forms import Form
from dashboard.views.waves import PlanShown, WaveScreen, WavesScreen
from models.enums import Permission
from models.errors import DomainError, ErrorCode, invalid
from models.floor import WaveStatus

#: What each command needs.
NEEDS: Mapping[WaveCommand, Permission] = {
    WaveCommand.RELEASE: Permission.WAVES_WRITE,
    WaveCommand.PICK: Permission.SHIPMENTS_WRITE,
    WaveCommand.CLOSE: Permission.SHIPMENTS_WRITE,
    WaveCommand.CANCEL: Permission.WAVES_WRITE,
}
_LANES = (WaveStatus.PLANNED, WaveStatus.RELEASED, WaveStatus.PICKING, WaveStatus.CLOSED)
_CLOSED_SHOWN = 8


class WavesDoor(Door):
    """Waves of one location or of all."""

    def waves(self, asker: Asker, address: WavesAddress) -> WavesScreen:
        """Return the Waves page as its address asks for it."""
        asker.actor.require(Permission.ORDERS_READ)
        may_plan = asker.actor.can(Permission.WAVES_WRITE)
        with self._context().read(asker.actor) as uow:
            places = browse.places(uow)
            known = address.location in dict(places)
            facts = say_waves.Facts(
                lanes={} if address.as_list else {status: _lane(uow, address, status) for status in _LANES},
                found=_found(uow, address, offset=address.offset, limit=PAGE_SIZE) if address.as_list else (),
                counts=browse.counts(uow, address.location or None),
                places=places,
                rules=[(v.row.code, v.row.name) for v in wave_rules.listing(uow, address.location)] if known else (),
                may_plan=may_plan,
            )
            return say_waves.screen(facts, address, self._reader(uow, asker))

    def every_wave(self, asker: Asker, address: WavesAddress) -> Iterator[list[Row]]:
        """Yield the whole list of the Waves page, in batches; each batch is a transaction of its own."""
        asker.actor.require(Permission.ORDERS_READ)
        for offset in offsets():
            with self._context().read(asker.actor) as uow:
                found = [wave_sheet.wave(view) for view in _found(uow, address, offset=offset, limit=BATCH)]
            yield found
            if len(found) < BATCH:
                return

    def plan_preview(self, asker: Asker, location: str, given: Mapping[str, str]) -> PlanShown:
        """Return what would be planned now; INVALID with a fault for each field."""
        asker.actor.require(Permission.ORDERS_READ)
        with self._context().read(asker.actor) as uow:
            made = planning.preview(uow, wave_forms.read_plan(given, location))
            return say_waves.plan_shown(made, made.place.hours.zone.key, self._reader(uow, asker))

    def plan_waves(self, asker: Asker, location: str, given: Mapping[str, str], *, release: bool) -> int:
        """Plan and keep waves; return how many."""
        asker.actor.require(Permission.WAVES_WRITE)
        with self._context().uow(asker.actor) as uow:
            return len(service.plan(uow, wave_forms.read_plan(given, location), released=release).waves)

    def wave(self, asker: Asker, wave_id: int) -> WaveScreen:
        """Return a wave's page; NOT_FOUND for one that is not there."""
        asker.actor.require(Permission.ORDERS_READ)
        may = [command for command, needed in NEEDS.items() if asker.actor.can(needed)]
        with self._context().read(asker.actor) as uow:
            return say_wave.screen(queries.get(uow, wave_id), self._reader(uow, asker), may=may)

    def wave_form(self, asker: Asker, wave_id: int, command: WaveCommand) -> Form:
        """Return what is asked before a wave is closed or cancelled."""
        asker.actor.require(NEEDS[command])
        if command is WaveCommand.CANCEL:
            return wave_forms.cancel_form()
        with self._context().read(asker.actor) as uow:
            whole = queries.get(uow, wave_id)
            shown = say_wave.screen(whole, self._reader(uow, asker), may=())
            known = [(reason.code, reason.name) for reason in reasons.known(uow).values() if reason.active]
            return wave_forms.close_form(shown.left_word, known, wave_forms.lines_left(whole))

    def command_wave(
        self, asker: Asker, wave_id: int, command: WaveCommand, given: Mapping[str, str], *, version: int
    ) -> None:
        """Release, begin, close or cancel a wave; STALE when it changed meanwhile."""
        asker.actor.require(NEEDS[command])
        with self._context().uow(asker.actor) as uow:
            _COMMANDS[command](uow, wave_id, given, version)


def _lane(uow: Uow, address: WavesAddress, status: WaveStatus) -> list[queries.WaveView]:
    """Return a column of the board: what has to start first on top, of those that are over the last ones."""
    over = status is WaveStatus.CLOSED
    sort = browse.WaveSort.NEWEST if over else browse.WaveSort.START
    direction = browse.Direction.DESCENDING if over else browse.Direction.ASCENDING
    return browse.find(
        uow,
        location=address.location or None,
        statuses=(status,),
        sort=sort,
        direction=direction,
        limit=_CLOSED_SHOWN if over else browse.ON_BOARD,
    )


def _found(uow: Uow, address: WavesAddress, *, offset: int, limit: int) -> list[queries.WaveView]:
    return browse.find(
        uow,
        location=address.location or None,
        statuses=(address.status,) if address.status else (),
        sort=address.sort,
        direction=address.direction,
        offset=offset,
        limit=limit,
    )


def _close(uow: Uow, wave_id: int, given: Mapping[str, str], version: int) -> None:
    lines = wave_forms.lines_left(queries.get(uow, wave_id))
    ask = wave_forms.read_close(given, lines)
    try:
        service.close(uow, wave_id, ask, expected=version)
    except DomainError as error:
        if error.code is ErrorCode.INVALID:
            raise invalid(wave_forms.at_fields(error.faults, ask, lines)) from error
        raise


def _cancel(uow: Uow, wave_id: int, given: Mapping[str, str], version: int) -> None:
    service.cancel(uow, wave_id, reason=wave_forms.read_cancel(given), expected=version)


_COMMANDS: Mapping[WaveCommand, Callable[[Uow, int, Mapping[str, str], int], None]] = {
    WaveCommand.RELEASE: lambda uow, id_, _, version: service.release(uow, id_, expected=version),
    WaveCommand.PICK: lambda uow, id_, _, version: service.begin(uow, id_, expected=version),
    WaveCommand.CLOSE: _close,
    WaveCommand.CANCEL: _cancel,
}
