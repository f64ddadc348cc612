"""What a wave's page shows now, and what is done to the wave."""

from __future__ import annotations

import reflex as rx

from backend.waves.rules import WaveCommand
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.reading import with_faults
from dashboard.state.asking import Trouble, ask
from dashboard.state.forms import Fields, texts
from dashboard.state.showing import Shows
from dashboard.views.common import Choice
from dashboard.views.forms import Form
from dashboard.views.waves import MemberRow, StopRow, WaveFact, WaveHead
from models.enums import Permission
from models.errors import ErrorCode

_PARTS = ("head", "facts", "stops", "members", "links", "left")
_CHANGED = "Somebody changed this wave first; nothing was done. You see it as it is now: look again, then decide."
_SAID = {
    WaveCommand.RELEASE: "Released: pickers see it now.",
    WaveCommand.PICK: "Begun.",
    WaveCommand.CLOSE: "Closed. What was left goes on as you said.",
    WaveCommand.CANCEL: "Cancelled: its shipments can be planned again.",
}


class WaveState(Shows, rx.State):
    """One wave: how it stands, its walk, its shipments."""

    missing: bool = False
    head: WaveHead = WaveHead()
    facts: list[WaveFact] = []
    stops: list[StopRow] = []
    members: list[MemberRow] = []
    links: list[Choice] = []
    left: int = 0
    form: Form = Form()
    said: str = ""
    refused: bool = False
    _seen: int = 0  # the version on screen when the form was opened

    @rx.event
    @policy(Permission.ORDERS_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        if self._id() != self.head.id:
            self.reset()  # type: ignore[no-untyped-call]  # Reflex's
        await self._reload()
        await follow(self)

    @rx.event
    @policy(Permission.WAVES_WRITE)
    async def release(self) -> None:
        """Send the wave to the floor."""
        await self._do(WaveCommand.RELEASE, {}, self.head.version)

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    async def begin_pick(self) -> None:
        """Say that somebody picks it."""
        await self._do(WaveCommand.PICK, {}, self.head.version)

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    async def begin_close(self) -> None:
        """Ask what becomes of what is not picked."""
        await self._ask_how(WaveCommand.CLOSE)

    @rx.event
    @policy(Permission.WAVES_WRITE)
    async def begin_cancel(self) -> None:
        """Ask why."""
        await self._ask_how(WaveCommand.CANCEL)

    @rx.event
    @policy(Permission.ORDERS_READ)
    def leave(self) -> None:
        """Leave everything as it is."""
        self.form = Form()

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    async def confirm(self, given: Fields) -> None:
        """Do what was asked for, unless the wave changed meanwhile; cancelling needs more, as the door says."""
        if self.form.action:
            await self._do(WaveCommand(self.form.action), texts(given), self._seen)

    async def _ask_how(self, command: WaveCommand) -> None:
        wave_id, self.said, self._seen = self._id(), "", self.head.version
        try:
            self.form = await ask(self, lambda door, asker: door.wave_form(asker, wave_id, command))
        except Trouble as trouble:
            self.said, self.refused = str(trouble), True

    async def _do(self, command: WaveCommand, given: dict[str, str], version: int) -> None:
        wave_id = self._id()
        try:
            await ask(self, lambda door, asker: door.command_wave(asker, wave_id, command, given, version=version))
        except Trouble as trouble:
            if self.form.action and trouble.code is ErrorCode.INVALID:
                self.form = with_faults(self.form, trouble.faults, given, str(trouble))
                return
            self.said, self.refused = _CHANGED if trouble.code is ErrorCode.STALE else str(trouble), True
        else:
            self.said, self.refused = _SAID[command], False
        self.form = Form()
        await self._reload()

    async def _reload(self) -> None:
        wave_id = self._id()
        try:
            screen = await ask(self, lambda door, asker: door.wave(asker, wave_id))
        except Trouble as trouble:
            self.missing = trouble.code is ErrorCode.NOT_FOUND
            self.trouble = "" if self.missing else str(trouble)
            return
        self.missing = False
        self._take(screen, _PARTS)

    def _id(self) -> int:
        text = self.router.url.path.rstrip("/").rpartition("/")[2]
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
