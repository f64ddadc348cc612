"""What the page of empty suggestions shows now."""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx

from dashboard.address.routing import EmptyAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.state.asking import ask
from dashboard.state.showing import LiveRows
from dashboard.views.common import Choice
from dashboard.views.network import Trend
from dashboard.views.routing import EmptyRow, EmptyScreen, Share
from models.enums import Permission


class EmptyState(LiveRows, rx.State):
    """Orders that found no place."""

    filtered: bool = False
    trend: Trend = Trend()
    outcomes: list[Choice] = []
    rows: list[EmptyRow] = []
    reasons: list[Share] = []

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

    async def _screen(self, keep: Sequence[str]) -> EmptyScreen:
        address = EmptyAddress.parse(self.router.url.query_parameters)
        self.filtered = address.outcome is not None
        return await ask(self, lambda door, asker: door.empty_suggestions(asker, address))

    def _show(self, screen: EmptyScreen, rows: list[EmptyRow]) -> None:
        self._take(screen, ("trend", "outcomes", "columns", "pager", "csv", "reasons"))
        self._put("rows", rows)
