"""What the Network page shows now. The address is the truth: filters are links, and opening one loads it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import reflex as rx
from pydantic import Field

from backend.sla.grading import Thresholds, describe
from dashboard.address import NetworkAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.network import PATH, query_string
from dashboard.present.ordering import in_place, news
from dashboard.state.asking import Trouble, ask
from dashboard.views.common import Choice, Column, Kpi, Pager
from dashboard.views.network import Card, NetworkRow, NetworkScreen, Trend
from models.enums import Permission

Text = Annotated[str, Field(max_length=200)]

#: How many of the worst the wall display goes through.
WALL_SLIDES = 8


class NetworkState(rx.State):
    """Where it burns."""

    ready: bool = False
    trouble: str = ""
    kpis: list[Kpi] = []
    compliance: Trend = Trend()
    statuses: list[Choice] = []
    methods: list[Choice] = []
    groups: list[tuple[str, str]] = []
    columns: list[Column] = []
    rows: list[NetworkRow] = []
    pager: Pager = Pager()
    csv: str = ""
    card: Card = Card()
    rule: str = describe(Thresholds())  # the usual one, so that the page has its shape before it has its data
    news: str = ""
    spoken: str = ""
    view: str = "map"
    wall: bool = False
    worst: list[NetworkRow] = []
    method: str = ""
    group: str = ""
    search: str = ""
    filter_query: str = ""
    filtered: bool = False

    @rx.event
    @policy(Permission.NETWORK_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        address = self._address()
        self.view, self.wall = address.view, bool(address.wall)
        self.method, self.group, self.search = address.method or "", address.group, address.q
        self.filter_query = query_string(address)
        self.filtered = bool(self.filter_query) and bool(address.status or address.method or address.group or address.q)
        await self._load(address)
        await follow(self)

    async def _reload(self) -> None:
        """Take in what changed without moving anything: a new order waits behind a button."""
        if not self.ready or self.wall:
            await self._load(self._address())
            return
        shown = [row.code for row in self.rows]
        try:
            screen = await ask(self, lambda door, asker: door.network(asker, self._address(), keep=shown))
        except Trouble as trouble:
            self.trouble = str(trouble)
            return
        now = [row.code for row in screen.rows][: screen.on_page]
        self._show(screen, in_place(shown, {row.code: row for row in screen.rows}))
        self.news = news(shown, now)

    @rx.event
    @policy(Permission.NETWORK_READ)
    async def show_news(self) -> None:
        """Put the list in the order of now."""
        await self._load(self._address())

    @rx.event
    @policy(Permission.NETWORK_READ)
    def find(self, text: Text) -> Any:
        """Filter by name or code."""
        return self._go(q=text.strip())

    @rx.event
    @policy(Permission.NETWORK_READ)
    def choose_group(self, code: Text) -> Any:
        """Filter by group."""
        return self._go(group=code)

    @rx.event
    @policy(Permission.NETWORK_READ)
    def choose_method(self, method: Text) -> Any:
        """Filter by fulfilment method; empty is all."""
        return self._go(method=method)

    @rx.event
    @policy(Permission.NETWORK_READ)
    def show_view(self, view: Literal["map", "list"]) -> Any:
        """Show the map or the list where there is room for only one."""
        return self._go(view=view, page=self._address().page)

    @rx.event
    @policy(Permission.NETWORK_READ)
    def pick(self, code: Text) -> Any:
        """Choose a location, from the map."""
        return rx.redirect(self._address().href(PATH, at=code, page=self._address().page))

    def _address(self) -> NetworkAddress:
        return NetworkAddress.parse(self.router.url.query_parameters)

    def _go(self, **changes: Any) -> Any:
        return rx.redirect(self._address().href(PATH, **changes), replace=True)

    async def _load(self, address: NetworkAddress) -> None:
        try:
            screen = await ask(self, lambda door, asker: door.network(asker, address))
        except Trouble as trouble:
            self.trouble = str(trouble)
            return
        self._show(screen, screen.rows)
        self.news = ""

    def _show(self, screen: NetworkScreen, rows: list[NetworkRow]) -> None:
        self.trouble, self.ready = "", True
        for name in ("kpis", "compliance", "statuses", "methods", "groups", "columns", "pager", "csv", "card", "rule"):
            fresh = getattr(screen, name)
            if getattr(self, name) != fresh:  # what did not change is not sent again
                setattr(self, name, fresh)
        if self.rows != rows:
            self.rows, self.worst = rows, rows[:WALL_SLIDES]
        if self.spoken != screen.spoken:
            self.spoken = screen.spoken
