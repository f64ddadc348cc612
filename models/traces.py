"""How a routing trace is stored: its lists of locations as bits, a tenth of the text to make, to write and to keep.

What the trace says is `backend/routing/trace.py`; whoever reads one gets it whole again. Only the ids that a decision
ranked after the first ones come back in another order, ascending, which nobody is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: Shorter lists are as short as their bits.
_FEW = 16
#: Bits for each id at most: where ids lie farther apart, a list is shorter.
_WIDEST = 24

_ONE = ord("1")

#: The lists of a step: those that hold ids alone, and those of rows whose ids come after so many other things.
_LISTS = ("rest", "over_limit")
_ROWS = {"without": 1, "stopped": 2}


def squeezed(trace: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trace as it is stored."""
    return _each(trace, _to_bits)


def whole(trace: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored trace as it was; a promise's dates are called `promised_at`, whatever they were called once."""
    found = _each(trace, _from_bits)
    if promise := found.get("promise"):
        shipments = [_dated(shipment) for shipment in promise.get("shipments", ())]
        found["promise"] = {**_dated(promise), "shipments": shipments}
    return found


def _dated(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"promised_at" if name == "date" else name: value for name, value in told.items()}


def _each(trace: Mapping[str, Any], change: Any) -> dict[str, Any]:
    steps = trace.get("steps")
    return {**trace, "steps": [_step(step, change) for step in steps]} if steps else dict(trace)


def _step(step: Mapping[str, Any], change: Any) -> dict[str, Any]:
    after = dict(step)
    for name in _LISTS:
        if name in after:
            after[name] = change(after[name])
    for name, before in _ROWS.items():
        if name in after:
            after[name] = [[*row[:before], *change(row[before:])] for row in after[name]]
    if "out" in after:
        after["out"] = {reason: change(ids) for reason, ids in after["out"].items()}
    return after


def _to_bits(ids: Sequence[Any]) -> Sequence[Any]:
    """Return ids as their first and, in hexadecimal, a bit for each number from there on, the first's leading; the
    number of the others at the end, below zero, stays."""
    named = ids[:-1] if ids and ids[-1] < 0 else ids
    if len(named) < _FEW:
        return ids
    first, last = min(named), max(named)
    if first < 0 or last - first > _WIDEST * len(named):
        return ids
    digits = bytearray(b"0") * (last - first + 1)
    for id_ in named:
        digits[id_ - first] = _ONE
    return [first, f"{int(digits, 2):x}", *ids[len(named) :]]


def _from_bits(stored: Sequence[Any]) -> list[Any]:
    if len(stored) < 2 or not isinstance(stored[1], str):
        return list(stored)
    first, bits, *others = stored
    return [*(first + place for place, bit in enumerate(f"{int(bits, 16):b}") if bit == "1"), *others]
