"""How two values compare. A comparison whose types do not fit is a clash, never an exception.

Missing values are not seen here: `filters.py` settles them before.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from backend.routing.fields import FieldType
from backend.routing.words import Op

#: Which operators a field of each type knows.
FITTING: Mapping[FieldType, frozenset[Op]] = {
    FieldType.NUMBER: frozenset(Op) - {Op.STARTS_WITH, Op.ENDS_WITH, Op.CONTAINS, Op.SUBSET},
    FieldType.INSTANT: frozenset(Op) - {Op.STARTS_WITH, Op.ENDS_WITH, Op.CONTAINS, Op.SUBSET, Op.IN, Op.NOT_IN},
    FieldType.TEXT: frozenset(
        {Op.EQUAL, Op.NOT_EQUAL, Op.IN, Op.NOT_IN, Op.STARTS_WITH, Op.ENDS_WITH, Op.CONTAINS},
    ),
    FieldType.LIST: frozenset({Op.EQUAL, Op.NOT_EQUAL, Op.CONTAINS, Op.SUBSET}),
    FieldType.BOOLEAN: frozenset({Op.EQUAL, Op.NOT_EQUAL}),
    FieldType.ANY: frozenset(Op),
}

#: Operators that are exactly the opposite of another one.
OPPOSITES: Mapping[Op, Op] = {Op.NOT_EQUAL: Op.EQUAL, Op.NOT_IN: Op.IN}

ORDERING = frozenset({Op.GREATER, Op.LESS, Op.GREATER_OR_EQUAL, Op.LESS_OR_EQUAL})
LISTS = frozenset({Op.IN, Op.NOT_IN, Op.BETWEEN, Op.SUBSET})

#: True, False, or None: the types clash.
Verdict = bool | None
Compare = Callable[[Any, Any], Verdict]


def kind(value: object) -> FieldType | None:
    """Return the type of a value, None for one that nothing compares with."""
    if isinstance(value, bool):
        return FieldType.BOOLEAN
    if isinstance(value, int | float):
        return FieldType.NUMBER
    if isinstance(value, str):
        return FieldType.TEXT
    if isinstance(value, datetime):
        return FieldType.INSTANT
    return FieldType.LIST if isinstance(value, tuple | list | set | frozenset) else None


@lru_cache(maxsize=4_096)
def instant(text: str) -> datetime | None:
    """Return the instant that RFC 3339 text names, None for other text or one without its zone."""
    if len(text) < 17:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return value if value.tzinfo is not None else None


def equal(left: Any, right: Any) -> Verdict:
    """Return whether two values are the same; lists: the same elements, in any order."""
    left, right = _meet(left, right)
    of = kind(left)
    if of is None or of is not kind(right):
        return None
    if of is FieldType.LIST:
        return _marks(left) == _marks(right)
    return bool(left == right)


def _ordering(holds: Callable[[Any, Any], bool]) -> Compare:
    def compare(left: Any, right: Any) -> Verdict:
        pair = _ordered(left, right)
        return None if pair is None else holds(*pair)

    return compare


def is_in(left: Any, right: Any) -> Verdict:
    """Return whether a single value is one of a list; None when it could be none of them by its type."""
    if kind(right) is not FieldType.LIST or kind(left) is FieldType.LIST:
        return None
    verdicts = [equal(left, one) for one in right]
    if True in verdicts:
        return True
    return None if verdicts and all(verdict is None for verdict in verdicts) else False


def between(left: Any, right: Any) -> Verdict:
    """Return whether a value lies between two, both included."""
    if kind(right) is not FieldType.LIST or len(right) != 2:
        return None
    low, high = (_ordered(left, bound) for bound in right)
    if low is None or high is None:
        return None
    return bool(low[0] >= low[1] and high[0] <= high[1])


def starts_with(left: Any, right: Any) -> Verdict:
    """Return whether text starts with text; capitals count."""
    return left.startswith(right) if isinstance(left, str) and isinstance(right, str) else None


def ends_with(left: Any, right: Any) -> Verdict:
    """Return whether text ends with text; capitals count."""
    return left.endswith(right) if isinstance(left, str) and isinstance(right, str) else None


def contains(left: Any, right: Any) -> Verdict:
    """Return whether text contains text, or a list an element."""
    if kind(left) is FieldType.LIST:
        return None if kind(right) in (FieldType.LIST, None) else _mark(right) in _marks(left)
    return right in left if isinstance(left, str) and isinstance(right, str) else None


def subset(left: Any, right: Any) -> Verdict:
    """Return whether every element of a list is in another; the empty list is in every one."""
    if kind(left) is not FieldType.LIST or kind(right) is not FieldType.LIST:
        return None
    return _marks(left) <= _marks(right)


COMPARE: Mapping[Op, Compare] = {
    Op.EQUAL: equal,
    Op.GREATER: _ordering(operator.gt),
    Op.LESS: _ordering(operator.lt),
    Op.GREATER_OR_EQUAL: _ordering(operator.ge),
    Op.LESS_OR_EQUAL: _ordering(operator.le),
    Op.IN: is_in,
    Op.BETWEEN: between,
    Op.STARTS_WITH: starts_with,
    Op.ENDS_WITH: ends_with,
    Op.CONTAINS: contains,
    Op.SUBSET: subset,
}


def shortcut(op: Op, literal: Any) -> tuple[frozenset[type], Callable[[Any], bool]] | None:
    """Return, for the usual literals, which types of values compare simply, and how; others take the long way."""
    if type(literal) in _NUMBERS and op in _SIMPLY:
        holds = _SIMPLY[op]
        return _NUMBERS, lambda left: holds(left, literal)
    if isinstance(literal, str) and op is Op.EQUAL:
        return _TEXTS, lambda left: bool(left == literal)
    if isinstance(literal, tuple) and op is Op.IN and literal and all(isinstance(one, str) for one in literal):
        among = frozenset(literal)
        return _TEXTS, lambda left: left in among
    return None


_NUMBERS: frozenset[type] = frozenset({int, float})
_TEXTS: frozenset[type] = frozenset({str})
_SIMPLY: Mapping[Op, Callable[[Any, Any], bool]] = {
    Op.EQUAL: operator.eq,
    Op.GREATER: operator.gt,
    Op.LESS: operator.lt,
    Op.GREATER_OR_EQUAL: operator.ge,
    Op.LESS_OR_EQUAL: operator.le,
}


def _meet(left: Any, right: Any) -> tuple[Any, Any]:
    """Return both, text as an instant where the other one is an instant."""
    if isinstance(left, datetime) and isinstance(right, str):
        return left, instant(right)
    if isinstance(right, datetime) and isinstance(left, str):
        return instant(left), right
    return left, right


def _ordered(left: Any, right: Any) -> tuple[Any, Any] | None:
    """Return both when one can be greater: numbers, or instants (as text too); else None."""
    if kind(left) is FieldType.NUMBER and kind(right) is FieldType.NUMBER:
        return left, right
    pair = [instant(value) if isinstance(value, str) else value for value in (left, right)]
    return (pair[0], pair[1]) if all(isinstance(value, datetime) for value in pair) else None


def _mark(value: Any) -> tuple[FieldType | None, Any]:
    return kind(value), value


def _marks(values: Any) -> set[tuple[FieldType | None, Any]]:
    """Return a list's elements as a set; those that cannot be compared (lists, documents) are left out."""
    return {_mark(value) for value in values if kind(value) not in (FieldType.LIST, None)}
