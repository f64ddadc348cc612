"""Update and insert thousands of rows in one statement: PostgreSQL takes them as one document, SQLite is quick per row.

Beside `bulk.py`, whose functions send one statement per row; use these where a tick or a replay must be fast.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlmodel import Session, SQLModel

from backend.persistence import sqlite_rows
from backend.persistence.bulk import Row, table_of

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def update_columns(session: Session, model: type[SQLModel], rows: Sequence[Row], *, key: str = "id") -> int:
    """Set the other columns of each row by its `key`; return how many rows there were. Rows name the same columns.

    A column `was_<name>` is not set but compared: the row changes only if it still holds that value.
    """
    if not rows:
        return 0
    table, connection = table_of(model), session.connection()
    names = list(rows[0])
    guards = [name for name in names if name.startswith("was_")]
    sets = [name for name in names if name != key and name not in guards]
    if connection.dialect.name == "postgresql":
        where = " AND ".join([f"t.{key} = v.{key}", *(f"t.{guard[4:]} = v.{guard}" for guard in guards)])
        assigned = ", ".join(f"{name} = v.{name}" for name in sets)
        source = _source(table, names)
        statement = f"UPDATE {table.name} AS t SET {assigned} FROM {source} WHERE {where}"  # noqa: S608  # our own names
        return connection.execute(sa.text(statement), {"rows": _document(rows)}).rowcount
    update = (
        sa.update(table)
        .where(
            table.c[key] == sa.bindparam(f"b_{key}"),
            *(table.c[guard[4:]] == sa.bindparam(f"b_{guard}") for guard in guards),
        )
        .values({name: sa.bindparam(f"b_{name}") for name in sets})
    )
    bound = [{f"b_{name}": value for name, value in row.items()} for row in rows]
    return connection.execute(update, bound).rowcount


def insert_columns(session: Session, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert rows that name the same columns."""
    if not rows:
        return
    table, connection = table_of(model), session.connection()
    if connection.dialect.name != "postgresql":
        sqlite_rows.insert(connection, table, rows)
        return
    names = list(rows[0])
    listed = ", ".join(names)
    statement = f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM {_source(table, names)}"  # noqa: S608
    connection.execute(sa.text(statement), {"rows": _document(rows)})


def _source(table: sa.Table, names: Sequence[str]) -> str:
    """Return the rows as a table `v` with the column types of `table`."""
    columns = ", ".join(f"{name} {_type(table, name)}" for name in names)
    return f"json_to_recordset(CAST(:rows AS json)) AS v({columns})"


def _type(table: sa.Table, name: str) -> str:
    return str(table.c[name.removeprefix("was_")].type.compile(dialect=_DIALECT))


def _document(rows: Sequence[Row]) -> str:
    return json.dumps(rows, default=str)  # instants: "2026-11-27 15:00:00+00:00", as PostgreSQL reads them
