"""Kept-alive connections, a few per receiver: one `Sender` per message on the way is quicker than one shared pool."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from alerts.delivery.http import Sender, SendLimits, default_tls

_IDLE_SECONDS = 30.0


class Senders:
    """Lends a `Sender` per message and takes it back; used by one event loop only."""

    def __init__(self, limits: SendLimits, *, keep: int) -> None:
        self._limits = limits
        self._keep = keep
        self.tls = default_tls()
        self._idle: dict[int, list[Sender]] = {}

    @asynccontextmanager
    async def borrow(self, receiver: int) -> AsyncIterator[Sender]:
        """Yield a sender that last called the same receiver, or a new one."""
        idle = self._idle.get(receiver)
        sender = idle.pop() if idle else Sender(self._limits, self.tls)
        try:
            yield sender
        except BaseException:
            await sender.aclose()
            raise
        self._idle.setdefault(receiver, []).append(sender)
        await self._trim()

    async def _trim(self) -> None:
        """Close what nobody used lately, and more than enough."""
        now = time.monotonic()
        everyone = sorted((s for idle in self._idle.values() for s in idle), key=lambda s: s.used_at)
        surplus = everyone[: max(0, len(everyone) - self._keep)]
        stale = [sender for sender in everyone if now - sender.used_at > _IDLE_SECONDS]
        for sender in {*surplus, *stale}:
            for idle in self._idle.values():
                if sender in idle:
                    idle.remove(sender)
            await sender.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        for idle in self._idle.values():
            for sender in idle:
                await sender.aclose()
        self._idle.clear()
