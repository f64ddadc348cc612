"""Python lists as PostgreSQL array literals. The driver would ask each element for its type; a column knows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

from models.codec import encode_text
from models.types import PackedJson, UTCDateTime

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def array_of(type_: sa.types.TypeEngine[Any], values: Sequence[Any]) -> str:
    """Return the values of a column of this type as one literal, to be sent as a parameter: `{1,2,NULL}`."""
    if isinstance(type_, sa.JSON):
        return _texts([encode_text(value) for value in values])  # None too: JSON's null
    written = _writer(type_)
    if written is _text and None not in values:
        return _texts(values)
    return "{" + ",".join(["NULL" if value is None else written(value) for value in values]) + "}"


def _texts(values: Sequence[str]) -> str:
    """Return a literal of texts, escaped all at once: PostgreSQL takes no NUL, so that it can part them."""
    if not values:
        return "{}"
    joined = "\0".join(values)
    if joined.count("\0") != len(values) - 1:
        raise ValueError("text that holds a NUL cannot be stored")
    return '{"' + joined.replace("\\", "\\\\").replace('"', '\\"').replace("\0", '","') + '"}'


def element_type(type_: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """Return the type to cast elements to: a cast to varchar(n) would cut silently what is too long."""
    return sa.Text() if isinstance(type_, (sa.String, AutoString)) else type_


def source(table: sa.Table, names: Sequence[str], *, prefix: str = "") -> str:
    """Return rows bound as arrays as a table `v` with the column types of `table`; a name may begin with `was_`.

    What is bound is named like its column, behind `prefix`.
    """
    arrays = ", ".join(f"CAST(:{prefix}{name} AS {_sql_type(table, name)}[])" for name in names)
    return f"unnest({arrays}) AS v({', '.join(names)})"


def arrays_of(table: sa.Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return what to bind to `source`: one literal per column."""
    return {name: array_of(_column(table, name).type, [row[name] for row in rows]) for name in names}


def _sql_type(table: sa.Table, name: str) -> str:
    return str(element_type(_column(table, name).type).compile(dialect=_DIALECT))


def _column(table: sa.Table, name: str) -> sa.Column[Any]:
    return table.c[name.removeprefix("was_")]


@lru_cache(maxsize=200)
def _writer(type_: sa.types.TypeEngine[Any]) -> Callable[[Any], str]:
    if isinstance(type_, UTCDateTime):
        return _instant
    if isinstance(type_, (sa.Integer, sa.Float, sa.Boolean, sa.Date)):
        return str
    if isinstance(type_, PackedJson):
        return lambda value: _bytes(type_.packed(value))
    if isinstance(type_, sa.LargeBinary):
        return _bytes
    return _text


@lru_cache(maxsize=1_000)  # the rows of a batch share their instants
def _instant(value: Any) -> str:
    if value.tzinfo is None:
        raise ValueError(f"naive datetime {value!r}: an instant must carry its zone")
    return f'"{value}"'


def _bytes(value: bytes) -> str:
    return f'"\\\\x{value.hex()}"'


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
