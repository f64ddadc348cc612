"""The job that ends what managers put on locations for a time."""

from __future__ import annotations

from datetime import datetime

from backend.context import Context
from backend.controls import queries, service
from backend.jobs.batches import in_batches
from backend.jobs.job import Job
from backend.wakeups import Topic

_NAME = "location-controls"


def run(ctx: Context) -> datetime | None:
    """End every control that ran out, a location a transaction; return when the next one does."""
    with ctx.read() as uow:
        now = uow.now
        places = queries.run_out(uow)
    in_batches(ctx, _NAME, places, service.end_due)
    with ctx.read() as uow:
        return queries.next_end(uow, after=now)


JOB = Job(_NAME, run, every_seconds=30, wakes_on=Topic.CONTROLS, exclusive=True)
