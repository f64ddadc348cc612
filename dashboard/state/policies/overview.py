"""What the page Policies shows now."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import reflex as rx

from dashboard.address import base
from dashboard.address.policies import PoliciesAddress, PolicyAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.policies.editing import EDIT_PATH
from dashboard.state.asking import Trouble, ask
from dashboard.state.forms import Fields, texts
from dashboard.state.showing import Shows
from dashboard.views.common import Choice, Column, Pager
from dashboard.views.policies import PolicyRow
from models.enums import Permission


class PoliciesState(Shows, rx.State):
    """What pages whom."""

    states: list[Choice] = []
    columns: list[Column] = []
    rows: list[PolicyRow] = []
    pager: Pager = Pager()
    csv: str = ""
    may_write: bool = False
    templates: list[tuple[str, str]] = []

    @rx.event
    @policy(Permission.ALERTS_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        await self._reload()
        await follow(self)

    @rx.event
    @policy(Permission.POLICIES_WRITE)
    def begin(self, given: Fields) -> Any:
        """Open the editor with a template; nothing is saved by it."""
        template = base.text(texts(given).get("template"))
        return rx.redirect(PolicyAddress(template=template).href(EDIT_PATH)) if template else None

    async def _reload(self) -> None:
        address = PoliciesAddress.parse(self.router.url.query_parameters)
        try:
            screen = await ask(self, lambda door, asker: door.policies(asker, address))
        except Trouble as trouble:
            self.trouble = str(trouble)
            return
        self._take(screen, [field.name for field in fields(screen)])
