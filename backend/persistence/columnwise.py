"""Update and insert thousands of rows in one statement: PostgreSQL takes arrays, SQLite is quick per row.

Beside `bulk.py`, whose functions send one statement per row; use these where a tick or a replay must be fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlmodel import Session, SQLModel

from backend.persistence import sqlite_rows
from backend.persistence.arrays import array_of, element_type
from backend.persistence.bulk import Row, table_of

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def update_columns(
    session: Session, model: type[SQLModel], rows: Sequence[Row], *, key: str | tuple[str, ...] = "id"
) -> int:
    """Set the other columns of each row by its `key`; return how many rows there were. Rows name the same columns.

    A `key` may be of several columns. A column `was_<name>` is not set but compared: the row changes only if it still
    holds that value.
    """
    if not rows:
        return 0
    table, connection = table_of(model), session.connection()
    names, keys = tuple(rows[0]), (key,) if isinstance(key, str) else key
    if connection.dialect.name == "postgresql":
        return connection.execute(_update_arrays(table, names, keys), _arrays(table, names, rows)).rowcount
    bound = [{f"b_{name}": value for name, value in row.items()} for row in rows]
    return connection.execute(_update_one(table, names, keys), bound).rowcount


def insert_columns(session: Session, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert rows that name the same columns."""
    if not rows:
        return
    table, connection = table_of(model), session.connection()
    if connection.dialect.name != "postgresql":
        sqlite_rows.insert(connection, table, rows)
        return
    names = tuple(rows[0])
    connection.execute(_insert_arrays(table, names), _arrays(table, names, rows))


@lru_cache(maxsize=100)
def _update_arrays(table: sa.Table, names: tuple[str, ...], keys: tuple[str, ...]) -> sa.TextClause:
    sets, guards = _parts(names, keys)
    where = " AND ".join([*(f"t.{key} = v.{key}" for key in keys), *(f"t.{guard[4:]} = v.{guard}" for guard in guards)])
    assigned = ", ".join(f"{name} = v.{name}" for name in sets)
    return sa.text(f"UPDATE {table.name} AS t SET {assigned} FROM {_source(table, names)} WHERE {where}")  # noqa: S608  # our own names


@lru_cache(maxsize=100)
def _insert_arrays(table: sa.Table, names: tuple[str, ...]) -> sa.TextClause:
    listed = ", ".join(names)
    return sa.text(f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM {_source(table, names)}")  # noqa: S608


@lru_cache(maxsize=100)
def _update_one(table: sa.Table, names: tuple[str, ...], keys: tuple[str, ...]) -> sa.Update:
    sets, guards = _parts(names, keys)
    return (
        sa.update(table)
        .where(
            *(table.c[key] == sa.bindparam(f"b_{key}") for key in keys),
            *(table.c[guard[4:]] == sa.bindparam(f"b_{guard}") for guard in guards),
        )
        .values({name: sa.bindparam(f"b_{name}") for name in sets})
    )


def _parts(names: tuple[str, ...], keys: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return the columns to set, and the guards."""
    guards = [name for name in names if name.startswith("was_")]
    return [name for name in names if name not in keys and name not in guards], guards


def _source(table: sa.Table, names: Sequence[str]) -> str:
    """Return the rows as a table `v` with the column types of `table`."""
    arrays = ", ".join(f"CAST(:{name} AS {_type(table, name)}[])" for name in names)
    return f"unnest({arrays}) AS v({', '.join(names)})"


def _type(table: sa.Table, name: str) -> str:
    return str(element_type(table.c[name.removeprefix("was_")].type).compile(dialect=_DIALECT))


def _arrays(table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> dict[str, str]:
    return {name: array_of(table.c[name.removeprefix("was_")].type, [row[name] for row in rows]) for name in names}
