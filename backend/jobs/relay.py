"""The relay: moves committed events into the feed and onto the webhooks' list as soon as they are there."""

from __future__ import annotations

from datetime import datetime

from backend.context import Context
from backend.events.sequencer import sequence, waiting
from backend.jobs.job import Job
from backend.wakeups import Topic

BATCH = 1000


def run(ctx: Context) -> datetime | None:
    """Sequence everything that is committed; an idle call costs one index look-up and no lock."""
    while True:
        with ctx.read() as uow:
            if not waiting(uow.session):
                return None
        with ctx.uow() as uow:
            sequence(uow, limit=BATCH)


# Four times a second is for events that another process committed without a signal reaching this one.
JOB = Job(name="relay", run=run, every_seconds=0.25, wakes_on=Topic.EVENTS)
