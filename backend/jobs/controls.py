"""The job that ends what managers put on locations for a time."""

from __future__ import annotations

from datetime import datetime

from backend.context import Context
from backend.controls import queries, service
from backend.jobs.job import Job
from backend.wakeups import Topic


def run(ctx: Context) -> datetime | None:
    """End every control that ran out; return when the next one does."""
    while True:
        with ctx.uow() as uow:
            if not service.end_due(uow):
                return queries.next_end(uow)


JOB = Job("location-controls", run, every_seconds=30, wakes_on=Topic.CONTROLS, exclusive=True)
