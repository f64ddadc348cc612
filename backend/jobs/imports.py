"""Files that were sent in are worked on here, a second at a time, so that a program that is told to stop can."""

from __future__ import annotations

import time
from collections import deque
from datetime import datetime, timedelta

from backend.context import Context
from backend.imports import queries, service
from backend.imports.engine import ImportRun
from backend.jobs.job import Job
from backend.wakeups import Topic

_SLICE_SECONDS = 1.0
#: Files that a process works on at once.
_IN_TURN = 4
#: A file that has been coming in for so long is not coming any more.
_ABANDONED = timedelta(days=1)


class ImportWorker:
    """Works on some jobs in turn, a batch each, so that a small file need not wait for a huge one."""

    def __init__(self) -> None:
        self._runs: deque[ImportRun] = deque()
        self._of: Context | None = None

    def __call__(self, ctx: Context) -> datetime | None:
        """Work for about a second; return now when there is more to do."""
        if self._of is not ctx:
            self._runs.clear()
            self._of = ctx
        self._claim(ctx)
        until = time.monotonic() + _SLICE_SECONDS
        while self._runs and time.monotonic() < until:
            run = self._runs.popleft()
            if run.step():  # if it raises, the job is claimed anew, from what was committed
                self._runs.append(run)
            else:
                self._claim(ctx)
        return ctx.clock.now() if self._runs else None

    def _claim(self, ctx: Context) -> None:
        """Take jobs that wait, or were left in the middle, as long as there is room for them."""
        if len(self._runs) >= _IN_TURN:
            return
        with ctx.read() as uow:
            waiting = queries.to_do(uow)
        mine = {run.job_id for run in self._runs}
        for job_id in waiting:
            if len(self._runs) >= _IN_TURN:
                return
            run = None if job_id in mine else ImportRun.claim(ctx, job_id)
            if run is not None:
                self._runs.append(run)


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
