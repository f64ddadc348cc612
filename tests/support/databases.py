"""An empty, migrated PostgreSQL database for each test, without making one for each test.

Making and dropping a database costs a second on a busy disk; emptying one costs milliseconds. So there is one per
test process, migrated once. Each test finds it like new: without rows, without other connections, with ids from 1.
"""

from __future__ import annotations

import os
import secrets

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url
from sqlmodel import SQLModel

import models.tables
from backend.persistence.engine import make_engine
from backend.persistence.migrate import upgrade

assert models.tables  # importing it is what registers the tables

#: A server where databases may be made; `make test` sees to it that there is one.
POSTGRES = os.environ.get("PICKWATCH_TEST_POSTGRES", "postgresql+psycopg://root@127.0.0.1:5432/postgres")


def administer(*statements: str) -> None:
    """Run statements on the server, outside of any transaction."""
    engine = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()


class TestDatabase:
    """One database of its own, made on entering and dropped on leaving."""

    __test__ = False  # not a test, whatever its name says to pytest

    def __init__(self) -> None:
        self.name = f"pw_test_{secrets.token_hex(6)}"
        self.url = make_url(POSTGRES).set(database=self.name)
        self._engine: Engine | None = None

    def __enter__(self) -> TestDatabase:
        # Nothing in it has to survive a power failure, so no commit needs to wait for the disk.
        administer(f"CREATE DATABASE {self.name}", f"ALTER DATABASE {self.name} SET synchronous_commit = off")
        self._engine = make_engine(self.url, pool_size=1)
        upgrade(self._engine)
        return self

    def __exit__(self, *_: object) -> None:
        if self._engine:
            self._engine.dispose()
        administer(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def empty(self) -> str:
        """Remove all rows and other people's connections; return the URL."""
        assert self._engine
        tables = [table.name for table in SQLModel.metadata.tables.values()]
        # In one statement foreign keys are checked at its end, so that the order of the tables does not matter.
        deletes = ", ".join(f'd{number} AS (DELETE FROM "{table}")' for number, table in enumerate(tables))
        with self._engine.begin() as connection:
            connection.execute(sa.text(OTHERS))
            connection.execute(sa.text(f"WITH {deletes} SELECT 1"))
            for sequence in connection.scalars(sa.text(USED_SEQUENCES)).all():
                connection.execute(sa.text(f'ALTER SEQUENCE "{sequence}" RESTART'))
        return self.url.render_as_string(hide_password=False)


OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
USED_SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
