"""What a location's page shows now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import plotly.graph_objects as go
import reflex as rx
from pydantic import Field

from dashboard.address import LocationAddress
from dashboard.gateway import Asker, Gateway
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present import control_forms, handing
from dashboard.present.common import location_href
from dashboard.present.control_forms import ControlAction
from dashboard.present.reading import with_faults
from dashboard.state.asking import Trouble, ask
from dashboard.state.showing import Shows
from dashboard.views.alerts import OpenHere
from dashboard.views.common import Choice, Column, Entry, Kpi, Pager
from dashboard.views.controls import Done, HandedWork, PlannedWave, ReleasedWave, Running
from dashboard.views.forms import Form
from dashboard.views.location import HoursRow, LocationHead, QueueRow, Told
from models.enums import Permission
from models.errors import ErrorCode

Text = Annotated[str, Field(max_length=200)]
Hours = Literal[6, 24, 168]
_LIST = ("queue", "columns", "pager", "csv")
_CONTROLS = ("running", "may_control", "offered", "may_hand", "waves")
_PARTS = ("head", "kpis", "methods", "bands", "week", "exceptions", "entries", "rule", "alerts", *_LIST, *_CONTROLS)

_SAID = {
    ControlAction.CAP: "Capped. It stands above, and can be taken back there.",
    ControlAction.PAUSE: "Paused. It stands above, and can be taken back there.",
    ControlAction.BLOCK: "Blocked. It stands above, and can be taken back there.",
}


class LocationState(Shows, rx.State):
    """One place: its queue, how it went, its hours, what happened, who was told."""

    missing: bool = False
    head: LocationHead = LocationHead()
    kpis: list[Kpi] = []
    methods: list[tuple[str, str]] = []
    method: str = ""
    bands: list[Choice] = []
    columns: list[Column] = []
    queue: list[QueueRow] = []
    pager: Pager = Pager()
    csv: str = ""
    week: list[HoursRow] = []
    exceptions: list[HoursRow] = []
    entries: list[Entry] = []
    told: list[Told] = []
    may_see_told: bool = False
    rule: str = ""
    hours: int = 24
    light: go.Figure = go.Figure()
    dark: go.Figure = go.Figure()
    nothing_drawn: bool = True
    running: list[Running] = []
    may_control: bool = False
    may_hand: bool = False
    waves: list[PlannedWave] = []
    offered: list[str] = []
    alerts: list[OpenHere] = []
    form: Form = Form()
    said: str = ""
    may_undo: bool = False
    _undo: HandedWork | ReleasedWave | None = None

    @rx.event
    @policy(Permission.NETWORK_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        if self._code() != self.head.code:
            self.reset()  # type: ignore[no-untyped-call]  # Reflex's
        self.method = self._address().method or ""
        await self._reload()
        await follow(self)

    @rx.event
    @policy(Permission.NETWORK_READ)
    async def look_back(self, hours: Hours) -> None:
        """Show the chart over the last hours."""
        self.hours = hours
        await self._draw()

    @rx.event
    @policy(Permission.NETWORK_READ)
    def choose_method(self, method: Text) -> Any:
        """Filter the queue by fulfilment method; empty is all."""
        return rx.redirect(self._address().href(location_href(self._code()), method=method), replace=True)

    @rx.event
    @policy(Permission.LOCATIONS_WRITE)
    def begin(self, action: ControlAction) -> None:
        """Open the form of what a manager may do here."""
        self._say("")
        self.form = control_forms.form(action, self.offered)

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    async def begin_handing(self) -> None:
        """Open the form that hands work to others."""
        code = self._code()
        self._say("")
        try:
            self.form = await ask(self, lambda door, asker: door.handing_form(asker, location=code))
        except Trouble as trouble:
            self._say(str(trouble))

    @rx.event
    @policy(Permission.LOCATIONS_WRITE)
    def leave(self) -> None:
        """Close the form and change nothing."""
        self.form = Form()

    @rx.event
    @policy(Permission.LOCATIONS_WRITE)
    async def confirm(self, given: dict[str, Annotated[str, Field(max_length=500)]]) -> None:
        """Carry out what was typed; what is wrong is said at its field and nothing changes."""
        if not self.form.action:
            return
        try:
            done = await self._carry_out(self.form.action, given)
        except Trouble as trouble:
            self.form = with_faults(self.form, trouble.faults, given, str(trouble))
        else:
            self.form = Form()
            self._say(done.words, done.undo)
        await self._reload()

    @rx.event
    @policy(Permission.WAVES_WRITE)
    async def release(self, wave: int, version: int) -> None:
        """Let a planned wave go."""
        code = self._code()
        await self._do(lambda door, asker: door.release_wave(asker, wave, version=version, location=code))

    @rx.event
    @policy(Permission.NETWORK_READ)
    async def undo(self) -> None:
        """Take back what was done last, as far as nobody went on with it; who may is the gateway's to say."""
        what, code = self._undo, self._code()
        if isinstance(what, HandedWork):
            await self._do(lambda door, asker: door.hand_back(asker, what, location=code))
        elif isinstance(what, ReleasedWave):
            await self._do(lambda door, asker: door.unrelease_wave(asker, what, location=code))

    @rx.event
    @policy(Permission.LOCATIONS_WRITE)
    async def take_back(self, key: Text) -> None:
        """End something that is in force here."""
        code = self._code()

        def end(door: Gateway, asker: Asker) -> Done:
            door.take_back(asker, key, location=code)
            return Done("Taken back. All is as it was before.")

        await self._do(end)

    async def _carry_out(self, what: str, given: dict[str, str]) -> Done:
        code = self._code()
        if what == handing.ACTION:
            return await ask(self, lambda door, asker: door.hand_over(asker, given, location=code))
        action = ControlAction(what)
        await ask(self, lambda door, asker: door.control(asker, action, given, location=code))
        return Done(_SAID[action])

    async def _do(self, what: Callable[[Gateway, Asker], Done]) -> None:
        """Do something at once, and say what came of it."""
        try:
            done = await ask(self, what)
        except Trouble as trouble:
            self._say(str(trouble))
        else:
            self._say(done.words, done.undo)
        await self._reload()

    def _say(self, words: str, undo: HandedWork | ReleasedWave | None = None) -> None:
        """Say what was done, and offer to take it back."""
        self.said, self._undo, self.may_undo = words, undo, undo is not None

    async def _reload(self) -> None:
        code, address = self._code(), self._address()
        try:
            screen = await ask(self, lambda door, asker: door.location(asker, code, address))
        except Trouble as trouble:
            self.missing = trouble.code is ErrorCode.NOT_FOUND
            self.trouble = "" if self.missing else str(trouble)
            return
        self.missing = False
        self._take(screen, _PARTS)
        self._put("may_see_told", screen.told is not None)
        self._put("told", screen.told or [])
        await self._draw()

    async def _draw(self) -> None:
        code, hours = self._code(), self.hours
        try:
            charts = await ask(self, lambda door, asker: door.trend(asker, code, hours))
        except Trouble as trouble:
            self.trouble = str(trouble)
            return
        self._put("nothing_drawn", charts.empty)
        self._put("light", charts.light)
        self._put("dark", charts.dark)

    def _code(self) -> str:
        return self.router.url.path.rstrip("/").rpartition("/")[2][:64]

    def _address(self) -> LocationAddress:
        return LocationAddress.parse(self.router.url.query_parameters)
