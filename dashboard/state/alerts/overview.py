"""What the Alerts page shows now, and taking an alert on from its row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import reflex as rx
from pydantic import Field

from dashboard.address.alerts import AlertsAddress
from dashboard.gateway import Asker, Gateway
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.alerts.words import PATH
from dashboard.state.asking import Trouble, ask
from dashboard.state.showing import KeptRows
from dashboard.views.alerts import AlertRow, AlertsScreen
from dashboard.views.common import Choice
from models.enums import Permission
from models.errors import ErrorCode

Text = Annotated[str, Field(max_length=200)]
Key = Annotated[int, Field(ge=1, le=2**53)]

_SHOWN = (
    *("kinds", "reasons", "severities", "policies", "columns", "pager", "csv"),
    *("nothing", "nothing_text", "looked"),
)
_CHANGED = "Somebody changed this alert first; nothing was done. You see it as it is now."


class AlertsState(KeptRows, rx.State):
    """What is wrong, the worst first."""

    kinds: list[Choice] = []
    reasons: list[Choice] = []
    severities: list[tuple[str, str]] = []
    policies: list[tuple[str, str]] = []
    rows: list[AlertRow] = []
    search: str = ""
    severity: str = ""
    policy_code: str = ""
    location: str = ""
    filtered: bool = False
    nothing: str = ""
    nothing_text: str = ""
    looked: str = ""
    said: str = ""  # what became of the last action
    may_undo: bool = False
    _taken: int = 0  # the alert that was taken on last

    @rx.event
    @policy(Permission.ALERTS_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        address = self._address()
        self.search, self.policy_code, self.location = address.q, address.policy, address.location
        self.severity, self.filtered = address.severity or "", address.filtered
        self._say("")
        await self._load()
        await follow(self)

    @rx.event
    @policy(Permission.ALERTS_READ)
    async def show_news(self) -> None:
        """Put the list in the order of now."""
        await self._load()

    @rx.event
    @policy(Permission.ALERTS_READ)
    def find(self, text: Text) -> Any:
        """Search by title, policy or location."""
        self.search = text
        return self._go(q=text.strip())

    @rx.event
    @policy(Permission.ALERTS_READ)
    def choose_severity(self, severity: Text) -> Any:
        """Filter by how bad it is; empty is all."""
        return self._go(severity=severity)

    @rx.event
    @policy(Permission.ALERTS_READ)
    def choose_policy(self, code: Text) -> Any:
        """Filter by policy; empty is all."""
        return self._go(policy=code)

    @rx.event
    @policy(Permission.ALERTS_READ)
    def everywhere(self) -> Any:
        """Show those of all locations again."""
        return self._go(location="")

    @rx.event
    @policy(Permission.ALERTS_WRITE)
    async def acknowledge(self, alert: Key, version: Key) -> None:
        """Take an alert on, as it was seen."""
        await self._do(lambda door, asker: door.acknowledge(asker, alert, version), "You have it: ", taken=alert)

    @rx.event
    @policy(Permission.ALERTS_WRITE)
    async def undo(self) -> None:
        """Give back what was taken on last."""
        alert = self._taken
        if alert:
            await self._do(lambda door, asker: door.give_back(asker, alert), "Nobody has it again: ", taken=0)

    async def _do(self, what: Callable[[Gateway, Asker], str], words: str, *, taken: int) -> None:
        try:
            title = await ask(self, what)
        except Trouble as trouble:
            self._say(_CHANGED if trouble.code is ErrorCode.STALE else str(trouble))
        else:
            self._say(f"{words}{title}", taken)
        await self._reload()

    def _say(self, words: str, taken: int = 0) -> None:
        self.said, self._taken, self.may_undo = words, taken, taken > 0

    def _address(self) -> AlertsAddress:
        return AlertsAddress.parse(self.router.url.query_parameters)

    def _go(self, **changes: Any) -> Any:
        return rx.redirect(self._address().href(PATH, **changes), replace=True)

    async def _screen(self, keep: Sequence[str]) -> AlertsScreen:
        address, shown = self._address(), [int(key) for key in keep]
        return await ask(self, lambda door, asker: door.alerts(asker, address, keep=shown))

    def _show(self, screen: AlertsScreen, rows: list[AlertRow]) -> None:
        self._take(screen, _SHOWN)
        self._put("rows", rows)
