"""Column types shared by every table. Not here: tables (`models/tables`) and enums."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect

from models.codec import decode, encode
from models.traces import squeezed, whole

#: 64-bit key. SQLite only autoincrements a column whose type is literally INTEGER.
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: A JSON document; JSONB on PostgreSQL so that it can be indexed and compared.
Json = sa.JSON().with_variant(JSONB(), "postgresql")


#: Shorter documents are kept as they are: compressing one takes longer than writing what it saves.
_SHORT = 1_200


def pack(document: Any) -> bytes:
    """Return a JSON document as few bytes."""
    written = encode(document)
    return written if len(written) < _SHORT else zlib.compress(written, 1)


def unpack(value: bytes) -> Any:
    """Return a packed document; no JSON begins as compressed data does."""
    return decode(zlib.decompress(value) if value[:1] == b"x" else value)


class PackedJson(sa.types.TypeDecorator[Any]):
    """A JSON document that is kept to be read, not asked about: a third of the size, and far cheaper to write."""

    impl = sa.LargeBinary
    cache_ok = True

    def packed(self, value: Any) -> bytes:
        """Return what is written of a document."""
        return pack(value)

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes:
        """Pack."""
        return self.packed(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Unpack."""
        return None if value is None else unpack(value)


class PackedTrace(PackedJson):
    """The trace of a routing decision."""

    cache_ok = True

    def packed(self, value: Any) -> bytes:
        """Return what is written of a trace."""
        return pack(squeezed(value))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Return the trace as it was."""
        return None if value is None else whole(unpack(value))


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """An aware UTC instant. Naive values are refused; SQLite, which forgets the zone, gets it back."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: an instant must carry its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware UTC instant."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def process_literal_param(self, value: Any, dialect: Dialect) -> str:
        """Render for debugging only."""
        return repr(value)
