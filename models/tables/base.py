"""Column helpers that keep the tables short."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.types import BigId, Json, PackedTrace, UTCDateTime


def key() -> Any:
    """Return an autoincrementing 64-bit primary key."""
    return Field(default=None, sa_type=BigId, primary_key=True)


def ref(target: str, *, index: bool = True, nullable: bool = False, ondelete: str | None = None) -> Any:
    """Return a foreign key column to `table.column`."""
    options: dict[str, Any] = {"default": None} if nullable else {}
    return Field(
        sa_column_args=[sa.ForeignKey(target, ondelete=ondelete)],
        sa_type=BigId,
        index=index,
        nullable=nullable,
        **options,
    )


def part_of() -> Any:
    """Return an indexed column that names the row this one is a part of, where that is written or locked in the same
    transaction and never deleted: a foreign key without its check, for the busiest tables (`backend/invariants.py`)."""
    return Field(sa_type=BigId, index=True)


def instant(*, nullable: bool = False, index: bool = False) -> Any:
    """Return an aware UTC instant column."""
    options: dict[str, Any] = {"default": None} if nullable else {}
    return Field(sa_type=UTCDateTime, nullable=nullable, index=index, **options)


def document(default: Any = dict, *, server_default: str | None = None) -> Any:
    """Return a JSON column; `default` is `dict` or `list`, `server_default` the JSON of rows that were there before."""
    options = {"server_default": sa.text(f"'{server_default}'")} if server_default else {}
    return Field(default_factory=default, sa_type=Json, nullable=False, sa_column_kwargs=options)


def packed_trace() -> Any:
    """Return a column of routing traces, which are read whole and never asked about in SQL."""
    return Field(default_factory=dict, sa_type=PackedTrace, nullable=False)


def one_of(column: str, words: type[Any], name: str) -> sa.CheckConstraint:
    """Return a CHECK that `column` holds one of the enum's words: SQLModel tables do not validate."""
    allowed = ", ".join(f"'{word.value}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({allowed})", name=name)


def by_bytes(*columns: str) -> dict[str, str]:
    """Return PostgreSQL operator classes that let an index find how text begins, whatever the database's collation."""
    return dict.fromkeys(columns, "varchar_pattern_ops")


__all__ = ["by_bytes", "datetime", "document", "instant", "key", "one_of", "part_of", "ref"]
