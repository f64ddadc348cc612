"""What the Orders page shows now. The address is the truth: filters are links, and opening one loads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import reflex as rx
from pydantic import Field

from dashboard.address import OrdersAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.orders import PATH
from dashboard.state.asking import ask
from dashboard.state.showing import KeptRows
from dashboard.views.common import Choice
from dashboard.views.orders import OrderRow, OrdersScreen
from models.enums import Permission

Text = Annotated[str, Field(max_length=200)]


class OrdersState(KeptRows, rx.State):
    """Every order, found by anything a customer may say."""

    search: str = ""
    method: str = ""
    channel: str = ""
    placed: str = ""
    filtered: bool = False
    statuses: list[Choice] = []
    methods: list[tuple[str, str]] = []
    channels: list[tuple[str, str]] = []
    rows: list[OrderRow] = []

    @rx.event
    @policy(Permission.ORDERS_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        address = self._address()
        self.search, self.channel = address.q, address.channel
        self.method, self.placed = address.method or "", address.placed or ""
        self.filtered = address.filtered
        await self._load()
        await follow(self)

    @rx.event
    @policy(Permission.ORDERS_READ)
    async def show_news(self) -> None:
        """Put the list in the order of now."""
        await self._load()

    @rx.event
    @policy(Permission.ORDERS_READ)
    def find(self, text: Text) -> Any:
        """Search by anything a customer may say."""
        self.search = text
        return self._go(q=text.strip())

    @rx.event
    @policy(Permission.ORDERS_READ)
    def choose_method(self, method: Text) -> Any:
        """Filter by fulfilment method; empty is all."""
        return self._go(method=method)

    @rx.event
    @policy(Permission.ORDERS_READ)
    def choose_channel(self, code: Text) -> Any:
        """Filter by channel; empty is all."""
        return self._go(channel=code)

    @rx.event
    @policy(Permission.ORDERS_READ)
    def choose_placed(self, since: Text) -> Any:
        """Filter by when it was placed; empty is any time."""
        return self._go(placed=since)

    def _address(self) -> OrdersAddress:
        return OrdersAddress.parse(self.router.url.query_parameters)

    def _go(self, **changes: Any) -> Any:
        return rx.redirect(self._address().href(PATH, **changes), replace=True)

    async def _screen(self, keep: Sequence[str]) -> OrdersScreen:
        address, shown = self._address(), [int(key) for key in keep]
        return await ask(self, lambda door, asker: door.orders(asker, address, keep=shown))

    def _show(self, screen: OrdersScreen, rows: list[OrderRow]) -> None:
        self._take(screen, ("statuses", "methods", "channels", "columns", "pager", "csv"))
        self._put("rows", rows)
