"""Jobs of the stock: lots that expire, and orders that wait for stock and were not woken when it came."""

from __future__ import annotations

from datetime import datetime

from backend.context import Context
from backend.inventory import expiry
from backend.jobs.batches import in_batches, later
from backend.jobs.job import Job
from backend.orders import waiting

#: Balances per transaction.
_BATCH = 500


def run_expiry(ctx: Context) -> datetime | None:
    """Make everything unsellable that expired, a batch a transaction; return when the next lot does."""
    with ctx.read() as uow:
        now, due = uow.now, expiry.due(uow)
    in_batches(ctx, "stock-expiry", due, expiry.expire, size=_BATCH)
    with ctx.read() as uow:
        return later(expiry.next_expiry(uow), than=now)


def run_waiting(ctx: Context) -> datetime | None:
    """Wake orders that wait for stock which came while somebody else held them."""
    with ctx.uow() as uow:
        waiting.sweep(uow)
    return None


JOBS = (
    Job("stock-expiry", run_expiry, every_seconds=60, exclusive=True),
    Job("stock-waiting", run_waiting, every_seconds=60, exclusive=True),
)
