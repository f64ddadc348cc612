"""Whoever said `Prefer: wait=N`: their orders are routed by this process at once, in a transaction of their own.

The order is committed already and due for routing, so that nothing is lost whatever happens here. What a worker took
first is waited for. When the time is over, the answer is what was accepted.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.context import Context
from backend.orders import queries, service
from backend.orders.intake import Call
from backend.orders.queries import OrderView
from backend.orders.service import AcceptedOrder
from backend.persistence import answers
from backend.persistence.answers import Stored
from backend.wakeups import Topic

log = logging.getLogger(__name__)

#: How long to wait for a signal that another process routed an order before looking at its row.
_LOOK_SECONDS = 0.05
_LINGER_SECONDS = 2.0


@dataclass(slots=True, eq=False)
class Waiter:
    """A call whose order was accepted; `placed` is its answer if it is not routed until `until` (monotonic)."""

    call: Call
    order: AcceptedOrder
    placed: Stored
    show: Callable[[OrderView], Stored]
    until: float
    tried: bool = False


class Waiters:
    """Routes and answers the orders somebody waits for. One thread, alive while there are any."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._waiting: list[Waiter] = []
        self._changed = threading.Condition()
        self._running = False

    def add(self, waiter: Waiter) -> None:
        """Answer this call as soon as its order is routed."""
        with self._changed:
            self._waiting.append(waiter)
            if not self._running:
                self._running = True
                threading.Thread(target=self._work, name="order-waiters", daemon=True).start()
            self._changed.notify()

    def _work(self) -> None:
        stop = self._ctx.wakeups.listen(Topic.ROUTED, self._signalled)
        try:
            while waiting := self._take():
                try:
                    self._route([waiter for waiter in waiting if not waiter.tried])
                    self._answer(waiting)
                except Exception:  # whoever comes later must not wait for a thread that is gone
                    log.exception("orders that somebody waits for could not be looked at; they are looked at again")
                    time.sleep(_LOOK_SECONDS)
        finally:
            stop()

    def _signalled(self, _at: datetime | None) -> None:
        with self._changed:
            self._changed.notify()

    def _take(self) -> list[Waiter]:
        with self._changed:
            if self._waiting and all(waiter.tried for waiter in self._waiting):
                self._changed.wait(_LOOK_SECONDS)
            elif not self._waiting:
                self._changed.wait_for(lambda: self._waiting, _LINGER_SECONDS)
            self._running = bool(self._waiting)
            return list(self._waiting)

    def _route(self, waiters: Sequence[Waiter]) -> None:
        for waiter in waiters:
            waiter.tried = True
        if not waiters:
            return
        try:
            with self._ctx.uow() as uow:
                service.route_accepted(uow, [waiter.order.id for waiter in waiters])
        except Exception as error:  # the worker takes them: they are due
            log.warning("%d orders were not routed at once: %s", len(waiters), error)

    def _answer(self, waiters: Sequence[Waiter]) -> None:
        now = time.monotonic()
        over = [waiter for waiter in waiters if waiter.until <= now]
        try:
            given = self._given(waiters, over)
        except Exception as error:
            log.warning("looking for %d orders failed: %s", len(waiters), error)
            given = {waiter: waiter.placed for waiter in over}
        with self._changed:
            self._waiting = [waiter for waiter in self._waiting if waiter not in given]
        for waiter, answer in given.items():
            if not waiter.call.answer.done():
                waiter.call.answer.set_result(answer)

    def _given(self, waiters: Sequence[Waiter], over: Sequence[Waiter]) -> dict[Waiter, Stored]:
        """Return the answers to those whose orders were routed or whose time is over, kept for their keys."""
        with self._ctx.read() as uow:
            settled = queries.not_due(uow, [waiter.order.id for waiter in waiters])
            views = {view.order.id: view for view in queries.by_ids(uow, sorted(settled))}
            done = {w: w.show(views[w.order.id]) for w in waiters if w.order.id in views}
        given = {**{waiter: waiter.placed for waiter in over}, **done}
        kept = [(waiter.call.claim, answer) for waiter, answer in given.items() if waiter.call.claim]
        if kept:
            with self._ctx.uow() as uow:
                answers.replace(uow, kept)
        return given
