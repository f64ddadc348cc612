"""What an order's page shows now, and what is done to the order."""

from __future__ import annotations

from typing import Annotated

import reflex as rx
from pydantic import Field

from backend.orders.rules import OrderCommand
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.state.asking import Trouble, ask
from dashboard.state.moves import nothing_begun
from dashboard.state.showing import Shows
from dashboard.views.alerts import OpenHere
from dashboard.views.order import (
    Answer,
    Fact,
    LineRow,
    OrderHead,
    Reckoned,
    ShipmentCard,
    StoryLine,
    WhyLine,
)
from models.enums import Permission
from models.errors import ErrorCode

LONGEST_REASON = 200

#: What was done, once it is.
_SAID = {
    OrderCommand.HOLD: "The order is on hold: work on it stops and its clocks stand still.",
    OrderCommand.RELEASE: "The order goes on.",
    OrderCommand.CANCEL: "What had not left is cancelled, and its stock given back.",
}
_CHANGED = "Somebody changed this order first; nothing was done. You see it as it is now: look again, then decide."
_NO_REASON = "Say why in a few words: whoever looks at this order next will want to know."
_TOO_LONG = f"At most {LONGEST_REASON} letters, please."
_FACTS = ("head", "answer", "lines", "total", "shipments", "customer", "address")
_PARTS = (*_FACTS, "story", "promise", "why", "why_steps", "decided", "alerts")


class OrderState(Shows, rx.State):
    """One order: the answer, its story, its parts."""

    missing: bool = False
    head: OrderHead = OrderHead()
    answer: Answer = Answer()
    story: list[StoryLine] = []
    lines: list[LineRow] = []
    total: str = ""
    shipments: list[ShipmentCard] = []
    customer: list[Fact] = []
    address: list[str] = []
    promise: list[Reckoned] = []
    why: list[WhyLine] = []
    why_steps: list[WhyLine] = []
    decided: str = ""
    alerts: list[OpenHere] = []
    there: str = ""  # which other location was asked about
    not_there: list[WhyLine] = []
    asking: str = ""  # which action waits for its reason and a yes
    fault: str = ""  # what is wrong with the reason
    said: str = ""  # what became of the last action
    refused: bool = False
    _seen: int = 0  # the version on screen when the action was begun

    @rx.event
    @policy(Permission.ORDERS_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        if self._id() != self.head.id:
            self.reset()  # type: ignore[no-untyped-call]  # Reflex's
            await nothing_begun(self)
        await self._reload()
        await follow(self)

    @rx.event
    @policy(Permission.ORDERS_WRITE)
    def begin(self, command: OrderCommand) -> None:
        """Ask for the reason and a yes."""
        self.asking, self.fault, self.said = command.value, "", ""
        self._seen = self.head.version

    @rx.event
    @policy(Permission.ORDERS_READ)
    def leave(self) -> None:
        """Leave everything as it is."""
        self.asking, self.fault = "", ""

    @rx.event
    @policy(Permission.ORDERS_WRITE)
    async def confirm(self, form: dict[str, Annotated[str, Field(max_length=1000)]]) -> None:
        """Do what was asked for, unless the order changed meanwhile."""
        if not self.asking:
            return
        command = OrderCommand(self.asking)
        reason = form.get("reason", "").strip()
        if command is not OrderCommand.RELEASE and not 0 < len(reason) <= LONGEST_REASON:
            self.fault = _TOO_LONG if reason else _NO_REASON
            return
        order_id, seen = self._id(), self._seen
        self.asking, self.fault = "", ""
        try:
            await ask(
                self,
                lambda door, asker: door.command_order(asker, order_id, command, reason=reason, expected_version=seen),
            )
        except Trouble as trouble:
            self.said, self.refused = _CHANGED if trouble.code is ErrorCode.STALE else str(trouble), True
        else:
            self.said, self.refused = _SAID[command], False
        await self._reload()

    @rx.event
    @policy(Permission.ORDERS_READ)
    async def ask_about(self, text: Annotated[str, Field(max_length=100)]) -> None:
        """Say why a location was not chosen."""
        self.there = text
        order_id, wanted = self._id(), text.strip()
        if not wanted:
            self.not_there = []
            return
        try:
            self.not_there = await ask(self, lambda door, asker: door.why_not_elsewhere(asker, order_id, wanted))
        except Trouble as trouble:
            self.not_there = [WhyLine("0", str(trouble), 0)]

    async def _reload(self) -> None:
        order_id = self._id()
        try:
            screen = await ask(self, lambda door, asker: door.order(asker, order_id))
        except Trouble as trouble:
            self.missing = trouble.code is ErrorCode.NOT_FOUND
            self.trouble = "" if self.missing else str(trouble)
            return
        self.missing = False
        self._take(screen, _PARTS)

    def _id(self) -> int:
        text = self.router.url.path.rstrip("/").rpartition("/")[2]
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
