"""Which shipment or wave the Pick page is of. The rest of it lives in the browser, which has to go on without us."""

from __future__ import annotations

import reflex as rx

from dashboard.guard import policy
from dashboard.live import follow
from models.enums import Permission


class PickState(rx.State):
    """What is picked."""

    of: str = ""

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    async def open(self) -> None:
        """Show what the address names; runs whenever it changes."""
        kind, _, number = self.router.url.path.rstrip("/").rpartition("/")
        known = number.isascii() and number.isdecimal() and len(number) < 18
        self.of = f"{'waves' if kind.endswith('/wave') else 'shipments'}/{int(number) if known else 0}"
        await follow(self)

    async def _reload(self) -> None:
        """Leave it to the browser, which asks for its list whenever the event log has moved."""
