"""Which shipment or wave the Pick page is of, and what else may be done to a shipment. The rest of it lives in the
browser, which has to go on without us."""

from __future__ import annotations

import reflex as rx

from dashboard.guard import policy
from dashboard.live import follow
from dashboard.state.asking import Trouble, ask
from dashboard.state.moves import nothing_begun
from dashboard.views.moves import Moves
from models.enums import Permission


class PickState(rx.State):
    """What is picked."""

    of: str = ""
    moves: Moves = Moves()

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    async def open(self) -> None:
        """Show what the address names; runs whenever it changes."""
        kind, _, number = self.router.url.path.rstrip("/").rpartition("/")
        known = number.isascii() and number.isdecimal() and len(number) < 18
        of = f"{'waves' if kind.endswith('/wave') else 'shipments'}/{int(number) if known else 0}"
        if of != self.of:
            self.of = of
            await nothing_begun(self)
        await self._reload()
        await follow(self)

    async def _reload(self) -> None:
        """Look at what else may be done; the list is the browser's, which asks for it when the event log has moved."""
        kind, _, number = self.of.partition("/")
        if kind != "shipments":
            self.moves = Moves()
            return
        try:
            self.moves = await ask(self, lambda door, asker: door.moves(asker, int(number)))
        except Trouble:
            self.moves = Moves(int(number))  # the list itself says what is wrong
