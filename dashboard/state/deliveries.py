"""What the Deliveries page shows now, and sending a message again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import reflex as rx
from pydantic import Field

from dashboard.address import DeliveriesAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.deliveries import PATH
from dashboard.state.asking import Trouble, ask
from dashboard.state.showing import LiveRows
from dashboard.views.common import Choice
from dashboard.views.deliveries import DeliveriesScreen, DeliveryDetail, DeliveryRow
from models.enums import Permission

Text = Annotated[str, Field(max_length=200)]
Key = Annotated[int, Field(ge=1, le=2**53)]


class DeliveriesState(LiveRows, rx.State):
    """Every webhook message and its attempts."""

    statuses: list[Choice] = []
    subscriptions: list[tuple[str, str]] = []
    subscription: str = ""
    rows: list[DeliveryRow] = []
    detail: DeliveryDetail = DeliveryDetail()
    said: str = ""  # what became of the last action
    filtered: bool = False

    @rx.event
    @policy(Permission.SUBSCRIPTIONS_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        address = self._address()
        self.subscription, self.said = address.subscription, ""
        self.filtered = bool(address.subscription or address.status)
        await self._load()
        await follow(self)

    @rx.event
    @policy(Permission.SUBSCRIPTIONS_READ)
    async def show_news(self) -> None:
        """Put the newest messages on top."""
        await self._load()

    @rx.event
    @policy(Permission.SUBSCRIPTIONS_READ)
    def choose_subscription(self, code: Text) -> Any:
        """Filter by subscription; empty is all."""
        return rx.redirect(self._address().href(PATH, subscription=code, id=0), replace=True)

    @rx.event
    @policy(Permission.SUBSCRIPTIONS_WRITE)
    async def replay(self, delivery_id: Key) -> None:
        """Send a message again under its old id."""
        try:
            await ask(self, lambda door, asker: door.replay(asker, delivery_id))
        except Trouble as trouble:
            self.said = str(trouble)
            return
        await self._load()
        self.said = "The message will be sent again now."

    async def _screen(self, keep: Sequence[str]) -> DeliveriesScreen:
        address = self._address()
        return await ask(self, lambda door, asker: door.deliveries(asker, address))

    def _show(self, screen: DeliveriesScreen, rows: list[DeliveryRow]) -> None:
        self._take(screen, ("statuses", "subscriptions", "columns", "pager", "csv", "detail"))
        self._put("rows", rows)

    def _address(self) -> DeliveriesAddress:
        return DeliveriesAddress.parse(self.router.url.query_parameters)
