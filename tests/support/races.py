"""Forced interleavings on PostgreSQL: wait until somebody waits for a lock, hold one meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from backend.context import Context

_WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def wait_for_a_blocked_session(ctx: Context, count: int = 1, *, unless: Callable[[], bool] = lambda: False) -> None:
    """Return once so many sessions of this database wait for a lock, or something else is true."""
    pause = threading.Event()
    for _ in range(3000):
        with ctx.engine.connect() as connection:
            if unless() or connection.execute(_WAITING).scalar_one() >= count:
                return
        pause.wait(0.01)
    raise AssertionError("nobody waits")


@contextmanager
def held(ctx: Context, table: sa.FromClause, id_: int) -> Iterator[None]:
    """Hold the lock of a row from a connection of its own."""
    with ctx.engine.connect() as connection, connection.begin():
        connection.execute(sa.select(table.c.id).where(table.c.id == id_).with_for_update())
        yield
