"""What the Drills page shows now; beginning, taking on and ending a drill. What one will do is shown before it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import reflex as rx
from pydantic import Field

from dashboard.address.drills import DrillsAddress
from dashboard.gateway import Asker, Gateway
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.alerts import drill_forms
from dashboard.present.alerts.drill_forms import DrillAction
from dashboard.present.alerts.drills import PATH
from dashboard.present.reading import with_faults
from dashboard.state.asking import Trouble, ask
from dashboard.state.forms import Fields, texts
from dashboard.state.showing import LiveRows
from dashboard.views.common import Choice
from dashboard.views.drills import DrillDetail, DrillRow, DrillsScreen
from dashboard.views.forms import Form
from models.enums import Permission
from models.errors import ErrorCode

Version = Annotated[int, Field(ge=1, le=2**53)]

_SHOWN = ("states", "columns", "pager", "csv", "detail", "may_begin", "form_close")
_CHANGED = "Somebody changed this drill first; nothing was done. You see it as it is now."


class DrillsState(LiveRows, rx.State):
    """Incidents that are none, to see whether a real one would reach somebody."""

    states: list[Choice] = []
    rows: list[DrillRow] = []
    detail: DrillDetail = DrillDetail()
    may_begin: bool = False
    form_close: str = ""
    filtered: bool = False
    form: Form = Form()
    preview: list[str] = []
    said: str = ""
    _looked: dict[str, str] = {}  # what was typed when its preview was shown

    @rx.event
    @policy(Permission.ALERTS_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes. A policy to try opens the form."""
        address = self._address()
        self.filtered = address.show is not None
        if address.id != self.detail.id or address.policy:
            self.said = ""
        self._close()
        await self._load()
        if address.policy and self.may_begin:
            await self._open_form(address.policy)
        await follow(self)

    @rx.event
    @policy(Permission.ALERTS_READ)
    async def show_news(self) -> None:
        """Put the list in the order of now."""
        await self._load()

    @rx.event
    @policy(Permission.ALERTS_READ)
    async def look_again(self) -> None:
        """Show how the opened drill's messages fare; the page asks while one is on its way."""
        if self.detail.waits:
            await self._reload()

    @rx.event
    @policy(Permission.ALERTS_WRITE)
    async def begin(self) -> None:
        """Open the form of a new drill."""
        await self._open_form("")

    @rx.event
    @policy(Permission.ALERTS_WRITE)
    def ask_to_end(self) -> None:
        """Ask before the opened drill is ended."""
        self._close()
        self.said = ""
        self.form = drill_forms.end()

    @rx.event
    @policy(Permission.ALERTS_READ)
    def leave(self) -> Any:
        """Close the form and change nothing."""
        self._close()
        return rx.redirect(self.form_close, replace=True) if self._address().policy else None

    @rx.event
    @policy(Permission.ALERTS_WRITE)
    async def confirm(self, given: Fields) -> Any:
        """Show what the drill will do; when that was seen, begin it. What is wrong is said at its field."""
        if not self.form.action:
            return None
        fields = texts(given)
        try:
            if self.form.action == DrillAction.END:
                return await self._end()
            if not self.preview or fields != self._looked:
                await self._look(fields)
                return None
            form = self.form
            made = await ask(self, lambda door, asker: door.begin_drill(asker, form, fields))
        except Trouble as trouble:
            self.form = with_faults(self.form, trouble.faults, fields, str(trouble))
            self.preview = []
            return None
        self._close()
        self.said = "The drill runs. Watch here who is told, and acknowledge it as you would in earnest."
        await self._load()
        return rx.redirect(self._address().href(PATH, id=made, policy=""), replace=True)

    @rx.event
    @policy(Permission.ALERTS_WRITE)
    async def acknowledge(self, version: Version) -> None:
        """Take the opened drill on, as it was seen."""
        drill = self.detail.id
        await self._do(
            lambda door, asker: door.acknowledge(asker, drill, version), "You have it: its escalation stops."
        )

    @rx.event
    @policy(Permission.ALERTS_WRITE)
    async def give_back(self) -> None:
        """Give the opened drill back: what was still to be told is told after all."""
        drill = self.detail.id
        await self._do(lambda door, asker: door.give_back(asker, drill), "Nobody has it again.")

    async def _look(self, fields: dict[str, str]) -> None:
        form = self.form
        self.preview = await ask(self, lambda door, asker: door.preview_drill(asker, form, fields))
        self._looked, self.form = fields, drill_forms.looked_at(form, fields)

    async def _end(self) -> None:
        drill = self.detail.id
        await ask(self, lambda door, asker: door.end_drill(asker, drill))
        self._close()
        self.said = "Ended. Its report is filed in a moment."
        await self._reload()

    async def _do(self, what: Callable[[Gateway, Asker], object], said: str) -> None:
        try:
            await ask(self, what)
        except Trouble as trouble:
            said = _CHANGED if trouble.code is ErrorCode.STALE else str(trouble)
        self.said = said
        await self._reload()

    async def _open_form(self, code: str) -> None:
        self._close()
        self.said = ""
        try:
            self.form = await ask(self, lambda door, asker: door.drill_form(asker, code))
        except Trouble as trouble:
            self.said = str(trouble)

    def _close(self) -> None:
        self.form, self.preview, self._looked = Form(), [], {}

    async def _screen(self, keep: Sequence[str]) -> DrillsScreen:
        address = self._address()
        return await ask(self, lambda door, asker: door.drills(asker, address))

    def _show(self, screen: DrillsScreen, rows: list[DrillRow]) -> None:
        self._take(screen, _SHOWN)
        self._put("rows", rows)

    def _address(self) -> DrillsAddress:
        return DrillsAddress.parse(self.router.url.query_parameters)
