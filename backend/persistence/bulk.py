"""Write many rows in few statements, the same way on SQLite and PostgreSQL. Holds no rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    (ids,) = allocate_several(session, [(model, count)])
    return ids


def allocate_several(session: Session, wanted: Sequence[tuple[type[SQLModel], int]]) -> list[list[int]]:
    """Return fresh primary keys, ascending, of so many rows of each model: PostgreSQL draws them in one statement."""
    connection = session.connection()
    ids: list[list[int]] = [[] for _ in wanted]
    drawn = [(place, table_of(model), count) for place, (model, count) in enumerate(wanted) if count]
    if not drawn:
        return ids
    if connection.dialect.name == "postgresql":
        names = tuple((place, table.name) for place, table, _ in drawn)
        for place, id_ in connection.execute(_draw(names), {f"count_{place}": count for place, _, count in drawn}):
            ids[place].append(id_)
        return [sorted(own) for own in ids]
    for place, table, count in drawn:
        last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))).scalar_one()
        ids[place] = list(range(last + 1, last + 1 + count))
    return ids


@lru_cache(maxsize=100)
def _draw(names: tuple[tuple[int, str], ...]) -> sa.TextClause:
    """Return what draws keys for the tables in these places. Each sequence is looked up once, not once per row."""
    parts = [
        f"SELECT {place}, nextval((SELECT CAST(pg_get_serial_sequence('{name}', 'id') AS regclass)))"  # noqa: S608
        f" FROM generate_series(1, CAST(:count_{place} AS integer))"
        for place, name in names
    ]
    return sa.text(" UNION ALL ".join(parts))


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


@dataclass(frozen=True, slots=True)
class Insert:
    """Rows to be inserted together with others. `only_new`: those that collide with a unique key are left out.

    `part_of` names the column that holds the id of a row of the first insert; what belongs to none that went in stays
    out. Rows that others insert as well go in ascending key order, so that two transactions wait in the same order.
    """

    model: type[SQLModel]
    rows: Sequence[Row]
    only_new: bool = False
    part_of: str | None = None


def insert_together(session: Session, inserts: Sequence[Insert]) -> bool:
    """Insert the rows of several tables, on PostgreSQL in one statement: each would have to be waited for.

    Returns whether all went in; if not, the transaction is worth nothing and has to be rolled back.
    """
    inserts = [insert for insert in inserts if insert.rows]
    if not inserts:
        return True
    if session.connection().dialect.name == "sqlite":
        for insert in inserts:
            if insert.only_new:
                if insert_missing(session, insert.model, insert.rows) != len(insert.rows):
                    return False
            else:
                insert_rows(session, insert.model, insert.rows)
        return True
    shapes, bound = [], {}
    for place, insert in enumerate(inserts):
        table = table_of(insert.model)
        rows = _completed(table, insert.rows)
        names = tuple(rows[0])
        shapes.append((table, names, insert.only_new, insert.part_of))
        bound.update({f"t{place}_{name}": literal for name, literal in arrays_of(table, names, rows).items()})
    counted = session.connection().execute(_insert_together(tuple(shapes)), bound).one()
    return list(counted) == [len(insert.rows) for insert in inserts]


@lru_cache(maxsize=100)
def _insert_together(shapes: tuple[tuple[sa.Table, tuple[str, ...], bool, str | None], ...]) -> sa.TextClause:
    parts = []
    for place, (table, names, only_new, part_of) in enumerate(shapes):
        listed = ", ".join(names)
        kept = f"WHERE v.{part_of} IN (SELECT id FROM t0)" if part_of else ""  # noqa: S608
        ending = "ON CONFLICT DO NOTHING" if only_new else ""
        told = "id" if place == 0 and "id" in names else "1"
        rows = source(table, names, prefix=f"t{place}_")
        parts.append(
            f"t{place} AS (INSERT INTO {table.name} ({listed}) SELECT {listed} FROM {rows} {kept} {ending}"  # noqa: S608
            f" RETURNING {told})"
        )
    counts = ", ".join(f"(SELECT count(*) FROM t{place})" for place in range(len(shapes)))  # noqa: S608
    return sa.text(f"WITH {', '.join(parts)} SELECT {counts}")


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
