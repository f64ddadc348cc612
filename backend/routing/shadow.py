"""Shadow runs as rows: a strategy tried on the last orders beside the active one. How one is run is `shadowing.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.persistence.claims import hold_lease
from backend.persistence.uow import Uow
from backend.routing import strategies
from backend.wakeups import Topic
from models.enums import WorkStatus
from models.errors import DomainError, ErrorCode, Fault, invalid, not_found
from models.tables import JobLease, ShadowRun

MOST_ORDERS = 10_000
LIVE = (WorkStatus.WAITING.value, WorkStatus.RUNNING.value)
#: How long a process that was killed keeps its run from the others.
LEASE_SECONDS = 15.0
#: What a document that was never saved is called.
UNSAVED = "as stated"


@dataclass(frozen=True, slots=True)
class Tried:
    """What is to be tried: a saved strategy by `name` and perhaps `version`, or a `document`."""

    name: str | None = None
    version: int | None = None
    document: Any = None


def start(uow: Uow, tried: Tried, *, orders: int) -> ShadowRun:
    """Have a strategy tried on the last `orders` orders; INVALID names every fault, NOT_FOUND an unknown strategy."""
    _whole_network(uow)
    if not 1 <= orders <= MOST_ORDERS:
        raise invalid([Fault("/orders", "out_of_range", f"From 1 to {MOST_ORDERS:,} orders.")])
    if tried.name is not None:
        row = strategies.get(uow, tried.name, version=tried.version).row
        name, version, document = row.name, row.version, row.document
        faults = strategies.faults_of(uow, document, at="/strategy")
    else:
        name, version, document = UNSAVED, None, tried.document
        faults = strategies.faults_of(uow, document, at="/strategy/document")
    if faults:
        raise invalid(faults)
    run = ShadowRun(
        strategy_name=name,
        strategy_version=version,
        strategy=dict(document),
        orders=orders,
        status=WorkStatus.WAITING.value,
        created_by=uow.actor.label,
        created_at=uow.now,
    )
    uow.session.add(run)
    uow.session.flush()
    uow.wake(Topic.IMPORTS)
    return run


def get(uow: Uow, run_id: int) -> ShadowRun:
    """Return a run, or raise NOT_FOUND."""
    _whole_network(uow)
    run = uow.session.get(ShadowRun, run_id)
    if run is None:
        raise not_found("shadow run", run_id)
    return run


def listing(uow: Uow, *, before: int | None = None, limit: int = 100) -> list[ShadowRun]:
    """Return runs, newest first, those before the id `before`."""
    _whole_network(uow)
    statement = sa.select(ShadowRun).order_by(col(ShadowRun.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(ShadowRun.id) < before)
    return list(uow.session.scalars(statement))


def cancel(uow: Uow, run_id: int) -> ShadowRun:
    """Stop a run; ILLEGAL_TRANSITION when it has ended."""
    get(uow, run_id)
    _let_go(uow, run_id)
    run = _lock(uow, run_id)
    if run.status not in LIVE:
        raise DomainError(ErrorCode.ILLEGAL_TRANSITION, f"Shadow run {run_id} has ended already.")
    run.status, run.finished_at = WorkStatus.CANCELLED.value, uow.now
    uow.session.flush()
    return run


def to_do(uow: Uow) -> list[int]:
    """Return the ids of runs that wait, or were left by a process that died, oldest first."""
    statement = sa.select(col(ShadowRun.id)).where(col(ShadowRun.status).in_(LIVE)).order_by(col(ShadowRun.id))
    return [id_ for id_ in uow.session.scalars(statement) if id_ is not None]


def claim(uow: Uow, run_id: int) -> ShadowRun | None:
    """Take a run for this process, from its beginning; None when it has ended or is in other hands."""
    if not hold_lease(uow, f"shadow:{run_id}", seconds=LEASE_SECONDS):
        return None
    run = _lock(uow, run_id)
    if run.status not in LIVE:
        _let_go(uow, run_id)
        return None
    run.status, run.done = WorkStatus.RUNNING.value, 0
    uow.session.flush()
    return run


def note(uow: Uow, run_id: int, *, done: int) -> bool:
    """Note how far a run has come; False when it was cancelled or went to another process."""
    if not hold_lease(uow, f"shadow:{run_id}", seconds=LEASE_SECONDS):
        return False
    run = _lock(uow, run_id)
    if run.status != WorkStatus.RUNNING.value:
        _let_go(uow, run_id)
        return False
    run.done = done
    uow.session.flush()
    return True


def finish(uow: Uow, run_id: int, status: WorkStatus, result: Mapping[str, Any]) -> None:
    """End a run that is at work; one that ended meanwhile stays as it is."""
    _let_go(uow, run_id)
    run = _lock(uow, run_id)
    if run.status not in LIVE:
        return
    run.status, run.result, run.finished_at = status.value, dict(result), uow.now
    uow.session.flush()


def _let_go(uow: Uow, run_id: int) -> None:
    """Give up the lease on a run, whoever holds it; before its row is locked, as those do who take it."""
    uow.session.execute(sa.delete(JobLease).where(col(JobLease.job) == f"shadow:{run_id}"))


def _lock(uow: Uow, run_id: int) -> ShadowRun:
    statement = sa.select(ShadowRun).where(col(ShadowRun.id) == run_id).with_for_update()
    return uow.session.scalars(statement.execution_options(populate_existing=True)).one()


def _whole_network(uow: Uow) -> None:
    if not uow.actor.scope.everything:
        words = "A shadow run shows the whole network; you are limited to a part of it."
        raise DomainError(ErrorCode.FORBIDDEN, words)
