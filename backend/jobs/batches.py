"""Items of a job, some in a transaction: one that cannot be done must not keep the others waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from backend.context import Context
from backend.metrics.registry import JOB_REFUSED
from backend.persistence.bulk import chunks
from backend.persistence.uow import Uow

log = logging.getLogger(__name__)

Item = TypeVar("Item")


def in_batches(
    ctx: Context, job: str, items: Iterable[Item], act: Callable[[Uow, list[Item]], object], *, size: int = 1
) -> list[Item]:
    """Do `act` with all items, `size` in a transaction, and return those that cannot be done.

    A batch that raises is done again one by one; the items that raise then are logged, counted and left as they are:
    the job meets them at its next run. A database that is away (OperationalError) is nobody's fault, and is raised.
    """
    left: list[Item] = []
    for batch in chunks(items, size):
        if len(batch) == 1 or _problem(ctx, batch, act) is not None:
            left += [item for item in batch if not _done(ctx, job, item, act)]
    return left


def later(soonest: datetime | None, *, than: datetime) -> datetime | None:
    """Return when to look again: never at once for what is past, which could not be done; its job comes by anyway."""
    return soonest if soonest is not None and soonest > than else None


def _done(ctx: Context, job: str, item: Item, act: Callable[[Uow, list[Item]], object]) -> bool:
    problem = _problem(ctx, [item], act)
    if problem is not None:
        JOB_REFUSED.labels(job).inc()
        log.error("job %s cannot do %s; it tries again at its next run", job, item, exc_info=problem)
    return problem is None


def _problem(ctx: Context, batch: list[Item], act: Callable[[Uow, list[Item]], object]) -> Exception | None:
    """Do a batch in a transaction of its own, and return what it raised."""
    try:
        with ctx.uow() as uow:
            act(uow, batch)
    except OperationalError:
        raise
    except Exception as problem:  # whatever is wrong with one of them, the others must not wait for it
        return problem
    return None
