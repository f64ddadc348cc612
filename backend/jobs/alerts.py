"""The job of the alert engine (`backend/alerting/engine.py`): as soon as events have their place in the feed, and when
an alert's time has come."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.alerting.engine import outlook, work
from backend.context import Context
from backend.jobs.job import Job
from backend.wakeups import Topic

_BATCH = 1000
_BUSY = timedelta(milliseconds=50)


def run(ctx: Context) -> datetime | None:
    """Do all there is to do, a batch a transaction; return when the next alert's time comes. Safe side by side: the
    feed's cursor is locked."""
    while True:
        with ctx.read() as uow:
            now, ahead = uow.now, outlook(uow)
        if not ahead.due(now):
            return ahead.next_at
        with ctx.uow() as uow:
            done = work(uow, limit=_BATCH)
        if not done and not ahead.behind:  # what is due is in somebody else's hands: give him a moment
            return now + _BUSY * max(1.0, ctx.clock.speed)


JOB = Job("alerts", run, every_seconds=1, wakes_on=Topic.SEQUENCED)
