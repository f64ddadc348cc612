"""What the Waves page shows now: board or list, a plan before it is kept, and releasing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import reflex as rx
from pydantic import Field

from backend.waves.rules import WaveCommand
from dashboard.address.waves import WavesAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present import wave_forms
from dashboard.present.reading import with_faults
from dashboard.present.waves import PATH
from dashboard.state.asking import Trouble, ask
from dashboard.state.forms import Fields, texts
from dashboard.state.showing import LiveRows
from dashboard.views.common import Choice
from dashboard.views.forms import Form
from dashboard.views.waves import Lane, PlanShown, WaveCard, WavesScreen
from models.enums import Permission
from models.errors import ErrorCode

Text = Annotated[str, Field(max_length=200)]
Key = Annotated[int, Field(ge=1, le=2**53)]

_PARTS = ("choices", "places", "title", "lanes", "columns", "pager", "csv", "may_plan", "rules")
_OVERTAKEN = "Somebody changed this wave first; nothing was done. You see it as it is now."


class WavesState(LiveRows, rx.State):
    """The board of waves, their list, and a plan."""

    location: str = ""
    title: str = ""
    as_list: bool = False
    choices: list[Choice] = []
    places: list[tuple[str, str]] = []
    lanes: list[Lane] = []
    rows: list[WaveCard] = []
    rules: list[tuple[str, str]] = []
    may_plan: bool = False
    form: Form = Form()
    plan: PlanShown = PlanShown()
    said: str = ""
    _given: dict[str, str] = {}

    @rx.event
    @policy(Permission.ORDERS_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        address = self._address()
        if address.location != self.location:
            self.form, self.plan, self.said = Form(), PlanShown(), ""
        self.location, self.as_list = address.location, address.as_list
        await self._load()
        await follow(self)

    @rx.event
    @policy(Permission.ORDERS_READ)
    async def show_news(self) -> None:
        """Show the list in the order of now."""
        await self._load()

    @rx.event
    @policy(Permission.ORDERS_READ)
    def choose_location(self, code: Text) -> Any:
        """Show one location's waves; empty is all."""
        return rx.redirect(self._address().href(PATH, location=code), replace=True)

    @rx.event
    @policy(Permission.WAVES_WRITE)
    def begin(self) -> None:
        """Open the form that says how to plan."""
        self.said, self.plan, self.form = "", PlanShown(), wave_forms.plan_form(self.rules)

    @rx.event
    @policy(Permission.ORDERS_READ)
    def leave(self) -> None:
        """Close the form and keep nothing."""
        self.form, self.plan = Form(), PlanShown()

    @rx.event
    @policy(Permission.WAVES_WRITE)
    async def preview(self, given: Fields) -> None:
        """Show what would be planned; what is wrong is said at its field."""
        if not self.location or not self.form.action:
            return
        location, stated = self.location, texts(given)
        try:
            self.plan = await ask(self, lambda door, asker: door.plan_preview(asker, location, stated))
        except Trouble as trouble:
            self.form, self.plan = with_faults(self.form, trouble.faults, stated, str(trouble)), PlanShown()
            return
        self._given, self.form = stated, wave_forms.keep(self.form, stated)

    @rx.event
    @policy(Permission.WAVES_WRITE)
    async def keep(self, how: Literal["keep", "release"]) -> None:
        """Plan again, as it is now, and keep it."""
        if not self.location or not self.plan.says:
            return
        location, stated, released = self.location, dict(self._given), how == "release"
        try:
            made = await ask(self, lambda door, asker: door.plan_waves(asker, location, stated, release=released))
        except Trouble as trouble:
            self.said = str(trouble)
        else:
            word = "released" if released else "planned"
            self.said = f"{made} {'wave' if made == 1 else 'waves'} {word}." if made else "There was nothing to plan."
            self.form, self.plan = Form(), PlanShown()
        await self._load()

    @rx.event
    @policy(Permission.WAVES_WRITE)
    async def release(self, wave_id: Key, version: Key) -> None:
        """Send a wave to the floor, as it stands on screen."""
        try:
            await ask(
                self, lambda door, asker: door.command_wave(asker, wave_id, WaveCommand.RELEASE, {}, version=version)
            )
        except Trouble as trouble:
            self.said = _OVERTAKEN if trouble.code is ErrorCode.STALE else str(trouble)
        else:
            self.said = "Released: pickers see it now."
        await self._load()

    async def _screen(self, keep: Sequence[str]) -> WavesScreen:
        address = self._address()
        return await ask(self, lambda door, asker: door.waves(asker, address))

    def _show(self, screen: WavesScreen, rows: list[WaveCard]) -> None:
        self._take(screen, _PARTS)
        self._put("rows", rows)

    def _address(self) -> WavesAddress:
        return WavesAddress.parse(self.router.url.query_parameters)
