"""Runs one job on APScheduler: at its next due instant, when signalled, and at the latest every so often."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from apscheduler.schedulers.base import BaseScheduler

from backend.clock import system_now
from backend.context import Context
from backend.jobs.job import Job
from backend.metrics.registry import JOB_FAILURES, JOB_SECONDS
from backend.persistence.claims import hold_lease

log = logging.getLogger(__name__)


class Runner:
    """Keeps one promise: work that was committed before a signal is looked at after it.

    APScheduler drops a run that comes due while the job still runs, and a job that has read its rows does not see
    what commits next; so a signal during a run is remembered and the job goes round once more.
    """

    def __init__(self, job: Job, ctx: Context, scheduler: BaseScheduler) -> None:
        self._job = job
        self._ctx = ctx
        self._scheduler = scheduler
        self._lock = threading.Lock()
        self._running = False
        self._wanted: datetime | None = None

    def wake(self, at: datetime | None) -> None:
        """Have the job run at the business instant `at`, or now."""
        self._want(system_now() + timedelta(seconds=self._ctx.clock.seconds_until(at)) if at else system_now())

    def __call__(self) -> None:
        """Run the job until nothing more is due; called by APScheduler in a pool thread."""
        with self._lock:
            if self._running:
                self._wanted = system_now()
                return
            self._running = True
        while True:
            next_at = self._run_once()
            with self._lock:
                wanted, self._wanted = self._wanted, None
                if wanted is None or wanted > system_now():
                    self._running = False
                    break
        if wanted is not None:
            self._want(wanted)
        if next_at is not None:
            self.wake(next_at)

    def _run_once(self) -> datetime | None:
        try:
            if self._job.exclusive and not self._leased():
                return None
            with JOB_SECONDS.labels(self._job.name).time():
                return self._job.run(self._ctx)
        except Exception:  # a job must outlive its own bugs and a database that went away; the next run tries again
            JOB_FAILURES.labels(self._job.name).inc()
            log.exception("job %s failed; it runs again in %.0f s", self._job.name, self._job.every_seconds)
            return None

    def _leased(self) -> bool:
        with self._ctx.uow() as uow:
            return hold_lease(uow, self._job.name, seconds=self._job.every_seconds * 3 + 5)

    def _want(self, at: datetime) -> None:
        with self._lock:
            if self._running:
                self._wanted = at if self._wanted is None else min(at, self._wanted)
                return
        planned = self._scheduler.get_job(self._job.name)
        if planned is None:
            return  # the program is stopping
        if planned.next_run_time is None or at < planned.next_run_time:
            planned.modify(next_run_time=at)
