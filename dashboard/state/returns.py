"""What the Returns page shows now, and what is done to returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import reflex as rx
from pydantic import Field

from dashboard.address import ReturnsAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.reading import with_faults
from dashboard.present.return_forms import ReturnAction
from dashboard.present.returns import PATH
from dashboard.state.asking import Trouble, ask
from dashboard.state.forms import Fields, texts
from dashboard.state.showing import LiveRows
from dashboard.views.common import Choice
from dashboard.views.forms import Form
from dashboard.views.returns import ReturnDetail, ReturnRow, ReturnsScreen
from models.enums import Permission

Text = Annotated[str, Field(max_length=200)]

_SAID = {
    ReturnAction.AUTHORISE: "It may be sent back: the number stands above.",
    ReturnAction.RECEIVE: "Noted down. Now say what becomes of it.",
    ReturnAction.INSPECT: "Booked. What is as new is on sale again.",
    ReturnAction.CLOSE: "Settled.",
    ReturnAction.CANCEL: "Called off.",
}
_SHOWN = ("statuses", "columns", "pager", "csv", "detail", "asked", "asked_close")


class ReturnsState(LiveRows, rx.State):
    """What customers send back."""

    statuses: list[Choice] = []
    rows: list[ReturnRow] = []
    detail: ReturnDetail = ReturnDetail()
    asked: str = ""
    asked_close: str = ""
    search: str = ""
    filtered: bool = False
    form: Form = Form()
    said: str = ""
    _seen: int = 0

    @rx.event
    @policy(Permission.ORDERS_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes. An order to send back from opens its form."""
        address = self._address()
        self.search, self.filtered = address.q, bool(address.q or address.status)
        self.form = Form()
        if address.id != self.detail.id:
            self.said = ""
        await self._load()
        if address.order and self.asked:
            await self._begin(ReturnAction.AUTHORISE, address.order)
        await follow(self)

    @rx.event
    @policy(Permission.ORDERS_READ)
    async def show_news(self) -> None:
        """Put the newest returns on top."""
        await self._load()

    @rx.event
    @policy(Permission.ORDERS_READ)
    def find(self, text: Text) -> Any:
        """Search by the number of a return or of an order."""
        self.search = text
        return rx.redirect(self._address().href(PATH, q=text.strip(), id=0, order=0), replace=True)

    @rx.event
    @policy(Permission.ORDERS_READ)
    async def begin(self, action: ReturnAction) -> None:
        """Open the form of an action on the return that is open."""
        if self.detail.id:
            await self._begin(action, self.detail.id)

    @rx.event
    @policy(Permission.ORDERS_READ)
    def leave(self) -> Any:
        """Close the form and change nothing."""
        self.form = Form()
        return rx.redirect(self.asked_close, replace=True) if self.asked else None

    @rx.event
    @policy(Permission.ORDERS_READ)
    async def confirm(self, given: Fields) -> Any:
        """Carry out what was typed; what is wrong is said at its field and nothing changes."""
        if not self.form.action:
            return None
        action, fields, seen = ReturnAction(self.form.action), texts(given), self._seen
        about = self._address().order if action is ReturnAction.AUTHORISE else self.detail.id
        try:
            made = await ask(
                self, lambda door, asker: door.change_return(asker, action, fields, about=about, version=seen)
            )
        except Trouble as trouble:
            self.form = with_faults(self.form, trouble.faults, fields, str(trouble))
            return None
        self.form, self.said = Form(), _SAID[action]
        await self._load()
        if action is ReturnAction.AUTHORISE:
            return rx.redirect(self._address().href(PATH, id=made, order=0))
        return None

    async def _begin(self, action: ReturnAction, about: int) -> None:
        self.said = ""
        try:
            self.form, self._seen = await ask(self, lambda door, asker: door.return_form(asker, action, about))
        except Trouble as trouble:
            self.said = str(trouble)

    async def _screen(self, keep: Sequence[str]) -> ReturnsScreen:
        address = self._address()
        return await ask(self, lambda door, asker: door.returns(asker, address))

    def _show(self, screen: ReturnsScreen, rows: list[ReturnRow]) -> None:
        self._take(screen, _SHOWN)
        self._put("rows", rows)

    def _address(self) -> ReturnsAddress:
        return ReturnsAddress.parse(self.router.url.query_parameters)
