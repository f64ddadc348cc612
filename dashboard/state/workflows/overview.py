"""What the page Workflows shows now."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import reflex as rx

from dashboard.address import base
from dashboard.address.workflows import WorkflowAddress, WorkflowsAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.workflows.ways import EDIT_PATH
from dashboard.state.asking import Trouble, ask
from dashboard.state.forms import Fields, texts
from dashboard.state.showing import Shows
from dashboard.views.common import Choice, Column, Pager
from dashboard.views.workflows import MethodWays, WorkflowRow
from models.enums import Method, Permission


class WorkflowsState(Shows, rx.State):
    """What holds, by method and group, and all versions."""

    ways: list[MethodWays] = []
    states: list[Choice] = []
    columns: list[Column] = []
    versions: list[WorkflowRow] = []
    pager: Pager = Pager()
    csv: str = ""
    may_write: bool = False
    methods: list[tuple[str, str]] = []
    groups: list[tuple[str, str]] = []

    @rx.event
    @policy(Permission.ORDERS_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        await self._reload()
        await follow(self)

    @rx.event
    @policy(Permission.WORKFLOWS_WRITE)
    def fork(self, given: Fields) -> Any:
        """Open the editor with a fork of a method for a group; nothing is saved by it."""
        said = texts(given)
        method, group = base.word(Method, said.get("method")), base.text(said.get("group"))
        if method is None or not group:
            return None
        return rx.redirect(WorkflowAddress(method=method, group=group).href(EDIT_PATH))

    async def _reload(self) -> None:
        address = WorkflowsAddress.parse(self.router.url.query_parameters)
        try:
            screen = await ask(self, lambda door, asker: door.workflows(asker, address))
        except Trouble as trouble:
            self.trouble = str(trouble)
            return
        self._take(screen, [field.name for field in fields(screen)])
