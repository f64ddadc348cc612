"""Files that were sent in are worked on here, a second at a time, so that a program that is told to stop can."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from backend.context import Context
from backend.imports import queries, service
from backend.imports.engine import ImportRun
from backend.jobs.job import Job
from backend.wakeups import Topic

_SLICE_SECONDS = 1.0
#: A file that has been coming in for so long is not coming any more.
_ABANDONED = timedelta(days=1)


class ImportWorker:
    """Works on one job at a time and keeps its place in the file between calls."""

    def __init__(self) -> None:
        self._mine: tuple[Context, ImportRun] | None = None

    def __call__(self, ctx: Context) -> datetime | None:
        """Work for about a second; return now when there is more to do."""
        until = time.monotonic() + _SLICE_SECONDS
        while time.monotonic() < until:
            mine, self._mine = self._mine, None
            run = mine[1] if mine and mine[0] is ctx else _claim_next(ctx)
            if run is None:
                return None
            if run.step():  # if it raises, the job is claimed anew, from what was committed
                self._mine = ctx, run
        return ctx.clock.now()


def _claim_next(ctx: Context) -> ImportRun | None:
    with ctx.read() as uow:
        waiting = queries.to_do(uow)
    for job_id in waiting:
        run = ImportRun.claim(ctx, job_id)
        if run is not None:
            return run
    return None


def run_forget(ctx: Context) -> datetime | None:
    """Drop files that never came in whole, and the reports of those that were read long ago."""
    kept = timedelta(days=ctx.settings.import_days)
    with ctx.uow() as uow:
        service.forget_unfinished(uow, uow.now - _ABANDONED)
    gone = int(bool(kept))
    while gone:
        with ctx.uow() as uow:
            gone = service.forget_ended(uow, uow.now - kept)
    return None


JOB = Job("imports", ImportWorker(), every_seconds=5, wakes_on=Topic.IMPORTS)
JOBS = (JOB, Job("imports-forget", run_forget, every_seconds=3600, exclusive=True))
