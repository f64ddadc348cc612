"""What runs in the availability process: the whole book and all API keys, kept up to date."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

from backend.auth.keycache import KeyCache
from backend.availability import store
from backend.availability.book import Book
from backend.availability.follower import Follower
from backend.context import Context
from models.events import EventType

if TYPE_CHECKING:
    from backend.availability.redis_store import RedisStock

#: How often the keys are read although no event told of a change.
KEYS_EVERY_SECONDS = 5.0


def holding_everything(ctx: Context) -> Context:
    """Return the context with a book of all products and a cache of all keys, both empty."""
    return dataclasses.replace(ctx, stock=Book(whole=True), keys=KeyCache(seconds=None))


def _copy(ctx: Context) -> RedisStock | None:
    if not ctx.settings.redis_url:
        return None
    from backend.availability.redis_store import RedisStock  # the client is loaded only where there is a server for it

    return RedisStock(ctx.settings.redis_url, ctx.stock, ctx.keys, database=str(ctx.engine.url))


class StockService:
    """A service (`backend/jobs/job.py`) that follows the feed for a context that holds everything."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._keys_at = -KEYS_EVERY_SECONDS
        self._copy = _copy(ctx)
        self._follower = Follower(ctx, ctx.stock, before=self._keys, after=self._told, instead=self._restore)

    @property
    def away(self) -> bool:
        """Whether the database did not answer when it was last asked."""
        return self._follower.away

    def start(self) -> None:
        """Begin; returns at once."""
        self._follower.start()
        if self._copy is not None:
            self._copy.start()

    def look(self) -> None:
        """Take over what there is to know by now, in this thread. Raises when the database is away."""
        self._follower.look()

    def stop(self) -> None:
        """End; returns when the threads have ended."""
        self._follower.stop()
        if self._copy is not None:
            self._copy.stop()

    def _restore(self) -> None:
        if self._copy is not None:
            self._copy.restore()

    def _keys(self) -> None:
        if time.monotonic() - self._keys_at >= KEYS_EVERY_SECONDS:
            self._read_keys()

    def _told(self, types: set[str]) -> None:
        if EventType.API_KEY_CHANGED.value in types:
            self._read_keys()

    def _read_keys(self) -> None:
        with self._ctx.read() as uow:
            self._ctx.keys.replace(store.read_keys(uow))
        self._keys_at = time.monotonic()
