"""Alembic environment: always online, on the connection handed over by `backend/persistence/migrate.py`."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import models.tables  # noqa: F401  (registers every table)
from models.types import PackedJson, UTCDateTime


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Write our column types by their names, so that a migration stands on `models.types` alone."""
    if kind != "type":
        return False
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})"
    for name, ours in (
        ("UTCDateTime()", UTCDateTime),
        ("PackedJson()", PackedJson),
        ("Json", sa.JSON),
        ("BigId", sa.BigInteger),
    ):
        if isinstance(item, ours):
            autogen_context.imports.add("from models.types import BigId, Json, PackedJson, UTCDateTime")
            return name
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_item=render_item,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
