"""JSON as it is stored: one way to write it and one to read it, outside of Python, as both are done for every event."""

from __future__ import annotations

from typing import Any

import orjson

#: Instants are written as `str` writes them, as ever, not in the codec's own way.
_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME

decode = orjson.loads


def encode(document: Any) -> bytes:
    """Return a document as compact JSON in UTF-8; what JSON does not know is written as `str` has it."""
    return orjson.dumps(document, str, _OPTIONS)


def encode_text(document: Any) -> str:
    """Return a document as compact JSON."""
    return encode(document).decode()
