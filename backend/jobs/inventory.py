"""Jobs of the stock: lots that expire, and orders that wait for stock and were not woken when it came."""

from __future__ import annotations

from datetime import datetime

from backend.context import Context
from backend.inventory import expiry
from backend.jobs.job import Job
from backend.orders import waiting


def run_expiry(ctx: Context) -> datetime | None:
    """Make everything unsellable that expired, a batch a transaction; return when the next lot does."""
    while True:
        with ctx.uow() as uow:
            now = uow.now
            again = expiry.expire(uow)
        if again is None or again > now:
            return again


def run_waiting(ctx: Context) -> datetime | None:
    """Wake orders that wait for stock which came while somebody else held them."""
    with ctx.uow() as uow:
        waiting.sweep(uow)
    return None


JOBS = (
    Job("stock-expiry", run_expiry, every_seconds=60, exclusive=True),
    Job("stock-waiting", run_waiting, every_seconds=60, exclusive=True),
)
