"""SQLite's quick path writes exactly what the slow one writes, and finds exactly what IN finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.persistence import sqlite_rows
from backend.persistence.engine import make_engine
from models.types import BigId, Json, UTCDateTime

TABLE = sa.Table(
    "sample",
    sa.MetaData(),
    sa.Column("id", BigId, primary_key=True),
    sa.Column("word", sa.String(50)),
    sa.Column("at", UTCDateTime),
    sa.Column("data", Json),
    sa.Column("flag", sa.Boolean),
)
ENGINE = make_engine("sqlite://")

LATEST = datetime(9000, 1, 1)  # noqa: DTZ001  # Hypothesis adds the zone

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
instants = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3))]), max_value=LATEST)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
rows = st.lists(
    st.fixed_dictionaries(
        {"word": st.none() | words, "at": st.none() | instants, "data": documents, "flag": st.booleans()}
    ),
    min_size=1,
    max_size=5,
)


def _stored(connection: sa.Connection) -> list[Any]:
    found = connection.exec_driver_sql("SELECT word, at, data, flag FROM sample ORDER BY id").all()
    connection.execute(sa.delete(TABLE))
    return [tuple(row) for row in found]


@given(rows)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_quick_path_stores_the_same_bytes(some: list[dict[str, Any]]) -> None:
    with ENGINE.begin() as connection:
        TABLE.create(connection, checkfirst=True)
        connection.execute(sa.insert(TABLE), some)
        slow = _stored(connection)
        sqlite_rows.insert(connection, TABLE, some)
        assert _stored(connection) == slow


# Intake refuses text with a NUL, so none is ever stored; it may still be asked for.
stored = words.filter(lambda word: "\0" not in word)


@given(st.lists(stored, max_size=6), st.lists(words, max_size=6))
@settings(max_examples=60, deadline=None)
def test_one_of_finds_what_in_finds(present: list[str], asked: list[str]) -> None:
    with ENGINE.begin() as connection:
        TABLE.create(connection, checkfirst=True)
        if present:
            sqlite_rows.insert(connection, TABLE, [{"word": word, "data": {}} for word in present])
        found = connection.scalars(sa.select(TABLE.c.word).where(sqlite_rows.one_of(TABLE.c.word, asked))).all()
        connection.execute(sa.delete(TABLE))
    assert sorted(found) == sorted(word for word in present if word in asked)


def test_a_naive_instant_is_refused() -> None:
    with ENGINE.connect() as connection, pytest.raises(ValueError, match="naive"):
        sqlite_rows.insert(connection, TABLE, [{"at": datetime(2026, 1, 1)}])  # noqa: DTZ001  # the point
