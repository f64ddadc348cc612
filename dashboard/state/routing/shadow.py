"""What the page Shadow run shows now, starting a run and cancelling it."""

from __future__ import annotations

from typing import Annotated, Any

import reflex as rx
from pydantic import Field

from dashboard.address.routing import ShadowAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.routing.versions import SHADOW_PATH
from dashboard.state.asking import Trouble, ask
from dashboard.state.forms import Fields, texts
from dashboard.state.showing import Shows
from dashboard.views.common import Column
from dashboard.views.shadow import RunRow, RunView
from models.enums import Permission
from models.errors import ErrorCode

Key = Annotated[int, Field(ge=1, le=2**53)]


class ShadowState(Shows, rx.State):
    """Strategies tried on the last orders."""

    refused: bool = False
    strategies: list[tuple[str, str]] = []
    columns: list[Column] = []
    runs: list[RunRow] = []
    run: RunView = RunView()
    may_write: bool = False
    said: str = ""

    @rx.event
    @policy(Permission.ROUTING_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        self.said = ""
        await self._reload()
        await follow(self)

    @rx.event
    @policy(Permission.ROUTING_READ)
    async def look_again(self) -> None:
        """Show how far a run has come; the page asks while one runs."""
        if self.run.running:
            await self._reload()

    @rx.event
    @policy(Permission.ROUTING_WRITE)
    async def start(self, fields: Fields) -> Any:
        """Try a version on the last orders."""
        given = texts(fields)
        version, number = given.get("version", ""), given.get("orders", "")
        if not (number.isascii() and number.isdigit() and len(number) < 8):
            self.said = "Say on how many orders, as a number."
            return None
        try:
            run = await ask(self, lambda door, asker: door.start_shadow_run(asker, version, int(number)))
        except Trouble as trouble:
            self.said = str(trouble)
            return None
        return rx.redirect(ShadowAddress(run=run).href(SHADOW_PATH))

    @rx.event
    @policy(Permission.ROUTING_WRITE)
    async def cancel(self, run: Key) -> None:
        """Stop a run; what it found so far is forgotten."""
        try:
            await ask(self, lambda door, asker: door.cancel_shadow_run(asker, run))
        except Trouble as trouble:
            self.said = str(trouble)
            return
        await self._reload()
        self.said = "The run is cancelled."

    async def _reload(self) -> None:
        address = ShadowAddress.parse(self.router.url.query_parameters)
        try:
            screen = await ask(self, lambda door, asker: door.shadow_runs(asker, address))
        except Trouble as trouble:
            self.refused = trouble.code is ErrorCode.FORBIDDEN
            self.trouble = "" if self.refused else str(trouble)
            return
        self._take(screen, ("strategies", "columns", "runs", "run", "may_write"))
