"""The bell in the top bar: how many alerts nobody has taken on. Every page has it, and it follows the server."""

from __future__ import annotations

import reflex as rx

from dashboard.live import always
from dashboard.state.asking import Trouble, ask
from dashboard.views.alerts import Ringing


@always
class Bell(rx.State):
    """What the bell says. No handler: `Session.load` and the live hub have it look."""

    ringing: Ringing = Ringing()

    async def _reload(self) -> None:
        try:
            now = await ask(self, lambda door, asker: door.bell(asker))
        except Trouble:  # whoever was signed out sees no bell either
            now = Ringing()
        if now != self.ringing:
            self.ringing = now
