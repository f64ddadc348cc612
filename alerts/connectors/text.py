"""Text that fits: cleaned, cut at a border of what people see as one character, escaped. Pure.

What a tool limits it counts in characters, in bytes, or after escaping: `cut` takes how a character is counted.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

ELLIPSIS = "…"
_REPLACED = "\ufffd"
#: Control characters, halves of surrogate pairs and non-characters: what JSON, XML or a header cannot carry.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SPACES = re.compile(r"\s+")
_ZWJ = "\u200d"
#: How far back a cut looks for a border; hostile text may pile marks up without end.
_LOOK_BACK = 32
_DEEP = 6
_WIDE = 50

Measure = Callable[[str], int]


def clean(text: str) -> str:
    """Return text that any tool can store; line ends become a single newline."""
    return _UNFIT.sub(_REPLACED, text.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: str) -> str:
    """Return clean text on one line."""
    return _SPACES.sub(" ", clean(text)).strip()


def short(text: str, most: int) -> str:
    """Return clean text of at most `most` characters on one line; of a very long one only the beginning is read."""
    return cut(line(text[: most * 8]), most)


def paragraphs(text: str, most: int) -> str:
    """Return clean text of at most `most` characters."""
    return cut(clean(text[: most * 2]), most)


def characters(text: str) -> int:
    """Count as Python and most tools do: in code points."""
    return len(text)


def utf8(text: str) -> int:
    """Count bytes."""
    return len(text.encode("utf-8", "replace"))


def cut(text: str, most: int, *, measure: Measure = characters) -> str:
    """Return at most `most` of the text, with an ellipsis where something was left out.

    `measure` is additive: what a text counts is the sum of what its characters count.
    """
    if measure(text[: most + 1]) <= most and len(text) <= most:
        return text
    room = most - measure(ELLIPSIS)
    if room < 0:
        return ""
    end = taken = 0
    for char in text[: room + 1]:  # a character counts one at least
        taken += measure(char)
        if taken > room:
            break
        end += 1
    return text[: border(text, end)].rstrip() + ELLIPSIS


def border(text: str, end: int) -> int:
    """Return the last place up to `end` where no accent, emoji sequence or flag is torn apart."""
    place = end
    while 0 < place < len(text) and end - place < _LOOK_BACK:
        if not _joined(text, place):
            return place
        place -= 1
    return end if place else 0


def _joined(text: str, place: int) -> bool:
    """Return whether the characters on both sides of a place are seen as one."""
    before, after = text[place - 1], text[place]
    if (
        before == _ZWJ
        or after == _ZWJ
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or "\U000e0020" <= after <= "\U000e007f"
    ):
        return True
    if unicodedata.category(after).startswith("M"):
        return True
    if before == "\r" and after == "\n":
        return True
    return _flag(before) and _flag(after) and _flags_before(text, place) % 2 == 1


def _flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flags_before(text: str, place: int) -> int:
    start = place
    while start > 0 and _flag(text[start - 1]):
        start -= 1
    return place - start


def identity(key: str, most: int) -> str:
    """Return the key, or one of at most `most` characters that is as distinct: its beginning and its hash."""
    fit = line(key[:most])
    if fit == key:
        return key
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{fit[: most - 33]}~{digest}"


def bounded(value: Any, *, most: int = 500, deep: int = _DEEP) -> Any:
    """Return a JSON value whose texts, lists and depth are bounded, and which any JSON parser takes."""
    if isinstance(value, str):
        return paragraphs(value, most)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if deep == 0:
        return paragraphs(str(value), most)
    if isinstance(value, Mapping):
        fields = list(value.items())[:_WIDE]
        return {paragraphs(str(k), 100): bounded(v, most=most, deep=deep - 1) for k, v in fields}
    if isinstance(value, list | tuple):
        return [bounded(one, most=most, deep=deep - 1) for one in value[:_WIDE]]
    return paragraphs(str(value), most)


def encode(document: Any) -> bytes:
    """Return a document as compact UTF-8 JSON: the exact bytes that are sent."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def fitting(fields: Mapping[str, Any], room: int) -> dict[str, Any]:
    """Return the first fields that take at most `room` bytes as JSON; `left_out` says how many are not among them."""
    kept: dict[str, Any] = {}
    room -= len(encode({"left_out": len(fields)}))
    for name, value in fields.items():
        size = len(encode({name: value}))
        if size > room:
            continue
        kept[name] = value
        room -= size
    missing = len(fields) - len(kept)
    return {**kept, "left_out": missing} if missing else kept


def plain(value: Any) -> str:
    """Return a value as text on one line: a text as it is, anything else as JSON."""
    return line(value) if isinstance(value, str) else line(encode(bounded(value)).decode())
