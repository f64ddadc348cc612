"""Bring a database to the newest schema with Alembic. Not here: the migrations (`migrations/versions`)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

if TYPE_CHECKING:
    from alembic.config import Config

_HERE = Path(__file__).parent / "migrations"

#: Advisory locks of PostgreSQL: who migrates, and who fills a new database.
_MIGRATING, _PREPARING = 7266382, 7266383


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    return config


def upgrade(engine: Engine) -> None:
    """Apply all pending migrations, one process at a time. Alembic is loaded only when there are some."""
    if is_current(engine):
        return
    logging.getLogger("alembic").setLevel(logging.WARNING)  # its steps would bury what a first start has to say
    from alembic import command

    with _alone(engine) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _alone(engine: Engine) -> Iterator[sa.Connection]:
    """Yield a connection in a transaction that no other upgrade shares; it is kept only when every reference holds."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATING)))
            yield connection
        return
    # SQLite changes a table by making it anew: dropping the old one would delete what refers to it, or be refused.
    # The switch does nothing within a transaction, so it is thrown below SQLAlchemy, which would begin one.
    with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection:
        _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                yield connection
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                    raise RuntimeError(f"The upgrade would leave rows that refer to nothing: {broken[:5]}")
        finally:
            _foreign_keys(connection, "ON")


def _foreign_keys(connection: sa.Connection, switch: str) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys={switch}")


@contextmanager
def one_at_a_time(engine: Engine) -> Iterator[None]:
    """Hold a lock that only one process of an installation has: web and worker may first start at the same moment.
    A SQLite file has one process anyway."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_PREPARING)))
        yield


def is_current(engine: Engine) -> bool:
    """Return whether the database has every migration."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == [newest()]


@lru_cache(maxsize=1)
def newest() -> str:
    """Return the newest migration there is; each file begins with its number, and they follow one another."""
    return max(path.name.partition("_")[0] for path in (_HERE / "versions").glob("[0-9]*_*.py"))
