"""What the Silences page shows now; making, changing and ending silences. What a silence matches is shown before it is
made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import reflex as rx
from pydantic import Field

from dashboard.address.silences import SilencesAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.alerts.silence_forms import SilenceAction, known_zone, looked_at
from dashboard.present.alerts.silences import PATH
from dashboard.present.reading import with_faults
from dashboard.state.asking import Trouble, ask
from dashboard.state.forms import Fields, texts
from dashboard.state.showing import LiveRows
from dashboard.views.common import Choice
from dashboard.views.forms import Form
from dashboard.views.silences import Previewed, SilenceDetail, SilenceRow, SilencesScreen
from models.enums import Permission

Text = Annotated[str, Field(max_length=100)]

_SAID = {
    SilenceAction.MAKE: "Silenced. It ends by itself.",
    SilenceAction.CHANGE: "Changed.",
    SilenceAction.END: "Ended. What still holds is told now.",
}
_SHOWN = ("states", "columns", "pager", "csv", "detail", "may_make", "form_close")


class SilencesState(LiveRows, rx.State):
    """What nobody is told of for a time."""

    states: list[Choice] = []
    rows: list[SilenceRow] = []
    detail: SilenceDetail = SilenceDetail()
    may_make: bool = False
    form_close: str = ""
    filtered: bool = False
    form: Form = Form()
    preview: Previewed = Previewed()
    said: str = ""
    zone: str = "UTC"
    _seen: int = 0
    _looked: str = ""  # what was to be silenced when its preview was shown

    @rx.event
    @policy(Permission.ALERTS_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes. An alert to silence opens its form."""
        address = self._address()
        self.filtered = address.state is not None
        if address.id != self.detail.id or address.of:
            self.said = ""
        self._close()
        await self._load()
        if address.of:
            await self._begin(SilenceAction.MAKE, address.of)
        await follow(self)

    @rx.event
    @policy(Permission.ALERTS_READ)
    async def show_news(self) -> None:
        """Put the list in the order of now."""
        await self._load()

    @rx.event
    @policy(Permission.ALERTS_READ)
    def at_zone(self, name: Text) -> None:
        """Note in which zone the viewer's clock is."""
        self.zone = known_zone(name)

    @rx.event
    @policy(Permission.ALERTS_WRITE)
    async def begin(self, action: SilenceAction) -> None:
        """Open the form of an action; all but a new one are about the silence that is open."""
        await self._begin(action, 0 if action is SilenceAction.MAKE else self.detail.id)

    @rx.event
    @policy(Permission.ALERTS_READ)
    def leave(self) -> Any:
        """Close the form and change nothing."""
        self._close()
        return rx.redirect(self.form_close, replace=True) if self._address().of else None

    @rx.event
    @policy(Permission.ALERTS_WRITE)
    async def confirm(self, given: Fields) -> Any:
        """Show what it would silence; when that was seen, carry it out. What is wrong is said at its field."""
        if not self.form.action:
            return None
        action, fields = SilenceAction(self.form.action), texts(given)
        try:
            if action is not SilenceAction.END and fields.get("matchers", "") != self._looked:
                await self._look(fields)
                return None
            made = await self._carry_out(action, fields)
        except Trouble as trouble:
            self.form = with_faults(self.form, trouble.faults, fields, str(trouble))
            return None
        self._close()
        self.said = _SAID[action]
        await self._load()
        return rx.redirect(self._address().href(PATH, id=made, of=0), replace=True)

    async def _look(self, fields: dict[str, str]) -> None:
        self.preview = await ask(self, lambda door, asker: door.preview_silence(asker, fields))
        self._looked = fields.get("matchers", "")
        self.form = looked_at(self.form, fields)

    async def _carry_out(self, action: SilenceAction, fields: dict[str, str]) -> int:
        zone, seen = self.zone, self._seen
        one = 0 if action is SilenceAction.MAKE else self.detail.id
        if action is SilenceAction.END:
            await ask(self, lambda door, asker: door.end_silence(asker, one, version=seen))
            return one
        return await ask(
            self, lambda door, asker: door.put_silence(asker, fields, zone=zone, silence=one, version=seen)
        )

    async def _begin(self, action: SilenceAction, about: int) -> None:
        self._close()
        self.said, zone = "", self.zone
        try:
            self.form, self._seen = await ask(
                self, lambda door, asker: door.silence_form(asker, action, about, zone=zone)
            )
            written = {each.name: each.value for each in self.form.fields}
            if written.get("matchers"):
                await self._look(written)
        except Trouble as trouble:
            self.said = str(trouble)

    def _close(self) -> None:
        self.form, self.preview, self._looked = Form(), Previewed(), ""

    async def _screen(self, keep: Sequence[str]) -> SilencesScreen:
        address = self._address()
        return await ask(self, lambda door, asker: door.silences(asker, address))

    def _show(self, screen: SilencesScreen, rows: list[SilenceRow]) -> None:
        self._take(screen, _SHOWN)
        self._put("rows", rows)

    def _address(self) -> SilencesAddress:
        return SilencesAddress.parse(self.router.url.query_parameters)
