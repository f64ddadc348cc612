"""What the page Try an order shows now. What is tried stands in the address, so that it can be sent to somebody."""

from __future__ import annotations

from typing import Annotated, Any

import reflex as rx
from pydantic import Field

from dashboard.address.routing import TryAddress
from dashboard.guard import policy
from dashboard.live import Live
from dashboard.present.routing.versions import TRY_PATH
from dashboard.state.asking import Trouble, ask
from dashboard.state.forms import Fields, texts
from dashboard.views.trial import Trial, TryForm, WhyNot
from models.enums import Permission

Text = Annotated[str, Field(max_length=200)]


class TryState(rx.State):
    """An order that is only tried."""

    ready: bool = False
    trouble: str = ""
    wrong: str = ""  # what could not be tried, in words
    form: TryForm = TryForm()
    asked: dict[str, str] = {}
    form_key: str = ""
    trial: Trial = Trial()
    find: str = ""
    why_not: list[WhyNot] = []
    none_found: str = ""

    @rx.event
    @policy(Permission.ROUTING_READ)
    async def open(self) -> Any:
        """Try what the address asks for; runs whenever it changes."""
        address = self._address()
        self.asked = _every_word(address)
        self.form_key = address.href(TRY_PATH, find="")
        try:
            self.form = await ask(self, lambda door, asker: door.try_form(asker))
        except Trouble as trouble:
            self.trouble = str(trouble)
            return None
        self.trouble, self.ready, self.find, self.why_not, self.none_found = "", True, "", [], ""
        await self._try(address)
        return Live.subscribe

    @rx.event
    @policy(Permission.ROUTING_READ)
    def submit(self, fields: Fields) -> Any:
        """Try what the form says."""
        return rx.redirect(TryAddress.parse(texts(fields)).href(TRY_PATH))

    @rx.event
    @policy(Permission.ROUTING_READ)
    async def look_for(self, text: Text) -> None:
        """Say why the places of this name or code would not get it."""
        self.find = text
        address = self._address()
        if not text.strip() or not address.asks:
            self.why_not, self.none_found = [], ""
            return
        asked = TryAddress.parse({**_every_word(address), "find": text})
        try:
            self.why_not = await ask(self, lambda door, asker: door.why_not(asker, asked))
        except Trouble as trouble:
            self.why_not, self.none_found = [], str(trouble)
            return
        self.none_found = "" if self.why_not else f"No location is called “{text.strip()}”."

    async def _try(self, address: TryAddress) -> None:
        self.wrong, self.trial = "", Trial()
        if not address.asks:
            return
        try:
            screen = await ask(self, lambda door, asker: door.try_order(asker, address))
        except Trouble as trouble:
            self.wrong = str(trouble)
            return
        self.trial = screen.trial

    def _address(self) -> TryAddress:
        return TryAddress.parse(self.router.url.query_parameters)


def _every_word(address: TryAddress) -> dict[str, str]:
    """Return all words of the form, empty ones too."""
    words = ("order", "lines", "near", "lat", "lon", "channel", "tier", "service", "strategy")
    return {**{word: str(getattr(address, word)) for word in words}, "method": address.method.value}
