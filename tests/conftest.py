"""Fixtures shared by every test: a migrated database of each kind, a manual clock, a context."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.clock import ManualClock
from backend.config import Settings
from backend.context import Context
from backend.events.sequencer import append
from backend.persistence.engine import make_engine
from backend.persistence.migrate import upgrade
from backend.persistence.uow import UowFactory
from backend.wakeups import Wakeups
from tests.support.again import pytest_report_teststatus, pytest_runtest_protocol, pytest_terminal_summary
from tests.support.databases import TestDatabase

__all__ = ["pytest_report_teststatus", "pytest_runtest_protocol", "pytest_terminal_summary"]  # pytest's hooks

START = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)


#: Cheap and telling ones first: what breaks a rule should be seen before what breaks a page.
ORDER = ("house", "unit", "connectors", "property", "integration", "concurrency", "api", "dashboard", "e2e")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests by speed of their kind; within a kind in the order of the files."""
    folder = Path(__file__).parent

    def speed(item: pytest.Item) -> int:
        kind = item.path.relative_to(folder).parts[0]
        return ORDER.index(kind) if kind in ORDER else len(ORDER)

    items.sort(key=speed)


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[TestDatabase]:
    """Yield this process's PostgreSQL database; `database_url` empties it for each test."""
    with TestDatabase() as database:
        yield database


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
    yield request.getfixturevalue("postgres_database").empty()


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
    yield Context(settings, engine, clock, wakeups, UowFactory(engine, clock, wakeups, append=append))
    engine.dispose()
