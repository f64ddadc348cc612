"""One engine per database URL, tuned the same way everywhere. Not here: transactions (`uow.py`)."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from models.codec import decode, encode_text

#: Readers beside one writer; a power cut may lose the last moments, never the file; bulk loads checkpoint seldom.
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "busy_timeout=15000",
    "wal_autocheckpoint=4000",
    "cache_size=-8000",
    "temp_store=MEMORY",
)

#: A connection that was in use so recently is taken to be alive; if it is not, one transaction fails.
_TRUSTED_SECONDS = 1.0


def make_engine(url: str | URL, *, pool_size: int = 20) -> Engine:
    """Return an engine for SQLite (WAL, foreign keys, explicit BEGIN) or PostgreSQL (UTC, READ COMMITTED)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    engine = sa.create_engine(
        parsed,
        json_serializer=encode_text,
        json_deserializer=decode,
        pool_size=pool_size,
        max_overflow=10,
        pool_use_lifo=True,  # the one used last: warm, its statements prepared, no need to ask whether it lives
        connect_args={"options": "-c timezone=utc", "connect_timeout": 5},
    )
    _ask_after_a_rest(engine)
    return engine


def _ask_after_a_rest(engine: Engine) -> None:
    """Have connections that lay idle for a while checked before use; asking every time would double short reads."""

    @sa.event.listens_for(engine, "checkin")
    def put_back(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def taken(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("idle_since", math.inf) < _TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool replaces it, and takes the caller nowhere near the loss


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url,
        json_serializer=encode_text,
        json_deserializer=decode,
        connect_args={"timeout": 15, "check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # Autocommit at the driver: transactions are begun by our own BEGIN, so that a writer can take the
        # lock first (IMMEDIATE) instead of failing half-way when a read turns into a write.
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine
