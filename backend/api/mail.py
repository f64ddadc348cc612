"""Answers that another thread gives, brought to the event loop many at once: waking it costs more than an answer."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


class Mail:
    """Belongs to the event loop that is running when it is made."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._come: deque[tuple[asyncio.Future[object], Future[object]]] = deque()
        self._rung = False

    def is_here(self) -> bool:
        """Return whether the running event loop is the one that this belongs to."""
        return self._loop is asyncio.get_running_loop()

    def of(self, answer: Future[T]) -> asyncio.Future[T]:
        """Return what to await for an answer of another thread; who gives up waiting does not stop it."""
        awaited: asyncio.Future[T] = self._loop.create_future()
        answer.add_done_callback(lambda done: self._put(awaited, done))  # type: ignore[arg-type]  # both hold a T
        return awaited

    def _put(self, awaited: asyncio.Future[object], done: Future[object]) -> None:
        self._come.append((awaited, done))
        if not self._rung and not self._loop.is_closed():
            self._rung = True  # before it is told: it lowers the flag before it looks
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._rung = False
        while self._come:
            awaited, done = self._come.popleft()
            if awaited.done():
                continue
            if done.cancelled():
                awaited.cancel()
            elif (error := done.exception()) is None:
                awaited.set_result(done.result())
            else:
                awaited.set_exception(error)
