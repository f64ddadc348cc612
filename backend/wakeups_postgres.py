"""Signals between processes by the database that they share: LISTEN and NOTIFY of PostgreSQL, where there is no Redis.

Sent just after the commit, by a connection of its own: within the transaction, PostgreSQL would have everyone who
notifies commit one after the other. For the same reason a process sends a few times a second and no oftener.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from sqlalchemy.engine import Engine

from backend.wakeups_shared import CHANNEL, SharedWakeups

#: Nobody loses by losing a signal, so that none has to wait for the disk.
_SET_UP = "SET synchronous_commit = off"


class PostgresWakeups(SharedWakeups):
    """Wakeups that other processes on the same database hear too, over two connections beside the pool."""

    carrier = "PostgreSQL"
    away = (psycopg.Error, OSError)
    gap = 0.2  # the first signal goes at once; under load, what others are woken for is worth a transaction

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self._out: psycopg.Connection | None = None

    def _send(self, messages: Sequence[str]) -> None:
        if self._out is None or self._out.closed:
            self._out = self._open("out")
            self._out.execute(_SET_UP)
        self._out.execute("SELECT pg_notify(%s, said) FROM unnest(%s::text[]) AS said", (CHANNEL, list(messages)))

    def _hear(self) -> None:
        with self._open("in") as connection:
            connection.execute(f'LISTEN "{CHANNEL}"')
            while not self.closed:
                for notice in connection.notifies(timeout=0.5):
                    self._pass_on(notice.payload)

    def close(self) -> None:
        """Stop both threads and hang up."""
        super().close()
        if self._out is not None:
            self._out.close()

    def _open(self, way: str) -> psycopg.Connection:
        words, options = self._engine.dialect.create_connect_args(self._engine.url)
        own = {"autocommit": True, "connect_timeout": 5, "application_name": f"{self.name}-{way}"}
        return psycopg.connect(*words, **{**options, **own})
