"""The same program at another moment: how history is made through the services with true stamps."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from backend.clock import ManualClock
from backend.context import Context
from backend.sla.tick import tick

_TICK_LIMIT = 5000


def at_instant(ctx: Context, instant: datetime) -> tuple[Context, ManualClock]:
    """Return the same program on a clock that stands where it is put."""
    clock = ManualClock(instant)
    return replace(ctx, clock=clock, transactions=ctx.transactions.by(clock)), clock


def tick_until(ctx: Context, now: datetime) -> None:
    """Run the SLA tick until nothing is due at `now`."""
    while True:
        with ctx.uow() as uow:
            report = tick(uow, now=now, limit=_TICK_LIMIT)
        if report.next_check_at is None or report.next_check_at > now:
            return
