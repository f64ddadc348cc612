"""Tries that may fail, on record before they are made, so that many at once cannot slip under a limit. The rule is
`throttle.py`; each function is a transaction of its own, as what was tried is rolled back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.throttle import Limit, retry_after
from backend.clock import system_now
from backend.context import Context
from models.tables import LoginAttempt


def record(ctx: Context, subjects: Mapping[str, Limit]) -> list[int]:
    """Write down a try of each subject and return their ids."""
    now = system_now()
    with ctx.uow() as uow:
        uow.session.execute(sa.delete(LoginAttempt).where(col(LoginAttempt.at) < now - timedelta(days=1)))
        rows = [LoginAttempt(subject=subject, at=now) for subject in sorted(subjects)]
        uow.session.add_all(rows)
        uow.session.flush()
        return [row.id for row in rows if row.id is not None]


def wait(ctx: Context, subjects: Mapping[str, Limit]) -> int | None:
    """Return the longest wait of all subjects; each already has the row of this very try, which may be one too many."""
    now = system_now()
    waits = []
    with ctx.read() as uow:
        for subject, limit in subjects.items():
            newest = (
                sa.select(col(LoginAttempt.at))
                .where(col(LoginAttempt.subject) == subject, col(LoginAttempt.at) > now - limit.window)
                .order_by(col(LoginAttempt.at).desc())
                .limit(limit.failures + 1)
            )
            failures = list(uow.session.scalars(newest))
            waits.append(retry_after(limit, failures[1:], now))
    return max((each for each in waits if each is not None), default=None)


def forget(ctx: Context, tries: Sequence[int]) -> None:
    """Take tries off the record: they did not fail."""
    with ctx.uow() as uow:
        uow.session.execute(sa.delete(LoginAttempt).where(col(LoginAttempt.id).in_(tries)))
