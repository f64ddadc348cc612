"""What the Network page shows now. The address is the truth: filters are links, and opening one loads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import reflex as rx
from pydantic import Field

from backend.sla.grading import Thresholds, describe
from dashboard.address import NetworkAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.network import PATH, query_string
from dashboard.state.asking import ask
from dashboard.state.showing import KeptRows
from dashboard.views.common import Choice, Kpi
from dashboard.views.network import Card, NetworkRow, NetworkScreen, Trend
from models.enums import Permission

Text = Annotated[str, Field(max_length=200)]

#: How many of the worst the wall display goes through.
WALL_SLIDES = 8
_PARTS = ("kpis", "compliance", "statuses", "methods", "groups", "columns", "pager", "csv", "card", "rule", "spoken")


class NetworkState(KeptRows, rx.State):
    """Where it burns."""

    kpis: list[Kpi] = []
    compliance: Trend = Trend()
    statuses: list[Choice] = []
    methods: list[tuple[str, str]] = []
    groups: list[tuple[str, str]] = []
    rows: list[NetworkRow] = []
    card: Card = Card()
    rule: str = describe(Thresholds())  # the usual one, so that the page has its shape before it has its data
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
        await self._load()
        await follow(self)

    async def _reload(self) -> None:
        if self.wall:  # nobody's cursor is on it
            await self._load()
        else:
            await super()._reload()

    @rx.event
    @policy(Permission.NETWORK_READ)
    async def show_news(self) -> None:
        """Put the list in the order of now."""
        await self._load()

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

    async def _screen(self, keep: Sequence[str]) -> NetworkScreen:
        address = self._address()
        return await ask(self, lambda door, asker: door.network(asker, address, keep=keep))

    def _show(self, screen: NetworkScreen, rows: list[NetworkRow]) -> None:
        self._take(screen, _PARTS)
        self._put("rows", rows)
        self._put("worst", rows[:WALL_SLIDES])
