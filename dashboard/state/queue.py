"""What the Work queue shows now, and how somebody takes work from it. The address is the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import reflex as rx
from pydantic import Field

from dashboard.address import QueueAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.queue import PATH
from dashboard.state.asking import Trouble, ask
from dashboard.state.showing import KeptRows
from dashboard.views.common import Choice
from dashboard.views.queue import QueueScreen, WorkRow
from models.enums import Permission

Text = Annotated[str, Field(max_length=64)]
Key = Annotated[str, Field(pattern=r"^\d{1,18}$")]


class QueueState(KeptRows, rx.State):
    """The work of one location, by time left."""

    nowhere: bool = False  # this person sees no location
    location: str = ""
    place: str = ""
    method: str = ""
    places: list[tuple[str, str]] = []
    whose: list[Choice] = []
    methods: list[tuple[str, str]] = []
    rows: list[WorkRow] = []
    free: str = ""
    empty: str = ""
    empty_hint: str = ""
    said: str = ""  # why work could not be taken

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        self.method, self.said = self._address().method or "", ""
        await self._load()
        await follow(self)

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    async def show_news(self) -> None:
        """Put the list in the order of now."""
        await self._load()

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    def choose_place(self, code: Text) -> Any:
        """Look at another location's queue."""
        return rx.redirect(self._address().href(PATH, location=code), replace=True)

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    def choose_method(self, method: Text) -> Any:
        """Filter by fulfilment method; empty is all."""
        return rx.redirect(self._address().href(PATH, method=method), replace=True)

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    async def take(self, key: Key) -> Any:
        """Take a shipment and go to work on it."""
        return await self._go(key, lambda door, asker: door.take_work(asker, int(key)))

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    async def take_next(self) -> Any:
        """Take the most urgent shipment that is in nobody's hands, and go to work on it."""
        here = replace(self._address(), location=self.location)
        return await self._go("", lambda door, asker: door.take_next(asker, here))

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    async def let_go(self, key: Key) -> None:
        """Let a shipment go again."""
        try:
            await ask(self, lambda door, asker: door.let_go(asker, int(key)))
            self.said = ""
        except Trouble as trouble:
            self.said = str(trouble)
        await self._reload()

    async def _go(self, key: str, taking: Any) -> Any:
        try:
            taken = await ask(self, taking)
        except Trouble as trouble:
            self.said = str(trouble)
            await self._reload()
            return None
        self.said = ""
        return rx.redirect(f"/pick/{taken or key}")

    def _address(self) -> QueueAddress:
        return QueueAddress.parse(self.router.url.query_parameters)

    async def _screen(self, keep: Sequence[str]) -> QueueScreen | None:
        address, shown = self._address(), [int(key) for key in keep]
        screen = await ask(self, lambda door, asker: door.queue(asker, address, keep=shown))
        self.nowhere = screen is None
        return screen

    def _show(self, screen: QueueScreen, rows: list[WorkRow]) -> None:
        names = ("location", "place", "places", "whose", "methods", "columns", "pager", "csv")
        self._take(screen, (*names, "free", "empty", "empty_hint"))
        self._put("rows", rows)
