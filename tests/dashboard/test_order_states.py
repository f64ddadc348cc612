"""The states of Orders and Order with a fake door: no database, no browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
import reflex as rx

from backend.auth.actor import SYSTEM
from backend.orders.rules import OrderCommand
from dashboard import gateway
from dashboard.address import OrdersAddress
from dashboard.gateway import Asker, Gateway
from dashboard.state import asking
from dashboard.state import order as order_state
from dashboard.state import orders as orders_state
from dashboard.state.order import OrderState
from dashboard.state.orders import OrdersState
from dashboard.views.common import Pager
from dashboard.views.order import Answer, OrderHead, OrderScreen
from dashboard.views.orders import OrderRow, OrdersScreen
from models.errors import DomainError, ErrorCode


def row(key: int) -> OrderRow:
    return OrderRow(str(key), f"A-{key}", *[""] * 17)


class Fake(Gateway):
    """Says what it was told to say, and remembers what was asked of it."""

    def __init__(self) -> None:
        self.keys = [2, 1]
        self.version = 3
        self.refusal: DomainError | None = None
        self.commands: list[tuple[OrderCommand, str, int]] = []

    def orders(self, asker: Asker, address: OrdersAddress, *, keep: Any = ()) -> OrdersScreen:
        """Return its orders, then those that are kept."""
        rows = [row(key) for key in self.keys] + [row(key) for key in keep if key not in self.keys]
        return OrdersScreen(len(self.keys), [], [], [], [], rows, Pager(), "")

    def order(self, asker: Asker, order_id: int) -> OrderScreen:
        """Return one order."""
        if self.refusal:
            raise self.refusal
        head = OrderHead(id=order_id, number="A-1", version=self.version)
        return OrderScreen(head, Answer("Fine"), [], [], "", [], [], [], [], [], [], "")

    def command_order(
        self, asker: Asker, order_id: int, command: OrderCommand, *, reason: str, expected_version: int
    ) -> None:
        """Remember, and refuse what is not of this version."""
        if expected_version != self.version:
            raise DomainError(ErrorCode.STALE, "It has changed.")
        self.commands.append((command, reason, expected_version))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    before = gateway.door()
    door = Fake()
    gateway.use(door)

    async def somebody(_state: rx.State) -> Any:
        return SYSTEM

    async def unheard(_state: rx.State) -> None:
        return None

    monkeypatch.setattr(asking, "actor_of", somebody)
    for module in (order_state, orders_state):
        monkeypatch.setattr(module, "follow", unheard)
    yield door
    gateway.use(before)


def run(kind: type[Any], play: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        root = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
        await play(await root.get_state(kind))

    asyncio.run(main())


def handler(kind: type[Any], name: str) -> Any:
    return getattr(kind, name).fn


def test_new_orders_wait_until_they_are_asked_for(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(OrdersState, "open")(state)
        assert [one.key for one in state.rows] == ["2", "1"]
        fake.keys = [3, 2]
        await state._reload()
        assert [one.key for one in state.rows] == ["2", "1"]
        assert state.news == "1 new"
        await handler(OrdersState, "show_news")(state)
        assert [one.key for one in state.rows] == ["3", "2"]

    run(OrdersState, play)


def test_an_action_wants_a_reason_and_happens_once(fake: Fake) -> None:
    async def play(state: Any) -> None:
        begin, confirm = handler(OrderState, "begin"), handler(OrderState, "confirm")
        await handler(OrderState, "open")(state)
        begin(state, OrderCommand.HOLD)
        for reason in ("  ", "x" * 201):
            await confirm(state, {"reason": reason})
            assert state.fault
            assert fake.commands == []
        await confirm(state, {"reason": " address is checked "})
        assert fake.commands == [(OrderCommand.HOLD, "address is checked", 3)]
        assert (state.asking, state.fault, state.refused) == ("", "", False)
        assert state.said.startswith("The order is on hold")
        await confirm(state, {"reason": "again"})
        assert len(fake.commands) == 1

    run(OrderState, play)


def test_who_comes_second_is_told_and_sees_what_is_so_now(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(OrderState, "open")(state)
        handler(OrderState, "begin")(state, OrderCommand.CANCEL)
        fake.version = 4
        await state._reload()  # the page follows, yet the yes was meant for what was seen
        await handler(OrderState, "confirm")(state, {"reason": "late"})
        assert fake.commands == []
        assert state.refused
        assert state.said.startswith("Somebody changed this order first")
        assert state.head.version == 4

    run(OrderState, play)


def test_a_missing_order_is_no_error(fake: Fake) -> None:
    async def play(state: Any) -> None:
        fake.refusal = DomainError(ErrorCode.NOT_FOUND, "There is no order 9.")
        await handler(OrderState, "open")(state)
        assert (state.missing, state.trouble) == (True, "")
        fake.refusal = DomainError(ErrorCode.UNAVAILABLE, "Not now.")
        await state._reload()
        assert (state.missing, state.trouble) == (False, "Not now.")

    run(OrderState, play)


def test_leaving_changes_nothing(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(OrderState, "open")(state)
        handler(OrderState, "begin")(state, OrderCommand.CANCEL)
        handler(OrderState, "leave")(state)
        await handler(OrderState, "confirm")(state, {"reason": "x"})
        assert fake.commands == []

    run(OrderState, play)
