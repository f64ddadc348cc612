"""Connections are used again without asking, and those that the server has ended meanwhile are replaced unseen."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from backend.persistence import engine as module
from backend.persistence.engine import make_engine

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def _number(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(sa.text("SELECT pg_backend_pid()")))


def _end(url: str, number: int) -> None:
    other = sa.create_engine(url, poolclass=sa.NullPool)
    with other.connect() as connection:
        assert connection.scalar(sa.text("SELECT pg_terminate_backend(:number)"), {"number": number})


def test_a_connection_that_the_server_ended_is_replaced(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = make_engine(database_url)
    first = _number(engine)
    assert _number(engine) == first
    _end(database_url, first)
    now = time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now + 60)  # it has been idle for a minute
    assert _number(engine) != first
    engine.dispose()


def test_one_that_was_ended_in_the_middle_of_work_costs_one_transaction(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(database_url)
    now = time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now)  # it was in use a moment ago
    first = _number(engine)
    _end(database_url, first)
    with pytest.raises(OperationalError):
        _number(engine)
    assert _number(engine) != first
    engine.dispose()
