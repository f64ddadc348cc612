"""What the page Event types shows now."""

from __future__ import annotations

from typing import Annotated, Any

import reflex as rx
from pydantic import Field

from dashboard.address.receivers import CatalogueAddress
from dashboard.guard import policy
from dashboard.live import Live
from dashboard.present.receivers.catalogue import PATH
from dashboard.state.asking import Trouble, ask
from dashboard.state.showing import Shows
from dashboard.views.receivers import TypeDetail, TypeFamily
from models.enums import Permission

Text = Annotated[str, Field(max_length=200)]


class CatalogueState(Shows, rx.State):
    """Every type of event."""

    search: str = ""
    families: list[TypeFamily] = []
    found: str = ""
    csv: str = ""
    detail: TypeDetail = TypeDetail()

    @rx.event
    @policy(Permission.EVENTS_READ)
    async def open(self) -> Any:
        """Show what the address asks for; runs whenever it changes."""
        address = CatalogueAddress.parse(self.router.url.query_parameters)
        self.search = address.q
        try:
            screen = await ask(self, lambda door, asker: door.catalogue(asker, address))
        except Trouble as trouble:
            self.trouble = str(trouble)
            return None
        self._take(screen, ("families", "found", "csv", "detail"))
        return Live.subscribe

    @rx.event
    @policy(Permission.EVENTS_READ)
    def find(self, text: Text) -> Any:
        """Look for types by their name, meaning or fields."""
        self.search = text
        address = CatalogueAddress.parse(self.router.url.query_parameters)
        return rx.redirect(address.href(PATH, q=text.strip()), replace=True)
