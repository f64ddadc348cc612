"""When jobs run: the one table of all recurring work, on APScheduler. How a job is run is `runner.py`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from backend.clock import system_now
from backend.context import Context
from backend.jobs import (
    alerts,
    collection,
    controls,
    escalation,
    imports,
    inventory,
    prune,
    relay,
    routing,
    shadow,
    sla,
    waves,
)
from backend.jobs.job import Job, Service
from backend.jobs.runner import Runner

log = logging.getLogger(__name__)


def all_jobs() -> Sequence[Job]:
    """Return every recurring job of the program."""
    several = (*sla.JOBS, *imports.JOBS, *inventory.JOBS, *escalation.JOBS)
    return (
        relay.JOB,
        alerts.JOB,
        routing.JOB,
        shadow.JOB,
        *several,
        controls.JOB,
        waves.JOB,
        collection.JOB,
        prune.JOB,
    )


class Scheduler:
    """Starts and stops jobs and services of one process."""

    def __init__(self, ctx: Context, jobs: Sequence[Job], services: Sequence[Service] = ()) -> None:
        self._ctx = ctx
        self._jobs = jobs
        self._services = services
        self._stops: list[Callable[[], None]] = []
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(max(4, len(jobs) * 2))},
            job_defaults={"coalesce": True, "max_instances": 4, "misfire_grace_time": None},
        )
        # Its own log says only what ours says better, once per run.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def start(self) -> None:
        """Run every job once now, then as it asks; start the services."""
        for job in self._jobs:
            runner = Runner(job, self._ctx, self._scheduler)
            self._scheduler.add_job(
                runner, "interval", seconds=job.every_seconds, id=job.name, next_run_time=system_now()
            )
            if job.wakes_on is not None:
                self._stops.append(self._ctx.wakeups.listen(job.wakes_on, _forgiving(runner)))
        self._scheduler.start()
        for service in self._services:
            service.start()

    def stop(self) -> None:
        """Stop the services, let running jobs finish, and leave no thread behind."""
        for stop in self._stops:
            stop()
        for service in reversed(self._services):
            service.stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)


def _forgiving(runner: Runner) -> Callable[..., None]:
    """Return the runner's `wake` for use as a listener, which must not raise while the program stops."""

    def listener(at: object = None) -> None:
        try:
            runner.wake(at)  # type: ignore[arg-type]  # the Wakeups contract: a datetime or None
        except JobLookupError:
            log.debug("signal after the job was removed")

    return listener
