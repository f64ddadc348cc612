"""The SLA engine's jobs: the tick, the repair sweep, and health over time. When they run is `scheduler.py`."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.context import Context
from backend.jobs.batches import in_batches
from backend.jobs.job import Job
from backend.sla import freshness, repair, samples, watch
from backend.sla.tick import tick
from backend.wakeups import Topic

_BATCH = 1000
_BUSY = timedelta(milliseconds=50)


def run_tick(ctx: Context) -> datetime | None:
    """Take everything that is due, a batch a transaction; return when the next clock or grading comes due."""
    while True:
        with ctx.uow() as uow:
            now = uow.now
            report = tick(uow, now=now, limit=_BATCH)
        if report.next_check_at is None or report.next_check_at > now:
            return report.next_check_at
        if not report.changed:  # what is left is in somebody else's hands: give him a moment
            return now + _BUSY * max(1.0, ctx.clock.speed)


def run_repair(ctx: Context) -> datetime | None:
    """Recount every location's health from its shipments; heal and log what drifted."""
    with ctx.uow() as uow:
        suspects = repair.suspects(uow)
    in_batches(ctx, "sla-repair", suspects, repair.heal, size=_BATCH)
    return None


def run_samples(ctx: Context) -> datetime | None:
    """Write down the health of the network and of the locations that changed."""
    with ctx.uow() as uow:
        samples.sample_network(uow)
        samples.sample_locations(uow)
    # A point every ten seconds; a replay an hour a second gets one a second.
    return ctx.clock.now() + timedelta(seconds=max(10.0, ctx.clock.speed)) if ctx.clock.speed else None


def run_freshness(ctx: Context) -> datetime | None:
    """Excuse the silence of closed locations."""
    with ctx.uow() as uow:
        freshness.excuse_closed(uow)
    return None


def run_watch(ctx: Context) -> datetime | None:
    """Tell of locations where nothing moves, or that fell silent, and of those where that is over."""
    with ctx.uow() as uow:
        watch.watch(uow)
    return None


def run_prune(ctx: Context) -> datetime | None:
    """Forget samples that no chart shows any more."""
    with ctx.uow() as uow:
        samples.prune(uow)
    return None


JOB = Job("sla-tick", run_tick, every_seconds=5, wakes_on=Topic.SLA)
JOBS = (
    JOB,
    Job("sla-repair", run_repair, every_seconds=60, exclusive=True),
    Job("sla-samples", run_samples, every_seconds=10, exclusive=True),
    Job("sla-freshness", run_freshness, every_seconds=60, exclusive=True),
    Job("sla-watch", run_watch, every_seconds=20, exclusive=True),
    Job("sla-prune", run_prune, every_seconds=3600, exclusive=True),
)
