"""Conditions of a subscription as people read and type them, one per line: "data.to is non_compliant". Pure. Which
fields and comparisons there are the backend says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

#: How comparisons are typed, longest first; `exists` takes no value.
_OPS = {
    "is_not": "is not",
    "not_in": "is none of",
    "in": "is one of",
    "more_than": "is more than",
    "less_than": "is less than",
    "at_least": "is at least",
    "at_most": "is at most",
    "has": "has",
    "is": "is",
}
_THERE, _NOT_THERE = "is there", "is not there"
_LISTS = ("in", "not_in")
_PLAIN = re.compile(r"[^\s,\"\[\]{}]+")
EXAMPLE = "One per line: data.to is non_compliant · data.open is more than 20 · data.method is one of ship, pickup"


def filter_words(filters: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return each condition as it is typed."""
    return [typed(one) for one in filters]


def typed(one: Mapping[str, Any]) -> str:
    """Return a condition as it is typed; `read` understands it."""
    if one.get("op") == "exists":
        return f"{one['field']} {_THERE if one.get('value', True) else _NOT_THERE}"
    value = one.get("value")
    shown = _listed(value) if isinstance(value, list) else _typed(value)
    return f"{one.get('field')} {_OPS.get(str(one.get('op')), one.get('op'))} {shown}"


def _typed(value: Any) -> str:
    """Return a value as it is typed: text stands as it is where it cannot be taken for anything else."""
    plain = isinstance(value, str) and _PLAIN.fullmatch(value) and value != "there" and _value(value) == value
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


def _listed(values: Sequence[Any]) -> str:
    """Return values between commas: as JSON when one of them is not plain."""
    shown = [_typed(value) for value in values]
    return ", ".join(shown) if shown == list(values) else json.dumps(list(values), ensure_ascii=False)[1:-1]


def _values(text: str) -> list[Any]:
    """Return what stands between commas."""
    try:
        return list(json.loads(f"[{text}]"))
    except ValueError:
        return [_value(each.strip()) for each in text.split(",") if each.strip()]


def read(line: str) -> dict[str, Any] | None:
    """Return the condition that a line means, None when it means none."""
    field, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    if rest in (_THERE, _NOT_THERE):
        return {"field": field, "op": "exists", "value": rest == _THERE}
    for op, words in sorted(_OPS.items(), key=lambda one: -len(one[1])):
        if rest.startswith(words + " "):
            text = rest.removeprefix(words).strip()
            return {"field": field, "op": op, "value": _values(text) if op in _LISTS else _value(text)}
    return None


def _value(text: str) -> Any:
    """Return what a word means: a number, true, false, quoted text; anything else is text as it stands."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str | int | float | bool) else text
