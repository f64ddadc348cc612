"""Update thousands of rows in one statement: PostgreSQL takes arrays, SQLite is quick per row. Beside `bulk.py`, whose
`update_rows` sends one statement per row; use this where many change at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from backend.persistence.arrays import arrays_of, source
from backend.persistence.bulk import Row, table_of


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
        return connection.execute(_update_arrays(table, names, keys), arrays_of(table, names, rows)).rowcount
    bound = [{f"b_{name}": value for name, value in row.items()} for row in rows]
    return connection.execute(_update_one(table, names, keys), bound).rowcount


@lru_cache(maxsize=100)
def _update_arrays(table: sa.Table, names: tuple[str, ...], keys: tuple[str, ...]) -> sa.TextClause:
    sets, guards = _parts(names, keys)
    where = " AND ".join([*(f"t.{key} = v.{key}" for key in keys), *(f"t.{guard[4:]} = v.{guard}" for guard in guards)])
    assigned = ", ".join(f"{name} = v.{name}" for name in sets)
    return sa.text(f"UPDATE {table.name} AS t SET {assigned} FROM {source(table, names)} WHERE {where}")  # noqa: S608  # our own names


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
