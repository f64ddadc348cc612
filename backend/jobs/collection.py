"""Customers who do not come for what waits for them: reminded, and in the end not waited for."""

from __future__ import annotations

from datetime import datetime

from backend.context import Context
from backend.fulfillment import collection
from backend.jobs.batches import in_batches
from backend.jobs.job import Job

_NAME = "collection"
_REMINDERS, _GIVEN_UP = 200, 50


def run(ctx: Context) -> datetime | None:
    """Do everything that is due, a batch a transaction; return when there is something again."""
    with ctx.read() as uow:
        now = uow.now
        to_remind, overdue = collection.to_remind(uow), collection.overdue(uow)
    in_batches(ctx, _NAME, to_remind, collection.remind, size=_REMINDERS)
    in_batches(ctx, _NAME, overdue, collection.give_up, size=_GIVEN_UP)
    with ctx.read() as uow:
        return collection.next_due(uow, after=now)


JOB = Job(_NAME, run, every_seconds=60, exclusive=True)
