"""Write many rows in few statements, the same way on SQLite and PostgreSQL. Holds no rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlmodel import Session, SQLModel

from backend.persistence import sqlite_rows
from backend.persistence.arrays import array_of, arrays_of, element_type, source

Row = Mapping[str, Any]
Item = TypeVar("Item")

#: Values per IN list: far below what either database takes, large enough that a batch is a few statements.
CHUNK = 5_000


def table_of(model: type[SQLModel]) -> sa.Table:
    """Return the Core table behind a model: Core statements skip the per-object cost of the ORM."""
    return cast(sa.Table, sa.inspect(model).local_table)


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """Yield lists of at most `size` items, in order."""
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def fetch_in(session: Session, statement: sa.Select[Any], column: Any, values: Iterable[Any]) -> list[Any]:
    """Return the rows of `statement` whose `column` is one of `values`; values go sorted, in as few queries as fit."""
    rows: list[Any] = []
    for chunk in chunks(sorted(set(values))):
        rows.extend(session.connection().execute(statement.where(is_one_of(session, column, chunk))).all())
    return rows


def is_one_of(session: Session, column: Any, values: Sequence[Any]) -> sa.ColumnElement[bool]:
    """Return `column IN values` for a long list: PostgreSQL takes it as one array, not as a thousand parameters."""
    if session.connection().dialect.name != "postgresql":
        return sqlite_rows.one_of(column, values)
    array = sa.bindparam(None, array_of(column.type, values), type_=sa.types.NullType(), unique=True)
    return cast("sa.ColumnElement[bool]", column == sa.any_(sa.cast(array, sa.ARRAY(element_type(column.type)))))


def allocate_ids(session: Session, model: type[SQLModel], count: int) -> list[int]:
    """Return `count` fresh primary keys of `model`, ascending.

    PostgreSQL takes them from the table's sequence. SQLite has one writer, and writing transactions lock the file
    when they begin, so the largest key cannot move under us.
    """
    if count == 0:
        return []
    table = table_of(model)
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        return sorted(connection.execute(_NEXT_IDS, {"table": table.name, "count": count}).scalars())
    last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))).scalar_one()
    return list(range(last + 1, last + 1 + count))


# The sequence is looked up once (OFFSET keeps the two SELECTs apart), not once for each number.
_NEXT_IDS = sa.text(
    "SELECT nextval(s.name) FROM generate_series(1, :count), "
    "(SELECT CAST(pg_get_serial_sequence(:table, 'id') AS regclass) AS name OFFSET 0) AS s"
)


def insert_rows(session: Session, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert rows; every row names the same columns, those it leaves out get their default."""
    if not rows:
        return
    table, connection = table_of(model), session.connection()
    rows = _completed(table, rows)
    if connection.dialect.name == "sqlite":
        sqlite_rows.insert(connection, table, rows)
        return
    names = tuple(rows[0])
    connection.execute(_insert(table, names), arrays_of(table, names, rows))


def insert_missing(session: Session, model: type[SQLModel], rows: Sequence[Row]) -> int:
    """Insert rows that collide with no unique key, leave the others alone; return how many went in.

    Pass rows in ascending key order: two transactions that insert the same keys must wait in the same order.
    """
    if not rows:
        return 0
    table, connection = table_of(model), session.connection()
    if connection.dialect.name == "sqlite":
        statement = sqlite.insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        return connection.execute(statement, list(rows)).rowcount
    rows = _completed(table, rows)
    names = tuple(rows[0])
    return connection.execute(
        _insert(table, names, ending="ON CONFLICT DO NOTHING"), arrays_of(table, names, rows)
    ).rowcount


def _completed(table: sa.Table, rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows with the constant defaults of the columns they do not name."""
    constant = _constants(table)
    absent = {name: value for name, value in constant.items() if name not in rows[0]}
    return [{**absent, **row} for row in rows] if absent else rows


@lru_cache(maxsize=100)
def _constants(table: sa.Table) -> dict[str, Any]:
    scalars = [(column.name, column.default) for column in table.c]
    return {name: value.arg for name, value in scalars if isinstance(value, sa.ColumnDefault) and value.is_scalar}


@lru_cache(maxsize=100)
def _insert(table: sa.Table, names: tuple[str, ...], *, ending: str = "") -> sa.TextClause:
    listed = ", ".join(names)
    return sa.text(f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM {source(table, names)} {ending}")  # noqa: S608


def update_rows(session: Session, statement: sa.Update, rows: Sequence[Row]) -> int:
    """Run one UPDATE per row of bind values and return how many database rows matched."""
    if not rows:
        return 0
    return session.connection().execute(statement, list(rows)).rowcount
