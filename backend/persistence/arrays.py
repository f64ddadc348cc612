"""Python lists as PostgreSQL array literals. The driver would ask each element for its type; a column knows it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString

from models.types import UTCDateTime

_encode = json.JSONEncoder(default=str).encode


def array_of(type_: sa.types.TypeEngine[Any], values: Sequence[Any]) -> str:
    """Return the values of a column of this type as one literal, to be sent as a parameter: `{1,2,NULL}`."""
    if isinstance(type_, sa.JSON):
        return "{" + ",".join([_text(_encode(value)) for value in values]) + "}"  # None too: JSON's null
    written = _writer(type_)
    return "{" + ",".join(["NULL" if value is None else written(value) for value in values]) + "}"


def element_type(type_: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """Return the type to cast elements to: a cast to varchar(n) would cut silently what is too long."""
    return sa.Text() if isinstance(type_, (sa.String, AutoString)) else type_


@lru_cache(maxsize=200)
def _writer(type_: sa.types.TypeEngine[Any]) -> Callable[[Any], str]:
    if isinstance(type_, UTCDateTime):
        return _instant
    if isinstance(type_, (sa.Integer, sa.Float, sa.Boolean)):
        return str
    return _text


def _instant(value: Any) -> str:
    if value.tzinfo is None:
        raise ValueError(f"naive datetime {value!r}: an instant must carry its zone")
    return f'"{value}"'


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
