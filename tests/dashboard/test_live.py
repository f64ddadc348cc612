"""Pushing news to one tab: only while it is there and its viewer may look, and with his own session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
import reflex as rx
from reflex.istate.data import RouterData
from reflex.state import BaseState

from backend import program
from backend.auth.people import deactivate
from backend.auth.service import COOKIE
from backend.auth.sessions import sign_in, sign_out
from backend.context import Context
from dashboard import live
from dashboard.guard import actor_of
from dashboard.hub import Pulse, Reply
from dashboard.live import Live
from models.enums import Role
from tests.support.api import PASSWORD, person

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


class Shown(rx.State):
    """A page that follows: it notes for whom it was reloaded."""

    readers: list[str] = []  # noqa: RUF012 a Reflex field

    async def _reload(self) -> None:
        actor = await actor_of(self)
        self.readers = [*self.readers, actor.label if actor else "nobody"]


class App:
    """As much of a Reflex app as a push touches: which tabs are connected, and their states."""

    def __init__(self, cookie: str) -> None:
        self.connected = True
        self.root = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
        self.root.router = RouterData.from_router_data(
            {"token": "tab", "headers": {"cookie": f"{COOKIE}={cookie}"}, "pathname": "/"}
        )
        self.event_namespace = SimpleNamespace(_token_manager=self)

    async def is_token_connected(self, _token: str) -> bool:
        return self.connected

    @asynccontextmanager
    async def modify_state(self, token: Any) -> AsyncIterator[BaseState]:
        assert token.ident == "tab"
        yield self.root

    def push(self, version: int) -> Reply:
        return asyncio.run(live.push(cast(rx.App, self), "tab", Pulse(version, NOON)))

    def state(self, cls: type[Any]) -> Any:
        return asyncio.run(self.root.get_state(cls))


@pytest.fixture
def signed_in(ctx: Context) -> Iterator[App]:
    """Yield the tab of the signed-in viewer Ann, on a page that follows."""
    program.configure(program.Program(ctx))
    person(ctx, "ann", Role.VIEWER)
    app = App(sign_in(ctx, "ann", PASSWORD, address="127.0.0.1").token)
    app.state(Live)._follower = Shown.get_full_name()
    yield app
    program.configure(cast(Any, None))


def test_a_tab_gets_the_version_and_its_page_is_reloaded_as_its_viewer(signed_in: App) -> None:
    assert signed_in.push(7) is Reply.TOLD
    state = signed_in.state(Live)
    assert (state.version, state.as_of, state.beat) == (7, NOON.isoformat(), 1)
    assert signed_in.state(Shown).readers == ["ann"]


def test_a_beat_without_news_reloads_nothing(signed_in: App) -> None:
    signed_in.push(7)
    signed_in.push(7)
    assert signed_in.state(Live).beat == 2
    assert len(signed_in.state(Shown).readers) == 1


def test_a_page_that_does_not_follow_only_hears_the_version(signed_in: App) -> None:
    signed_in.state(Live)._follower = ""
    assert signed_in.push(7) is Reply.TOLD
    assert signed_in.state(Live).version == 7
    assert signed_in.state(Shown).readers == []


def test_a_closed_tab_is_gone(signed_in: App) -> None:
    signed_in.connected = False
    assert signed_in.push(7) is Reply.GONE
    assert signed_in.state(Live).version == 0


@pytest.mark.parametrize("how", ["signed out", "disabled"])
def test_who_may_no_longer_look_is_told_nothing(signed_in: App, ctx: Context, how: str) -> None:
    cookie = signed_in.root.router.headers.cookie.removeprefix(f"{COOKIE}=")
    with ctx.uow() as uow:
        if how == "signed out":
            sign_out(uow, cookie)
        else:
            deactivate(uow, "ann")
    assert signed_in.push(7) is Reply.GONE
    assert signed_in.state(Live).version == 0
    assert signed_in.state(Shown).readers == []
