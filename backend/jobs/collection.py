"""Customers who do not come for what waits for them: reminded, and in the end not waited for."""

from __future__ import annotations

from datetime import datetime

from backend.context import Context
from backend.fulfillment import collection
from backend.jobs.job import Job


def run(ctx: Context) -> datetime | None:
    """Do everything that is due, a batch a transaction; return when there is something again."""
    for act in (collection.remind, collection.give_up):
        done = 1
        while done:
            with ctx.uow() as uow:
                done = act(uow)
    with ctx.read() as uow:
        return collection.next_due(uow)


JOB = Job("collection", run, every_seconds=60, exclusive=True)
