"""Rings for everyone who waits for the feed to grow: long polls hold neither a thread nor a connection meanwhile."""

from __future__ import annotations

import asyncio
from datetime import datetime

from backend.context import Context
from backend.events.queries import latest_seq
from backend.wakeups import Topic

#: How often one look for all waiters finds what another process sequenced without a signal reaching this one.
POLL_SECONDS = 0.5


class Bell:
    """One per event loop: make it inside the loop that waits."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.loop = asyncio.get_running_loop()
        self._waiters: set[asyncio.Future[None]] = set()
        self._poller: asyncio.Task[None] | None = None
        self._known = -1
        self._deaf = ctx.wakeups.listen(Topic.SEQUENCED, self._signalled)

    def armed(self) -> asyncio.Future[None]:
        """Return what the next ring completes. Arm first, read the feed then, wait last: nothing is missed."""
        waiter: asyncio.Future[None] = self.loop.create_future()
        self._waiters.add(waiter)
        waiter.add_done_callback(self._waiters.discard)
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        return waiter

    def _signalled(self, _at: datetime | None) -> None:
        try:
            self.loop.call_soon_threadsafe(self._ring)
        except RuntimeError:  # the loop is gone: a test's, or a server that has stopped
            self._deaf()

    def _ring(self) -> None:
        for waiter in tuple(self._waiters):
            if not waiter.done():
                waiter.set_result(None)

    async def _poll(self) -> None:
        while self._waiters:
            await asyncio.sleep(POLL_SECONDS)
            last = await asyncio.to_thread(self._latest)
            if last != self._known:  # also the first time: better one look in vain than one too few
                self._known = last
                self._ring()

    def _latest(self) -> int:
        with self._ctx.read() as uow:
            return latest_seq(uow.session)
