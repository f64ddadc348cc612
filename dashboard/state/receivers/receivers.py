"""What the states of Channels and Subscriptions have in common: the list, the opened one, a form, a secret that is
shown once. Who may run their handlers each page says itself: no event handler is here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import reflex as rx

from dashboard.address.receivers import ReceiversAddress
from dashboard.gateway import Asker, Gateway
from dashboard.live import follow
from dashboard.present.reading import with_faults
from dashboard.state.asking import Trouble, ask
from dashboard.state.showing import LiveRows
from dashboard.views.common import Choice
from dashboard.views.forms import Form
from dashboard.views.receivers import ReceiverDetail, ReceiverRow, ReceiversScreen
from models.errors import ErrorCode, Fault

_STALE = "Somebody changed this first. Leave it and open it again to see what it is now."
_CHANGED = "Somebody changed it first; nothing was done. You see it as it is now."


class Receivers(LiveRows, mixin=True):
    """`secret` is one that was just made; it is gone as soon as the page shows something else."""

    states: list[Choice] = []
    rows: list[ReceiverRow] = []
    detail: ReceiverDetail = ReceiverDetail()
    may_write: bool = False
    filtered: bool = False
    form: Form = Form()
    secret: str = ""
    said: str = ""
    refused: bool = False
    _seen: int = 0
    _code: str = ""
    _just_made: bool = False

    async def _arrive(self) -> bool:
        """Show what the address asks for; return whether that is another one than before."""
        address = self._address()
        self.filtered = address.health is not None
        other = address.code != self._code
        self.form = Form()
        if not self._just_made:
            self.secret = ""
        if other:
            self._say("")
        self._code, self._just_made = address.code, False
        await self._load()
        await follow(self)
        return other

    async def _open_form(self, question: Callable[[Gateway, Asker], tuple[Form, int]]) -> None:
        self._say("")
        try:
            self.form, self._seen = await ask(self, question)
        except Trouble as trouble:
            self._say(str(trouble), refused=True)

    def _refuse(
        self,
        trouble: Trouble,
        given: Mapping[str, str],
        *,
        at_fields: Callable[[Sequence[Fault], Form], Sequence[Fault]],
        secrets: Collection[str],
    ) -> None:
        """Say what is wrong at the fields; what is secret does not come back to the browser."""
        shown = {name: text for name, text in given.items() if name not in secrets}
        stale = trouble.code is ErrorCode.STALE
        faults = at_fields(trouble.faults, self.form)
        self.form = with_faults(self.form, faults, shown, _STALE if stale else str(trouble))

    def _made(self, code: str, secret: str, said: str) -> Any:
        """Show what was just made; the address leads to it."""
        self._code, self._just_made = code, True  # so that opening it keeps what is said of it
        self.form, self.secret = Form(), secret
        self._say(said)
        return rx.redirect(self._address().href(self._path(), code=code, health=None, types=""))

    async def _saved(self, said: str) -> None:
        self.form = Form()
        self._say(said)
        await self._load()

    async def _do(self, what: Callable[[Gateway, Asker], Any], said: str) -> Any:
        """Do something to the opened one, say so, show it as it is then; None when it was refused."""
        try:
            answer = await ask(self, what)
        except Trouble as trouble:
            self._say(_CHANGED if trouble.code is ErrorCode.STALE else str(trouble), refused=True)
            await self._load()
            return None
        self._say(said)
        await self._load()
        return answer

    def _say(self, words: str, *, refused: bool = False) -> None:
        self.said, self.refused = words, refused

    def _show(self, screen: ReceiversScreen, rows: list[ReceiverRow]) -> None:
        self._take(screen, ("states", "columns", "pager", "csv", "detail", "may_write"))
        self._put("rows", rows)

    def _path(self) -> str:
        """Return where the page is."""
        raise NotImplementedError

    def _address(self) -> ReceiversAddress:
        return ReceiversAddress.parse(self.router.url.query_parameters)
