"""What a location's page shows now."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import plotly.graph_objects as go
import reflex as rx
from pydantic import Field

from dashboard.address import LocationAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.common import location_href
from dashboard.state.asking import Trouble, ask
from dashboard.state.showing import Shows
from dashboard.views.common import Choice, Column, Entry, Kpi, Pager
from dashboard.views.location import HoursRow, LocationHead, QueueRow, Told
from models.enums import Permission
from models.errors import ErrorCode

Text = Annotated[str, Field(max_length=200)]
Hours = Literal[6, 24, 168]
_LIST = ("queue", "columns", "pager", "csv")
_PARTS = ("head", "kpis", "methods", "bands", "week", "exceptions", "entries", "rule", *_LIST)


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
