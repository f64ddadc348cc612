"""Tells every open tab that the server's data has moved on: soon, once for many changes, and each tab on its own, so
that a slow one never holds up another. Knows nothing of Reflex (`live.py` connects the two) nor of what changed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pulse:
    """How far the event log has come, and the business instant at which that was read."""

    version: int
    as_of: datetime
    alerts: str = ""  # changes with the alerts, which may be there before an event tells of them

    def news(self, told: Pulse | None) -> bool:
        """Return whether it tells of anything that `told` did not."""
        return told is None or (self.version, self.alerts) != (told.version, told.alerts)


class Reply(Enum):
    """What became of telling a tab."""

    TOLD = "told"
    GONE = "gone"  # closed, signed out, or no longer allowed: forget it


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. `gather` is how long changes are collected after one was told; `poll` heals lost signals and sees what
    other processes wrote; `beat` is how often a quiet tab hears that all is well; `rest` times the duration of a push
    is how long its tab is left alone, so that many or slow tabs never eat the machine."""

    gather: float = 0.1
    poll: float = 0.25
    beat: float = 10.0
    rest: float = 2.0


class _Tab:
    def __init__(self) -> None:
        self.pending: Pulse | None = None
        self.task: asyncio.Task[None] | None = None


class Hub:
    """Follows `newest` and hands each new pulse to `push` for every tab. Lives on one event loop, but for `wake`."""

    def __init__(
        self,
        *,
        newest: Callable[[], Awaitable[Pulse]],
        push: Callable[[str, Pulse], Awaitable[Reply]],
        pace: Pace = Pace(),
    ) -> None:
        self._newest = newest
        self._push = push
        self._pace = pace
        self._tabs: dict[str, _Tab] = {}
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def tabs(self) -> int:
        """Return how many tabs are followed."""
        return len(self._tabs)

    def add(self, token: str) -> None:
        """Follow a tab from now on; adding it again changes nothing."""
        self._tabs.setdefault(token, _Tab())
        self._woken.set()

    def wake(self) -> None:
        """Look now: something was committed. Any thread may call this."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self) -> None:
        """Follow until cancelled. Without tabs it sleeps and asks nothing."""
        self._loop = asyncio.get_running_loop()
        told: Pulse | None = None
        beat_at = 0.0
        try:
            while True:
                await self._rest_until_woken()
                pulse = await self._look()
                now = time.monotonic()
                if pulse is None or (not pulse.news(told) and now < beat_at):
                    continue
                told, beat_at = pulse, now + self._pace.beat
                self._announce(pulse)
                await asyncio.sleep(self._pace.gather)
        finally:
            self._loop = None
            for tab in self._tabs.values():
                if tab.task is not None:
                    tab.task.cancel()

    async def _rest_until_woken(self) -> None:
        timeout = self._pace.poll if self._tabs else None
        try:
            await asyncio.wait_for(self._woken.wait(), timeout)
        except TimeoutError:
            return
        self._woken.clear()

    async def _look(self) -> Pulse | None:
        try:
            return await self._newest()
        except Exception:  # the database is away for a moment: tabs grow stale and say so, the hub lives on
            log.warning("live: cannot read how far the event log has come", exc_info=True)
            await asyncio.sleep(self._pace.poll)
            return None

    def _announce(self, pulse: Pulse) -> None:
        for token, tab in list(self._tabs.items()):
            tab.pending = pulse
            if tab.task is None or tab.task.done():
                tab.task = asyncio.create_task(self._serve(token, tab))

    async def _serve(self, token: str, tab: _Tab) -> None:
        while tab.pending is not None:
            pulse, tab.pending = tab.pending, None
            started = time.monotonic()
            if await self._tell(token, pulse) is Reply.GONE:
                if self._tabs.get(token) is tab:
                    del self._tabs[token]
                return
            await asyncio.sleep(self._pace.rest * (time.monotonic() - started))

    async def _tell(self, token: str, pulse: Pulse) -> Reply:
        try:
            return await self._push(token, pulse)
        except Exception:  # one tab's trouble is not the others'; the next change tries it again
            log.exception("live: telling a tab failed")
            return Reply.TOLD
