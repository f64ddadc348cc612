"""What people ask about imports, and the bytes of a job one piece at a time. SELECT only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend.auth.actor import Actor
from backend.context import Context
from backend.imports.kinds import KINDS
from backend.imports.service import FAULT, JOB, LIVE, PIECE
from backend.persistence.uow import Uow
from models.enums import ImportKind, WorkStatus
from models.errors import not_found

_FAULTS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class FaultView:
    """A row that was refused."""

    id: int
    line: int
    message: str


def pieces(ctx: Context, job_id: int) -> Iterator[bytes]:
    """Yield the bytes of a job in order, each piece read by itself: no transaction stays open in between."""
    number = 0
    while True:
        with ctx.read() as uow:
            statement = sa.select(PIECE.c.data).where(PIECE.c.job_id == job_id, PIECE.c.number == number)
            data = uow.session.connection().execute(statement).scalar_one_or_none()
        if data is None:
            return
        yield bytes(data)
        number += 1


def to_do(uow: Uow, *, limit: int = 20) -> list[int]:
    """Return the jobs that wait or were left in the middle, the oldest first."""
    statement = sa.select(JOB.c.id).where(JOB.c.status.in_(LIVE)).order_by(JOB.c.id).limit(limit)
    return list(uow.session.connection().execute(statement).scalars())


def get(uow: Uow, job_id: int) -> sa.Row[Any]:
    """Return a job; NOT_FOUND when there is none, or it is not the actor's to see."""
    statement = sa.select(JOB).where(JOB.c.id == job_id, _visible(uow.actor))
    row = uow.session.connection().execute(statement).one_or_none()
    if row is None:
        raise not_found("import", job_id)
    return row


def listing(
    uow: Uow, *, kind: ImportKind | None, status: WorkStatus | None, before: int | None, limit: int
) -> list[sa.Row[Any]]:
    """Return jobs, the newest first."""
    statement = sa.select(JOB).where(_visible(uow.actor)).order_by(JOB.c.id.desc()).limit(limit)
    if kind is not None:
        statement = statement.where(JOB.c.kind == kind.value)
    if status is not None:
        statement = statement.where(JOB.c.status == status.value)
    if before is not None:
        statement = statement.where(JOB.c.id < before)
    return list(uow.session.connection().execute(statement))


def faults(uow: Uow, job_id: int, *, after: int | None, limit: int) -> list[FaultView]:
    """Return the refused rows of a job in the order of the file."""
    statement = sa.select(FAULT.c.id, FAULT.c.line, FAULT.c.message).where(FAULT.c.job_id == job_id)
    if after is not None:
        statement = statement.where(FAULT.c.id > after)
    rows = uow.session.connection().execute(statement.order_by(FAULT.c.id).limit(limit))
    return [FaultView(*row) for row in rows]


def all_faults(ctx: Context, job_id: int) -> Iterator[FaultView]:
    """Yield every refused row, some at a time."""
    after: int | None = None
    while True:
        with ctx.read() as uow:
            some = faults(uow, job_id, after=after, limit=_FAULTS_AT_ONCE)
        yield from some
        if len(some) < _FAULTS_AT_ONCE:
            return
        after = some[-1].id


def _visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Return which jobs an actor sees: of the kinds he may bring; one limited to some locations only his own."""
    kinds = [kind.value for kind, what in KINDS.items() if actor.can(what.permission)]
    mine = JOB.c.kind.in_(kinds)
    return mine if actor.scope.everything else sa.and_(mine, JOB.c.created_by == actor.label)
