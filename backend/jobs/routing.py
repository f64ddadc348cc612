"""The routing worker: takes due orders, the most urgent lane first, until nothing is due. Many may run side by side.

An order whose routing raises must not hold up the others: its batch is done again one by one, and the bad one is put
off, longer each time, until a person has to look at it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError

from backend.availability.follower import batch_stock, up_to_date
from backend.context import Context
from backend.jobs.job import Job
from backend.memory import undisturbed
from backend.metrics.registry import ROUTING_FAILURES
from backend.orders import routed
from backend.routing import service
from backend.routing.service import RoutingFailed
from backend.wakeups import Topic

log = logging.getLogger(__name__)

#: Orders per transaction: enough that a statement's cost is shared, few enough that nobody waits long for the locks.
BATCH = 500

#: How long an order is put off after its n-th failure: 5 s, 10 s, 20 s … at most an hour, in real time.
_FIRST_DELAY, _LONGEST_DELAY = timedelta(seconds=5), timedelta(hours=1)
_BUSY = timedelta(milliseconds=20)


def run(ctx: Context) -> datetime | None:
    """Route everything that is due; return when the next order comes due."""
    while True:
        try:
            with undisturbed(), ctx.uow() as uow:
                now = uow.now
                report = service.route_due(uow, limit=BATCH, book=batch_stock(ctx))
        except RoutingFailed as failure:
            if isinstance(failure.__cause__, OperationalError):  # a deadlock or a lost connection: nobody's fault
                raise
            one_by_one(ctx, failure.order_ids)
            continue
        if report.claimed:
            continue
        up_to_date(ctx)  # while there is time: the next order need not wait for what happened to stock until then
        with ctx.read() as uow:
            due_at = service.next_due(uow)
        if due_at is not None and due_at <= now:  # what is left is in somebody else's hands: give him a moment
            return now + _BUSY * max(1.0, ctx.clock.speed)
        return due_at


def one_by_one(ctx: Context, order_ids: Sequence[int]) -> None:
    """Route orders each in a transaction of its own, and put off those that fail."""
    for order_id in order_ids:
        try:
            with ctx.uow() as uow:
                if routed.still_due(uow, order_id):
                    service.route_these(uow, [order_id])
        except OperationalError:
            raise
        except Exception:  # whatever is wrong with this order, the others must not wait for it
            ROUTING_FAILURES.inc()
            log.exception("order %d cannot be routed; it is tried again later", order_id)
            _put_off(ctx, order_id)


def _put_off(ctx: Context, order_id: int) -> None:
    with ctx.uow() as uow:
        if not routed.still_due(uow, order_id):
            return
        failures = routed.looks(uow, order_id) + 1
        if failures >= service.attempts_allowed(uow):
            service.send_to_care(uow, order_id)
            return
        delay = min(_FIRST_DELAY * 2 ** (failures - 1), _LONGEST_DELAY) * max(1.0, ctx.clock.speed)
        routed.put_off(uow, order_id, until=uow.now + delay)


# Every two seconds is for orders that another process accepted without a signal reaching this one.
JOB = Job("routing", run, every_seconds=2, wakes_on=Topic.ROUTING)
