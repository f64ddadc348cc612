"""What the page of empty suggestions shows now."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.address.routing import EmptyAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.ordering import in_place, news
from dashboard.state.asking import Trouble, ask
from dashboard.views.common import Choice, Column, Pager
from dashboard.views.network import Trend
from dashboard.views.routing import EmptyRow, EmptyScreen, Share
from models.enums import Permission


class EmptyState(rx.State):
    """Orders that found no place."""

    ready: bool = False
    trouble: str = ""
    filtered: bool = False
    trend: Trend = Trend()
    outcomes: list[Choice] = []
    columns: list[Column] = []
    rows: list[EmptyRow] = []
    pager: Pager = Pager()
    csv: str = ""
    reasons: list[Share] = []
    news: str = ""

    @rx.event
    @policy(Permission.ROUTING_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        await self._load()
        await follow(self)

    @rx.event
    @policy(Permission.ROUTING_READ)
    async def show_news(self) -> None:
        """Put the newest on top."""
        await self._load()

    async def _reload(self) -> None:
        shown = [row.key for row in self.rows]
        if not self.ready or not shown:
            await self._load()
            return
        screen = await self._screen()
        if screen is None:
            return
        fresh = {row.key: row for row in screen.rows}
        kept = {row.key: fresh.get(row.key, row) for row in self.rows}
        self._show(screen, in_place(shown, kept))
        self.news = news(shown, list(fresh))

    async def _load(self) -> None:
        screen = await self._screen()
        if screen is not None:
            self._show(screen, screen.rows)
            self.news = ""

    async def _screen(self) -> EmptyScreen | None:
        address = EmptyAddress.parse(self.router.url.query_parameters)
        self.filtered = address.outcome is not None
        try:
            return await ask(self, lambda door, asker: door.empty_suggestions(asker, address))
        except Trouble as trouble:
            self.trouble = str(trouble)
            return None

    def _show(self, screen: EmptyScreen, rows: list[EmptyRow]) -> None:
        self.trouble, self.ready = "", True
        for name in ("trend", "outcomes", "columns", "pager", "csv", "reasons"):
            self._put(name, getattr(screen, name))
        self._put("rows", rows)

    def _put(self, name: str, value: Any) -> None:
        if getattr(self, name) != value:  # what did not change is not sent again
            setattr(self, name, value)
