"""Many rows into SQLite at the driver's own speed: values are written as the column types would write them, but per
column and not per value through SQLAlchemy, whose bookkeeping costs several times what SQLite itself needs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from models.codec import encode_text
from models.types import PackedJson, UTCDateTime

_encode = json.JSONEncoder().encode


def insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns."""
    names = tuple(rows[0])
    columns = [[row[name] for row in rows] for name in names]
    written = [_written(table.c[name].type, column) for name, column in zip(names, columns, strict=True)]
    connection.exec_driver_sql(_statement(table, names), list(zip(*written, strict=True)))


def one_of(column: Any, values: Sequence[Any]) -> sa.ColumnElement[bool]:
    """Return `column IN values` with the values as one JSON parameter; for integers and text."""
    # SQLite reads JSON text up to a NUL only, and nothing that is stored holds one: such a value finds nothing.
    clean = [value for value in values if not (isinstance(value, str) and "\0" in value)]
    listed = sa.func.json_each(sa.bindparam(None, _encode(clean), type_=sa.Text(), unique=True))
    found: sa.ColumnElement[bool] = column.in_(sa.select(sa.column("value")).select_from(listed))
    return found


@lru_cache(maxsize=100)
def _statement(table: sa.Table, names: tuple[str, ...]) -> str:
    marks = ", ".join("?" * len(names))
    return f'INSERT INTO "{table.name}" ({", ".join(names)}) VALUES ({marks})'  # noqa: S608  # our own names


def _written(type_: sa.types.TypeEngine[Any], values: list[Any]) -> list[Any]:
    if isinstance(type_, UTCDateTime):
        return [None if value is None else _instant(value) for value in values]
    if isinstance(type_, PackedJson):
        return [type_.packed(value) for value in values]
    if isinstance(type_, sa.JSON):
        return [encode_text(value) for value in values]  # None too: JSON's null, as SQLAlchemy writes it
    return values


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"naive datetime {value!r}: an instant must carry its zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
