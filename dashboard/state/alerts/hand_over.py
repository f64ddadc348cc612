"""What the Hand-over page shows now."""

from __future__ import annotations

import reflex as rx

from dashboard.address.hand_over import HandOverAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.state.asking import Trouble, ask
from dashboard.state.showing import Shows
from dashboard.views.common import Choice
from dashboard.views.hand_over import HandedAlert, HandedSilence
from models.enums import Permission

_PARTS = ("shifts", "answer", "begun_at", "read_at", "waiting", "taken", "over", "over_more", "silences", "text")


class HandOverState(Shows, rx.State):
    """What the next shift has to know."""

    shifts: list[Choice] = []
    answer: str = ""
    begun_at: str = ""
    read_at: str = ""
    waiting: list[HandedAlert] = []
    taken: list[HandedAlert] = []
    over: list[HandedAlert] = []
    over_more: str = ""
    silences: list[HandedSilence] = []
    text: str = ""

    @rx.event
    @policy(Permission.ALERTS_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        await self._reload()
        await follow(self)

    async def _reload(self) -> None:
        address = HandOverAddress.parse(self.router.url.query_parameters)
        try:
            screen = await ask(self, lambda door, asker: door.shift(asker, address))
        except Trouble as trouble:
            self.trouble = str(trouble)
            return
        self._take(screen, _PARTS)
