"""Shadow runs are worked on here, a second at a time, so that a program that is told to stop can."""

from __future__ import annotations

import logging
import time
from datetime import datetime

from sqlalchemy.exc import OperationalError

from backend.context import Context
from backend.jobs.job import Job
from backend.routing import shadow
from backend.routing.shadowing import Shadowing
from backend.wakeups import Topic
from models.enums import WorkStatus

log = logging.getLogger(__name__)

_SLICE_SECONDS = 1.0


class ShadowWorker:
    """Works on one run at a time and keeps it in memory between calls."""

    def __init__(self) -> None:
        self._mine: tuple[Context, Shadowing] | None = None

    def __call__(self, ctx: Context) -> datetime | None:
        """Work for about a second; return now when there is more to do."""
        until = time.monotonic() + _SLICE_SECONDS
        while time.monotonic() < until:
            mine, self._mine = self._mine, None
            run = mine[1] if mine and mine[0] is ctx else _claim_next(ctx)
            if run is None:
                return None
            try:
                more = run.step()
            except OperationalError:  # the database is away or too busy: it is begun anew later
                raise
            except Exception as error:  # one that cannot be run must not be tried for ever
                log.exception("shadow run %d failed", run.run_id)
                run.fail(f"{type(error).__name__}: {error}")
                continue
            if more:
                self._mine = ctx, run
        return ctx.clock.now()


def _claim_next(ctx: Context) -> Shadowing | None:
    with ctx.read() as uow:
        waiting = shadow.to_do(uow)
    for run_id in waiting:
        try:
            run = Shadowing.claim(ctx, run_id)
        except OperationalError:
            raise
        except Exception as error:  # nor may it keep the others waiting
            log.exception("shadow run %d cannot begin", run_id)
            with ctx.uow() as uow:
                shadow.finish(uow, run_id, WorkStatus.FAILED, {"problem": f"{type(error).__name__}: {error}"[:500]})
            continue
        if run is not None:
            return run
    return None


JOB = Job("shadow-runs", ShadowWorker(), every_seconds=5, wakes_on=Topic.IMPORTS)
