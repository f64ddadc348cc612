"""Keeps open pages true: what is committed on the server is in the browser a moment later, under each viewer's rights.

A page's state calls `follow(self)` when it loads; from then on its `_reload` runs whenever events were committed. Pages
that only show the time and the map subscribe with `Live.subscribe`. When to tell whom is `hub.py`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Protocol, TypeVar, cast

import reflex as rx
from reflex.state import BaseState

from alerts.browse import mark
from backend import program
from backend.events.queries import latest_seq
from backend.wakeups import Topic
from dashboard.guard import actor_of, policy
from dashboard.hub import Hub, Pulse, Reply
from models.enums import Permission


class Reloads(Protocol):
    """A page state that can renew what it shows; it asks the gateway with its own session, as in its first load."""

    async def _reload(self) -> None: ...


_ALWAYS: list[type[rx.State]] = []
Page = TypeVar("Page", bound=type[rx.State])


def always(state: Page) -> Page:
    """Have a state's `_reload` run on every change, whichever page is open: for what stands in the shell of all."""
    _ALWAYS.append(state)
    return state


class Live(rx.State):
    """What every page knows of the server: how far the event log had come, and at which business instant."""

    version: int = 0
    as_of: str = ""
    beat: int = 0  # counts what was heard from the server, also when nothing changed
    _alerts: str = ""  # the state of the alerts then
    _follower: str = ""  # full name of the page state to reload; empty: none

    @rx.event
    @policy(Permission.NETWORK_READ)
    async def subscribe(self) -> None:
        """Follow from now on; the page loads its data itself."""
        self._follower = ""
        await self._begin()

    async def _begin(self) -> None:
        self._take(await newest())
        _hub().add(self.router.session.client_token)

    def _take(self, pulse: Pulse) -> None:
        self.version, self._alerts = pulse.version, pulse.alerts
        self.as_of = pulse.as_of.isoformat()
        self.beat += 1


async def follow(state: BaseState) -> None:
    """Call `state._reload()` on every change from now on; call this at the end of a page's first load."""
    live = await state.get_state(Live)
    live._follower = type(state).get_full_name()
    await live._begin()


async def newest() -> Pulse:
    """Return how far the event log has come."""
    return await asyncio.to_thread(_read_newest)


def _read_newest() -> Pulse:
    with program.current().read() as uow:
        return Pulse(latest_seq(uow.session), uow.now, mark(uow.session))


async def push(app: rx.App, token: str, pulse: Pulse) -> Reply:
    """Bring one tab up to date, if it is still there and its viewer still signed in."""
    manager = cast(Any, app.event_namespace)._token_manager
    if not await manager.is_token_connected(token):
        return Reply.GONE
    async with app.modify_state(rx.BaseStateToken(ident=token, cls=Live)) as root:
        live = await root.get_state(Live)
        actor = await actor_of(live)
        if actor is None or not actor.can(Permission.NETWORK_READ):
            return Reply.GONE
        moved = (live.version, live._alerts) != (pulse.version, pulse.alerts)
        live._take(pulse)
        if moved and live._follower:
            page = await root.get_state(cast(Any, root.get_class_substate(live._follower)))
            await cast(Reloads, page)._reload()
        for shell in _ALWAYS if moved else ():
            await cast(Reloads, await root.get_state(shell))._reload()
    return Reply.TOLD


_running: Hub | None = None


def _hub() -> Hub:
    if _running is None:
        raise RuntimeError("The live hub runs with the web server: register `following` as a lifespan task")
    return _running


@contextlib.asynccontextmanager
async def following(app: rx.App) -> AsyncIterator[None]:
    """Run the hub while the web server runs."""
    global _running

    async def tell(token: str, pulse: Pulse) -> Reply:
        return await push(app, token, pulse)

    hub = _running = Hub(newest=newest, push=tell)
    stop = program.current().wakeups.listen(Topic.SEQUENCED, lambda _at: hub.wake())
    task = asyncio.create_task(hub.run())
    try:
        yield
    finally:
        stop()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        _running = None
