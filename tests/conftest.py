"""Fixtures shared by every test: a migrated database of each kind, a manual clock, a context."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from backend.clock import ManualClock
from backend.config import Settings
from backend.context import Context
from backend.persistence.engine import make_engine
from backend.persistence.migrate import upgrade
from backend.persistence.uow import UowFactory
from backend.wakeups import Wakeups

#: A server where databases may be made; `make test` sees to it that there is one.
POSTGRES = os.environ.get("PICKWATCH_TEST_POSTGRES", "postgresql+psycopg://root@127.0.0.1:5432/postgres")

START = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)


#: Cheap and telling ones first: what breaks a rule should be seen before what breaks a page.
ORDER = ("house", "unit", "property", "integration", "concurrency", "api", "dashboard", "e2e")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests by speed of their kind; within a kind in the order of the files."""
    folder = Path(__file__).parent

    def speed(item: pytest.Item) -> int:
        kind = item.path.relative_to(folder).parts[0]
        return ORDER.index(kind) if kind in ORDER else len(ORDER)

    items.sort(key=speed)


def _admin(statement: str) -> None:
    engine = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """Migrate one database; every test gets a copy of it, which is far quicker than migrating again."""
    name = f"pw_template_{secrets.token_hex(4)}"
    _admin(f"CREATE DATABASE {name}")
    engine = make_engine(make_url(POSTGRES).set(database=name))
    upgrade(engine)
    engine.dispose()
    yield name
    _admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of a fresh, migrated database: each test that asks runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "pickwatch.db"
        path.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        yield f"sqlite:///{path}"
        return
    name = f"pw_test_{secrets.token_hex(6)}"
    _admin(f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('postgres_template')}")
    yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    _admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that stands at Black Friday 2026, 09:00 in Chicago."""
    return ManualClock(START)


@pytest.fixture
def ctx(database_url: str, clock: ManualClock, tmp_path: Path) -> Iterator[Context]:
    """Yield a context on a fresh database, with the manual clock and no jobs."""
    settings = Settings(database_url=database_url, var_dir=tmp_path)
    engine = make_engine(database_url)
    wakeups = Wakeups()
    yield Context(settings, engine, clock, wakeups, UowFactory(engine, clock, wakeups))
    engine.dispose()
