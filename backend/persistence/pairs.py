"""Rows by pairs of integer keys, thousands in one statement: what `bulk.is_one_of` is for one column."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session

from backend.persistence.bulk import chunks

Pair = tuple[int, int]


def fetch_pairs(session: Session, statement: sa.Select[Any], columns: tuple[Any, Any], pairs: Iterable[Pair]) -> Any:
    """Return the rows of `statement` whose two `columns` are one of `pairs`; pairs go sorted, in as few queries as
    fit."""
    rows: list[Any] = []
    for chunk in chunks(sorted(set(pairs))):
        rows.extend(session.connection().execute(statement.where(are_one_of(session, columns, chunk))).all())
    return rows


def are_one_of(session: Session, columns: tuple[Any, Any], pairs: Sequence[Pair]) -> sa.ColumnElement[bool]:
    """Return `(a, b) IN pairs` for a long list: PostgreSQL takes two arrays, SQLite one JSON document."""
    if session.connection().dialect.name == "postgresql":
        given = (
            sa.func.unnest(_array([a for a, _ in pairs]), _array([b for _, b in pairs]))
            .table_valued("a", "b")
            .render_derived()
        )
        listed = sa.select(given.c.a, given.c.b)
    else:
        each = sa.func.json_each(sa.bindparam(None, json.dumps(list(pairs)), type_=sa.Text(), unique=True))
        value: Any = sa.column("value")
        listed = sa.select(sa.func.json_extract(value, "$[0]"), sa.func.json_extract(value, "$[1]")).select_from(each)
    return cast("sa.ColumnElement[bool]", sa.tuple_(*columns).in_(listed))


def _array(values: Sequence[int]) -> Any:
    written = "{" + ",".join(map(str, values)) + "}"
    return sa.cast(sa.bindparam(None, written, type_=sa.types.NullType(), unique=True), sa.ARRAY(sa.BigInteger))
