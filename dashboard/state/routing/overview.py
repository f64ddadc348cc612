"""What the Routing page shows now."""

from __future__ import annotations

from dataclasses import fields

import reflex as rx

from dashboard.address.routing import RoutingAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.state.asking import Trouble, ask
from dashboard.state.showing import Shows
from dashboard.views.common import Choice, Column, Kpi, Pager
from dashboard.views.network import Trend
from dashboard.views.routing import StrategyWords, VersionRow
from models.enums import Permission


class RoutingState(Shows, rx.State):
    """The active strategy, its versions, key figures."""

    active: str = ""
    since: str = ""
    words: StrategyWords = StrategyWords()
    kpis: list[Kpi] = []
    empty: Trend = Trend()
    states: list[Choice] = []
    columns: list[Column] = []
    versions: list[VersionRow] = []
    pager: Pager = Pager()
    csv: str = ""
    may_write: bool = False
    edit: str = ""

    @rx.event
    @policy(Permission.ROUTING_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        await self._reload()
        await follow(self)

    async def _reload(self) -> None:
        address = RoutingAddress.parse(self.router.url.query_parameters)
        try:
            screen = await ask(self, lambda door, asker: door.routing(asker, address))
        except Trouble as trouble:
            self.trouble = str(trouble)
            return
        self._take(screen, [field.name for field in fields(screen)])
