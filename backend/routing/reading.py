"""Reading stored traces: which locations one names, and what is left of it for somebody who sees only some. Pure.

The form is `trace.py`'s; a list of locations may end with minus the number of those it does not name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

Trace = Mapping[str, Any]

_LISTS = ("rest", "over_limit")  # ids
_ROWS = ("ranked", "closing_minutes", "cutoff_minutes")  # rows that start with an id
_UNNAMED = (0, None)  # a ranked row of a location that is not named: its place in the order is told, nothing else
_LINES = {"without": 1, "stopped": 2}  # rows of ids after so many other things


def places_named(trace: Trace) -> set[int]:
    """Return the ids of the locations that a trace names."""
    found = {chosen[0] for chosen in trace.get("chosen", ())}
    for step in trace.get("steps", ()):
        found.update(_named(step))
    return {id_ for id_ in found if id_ > 0}


def only_places(trace: Trace, seen: Collection[int]) -> dict[str, Any]:
    """Return a trace that tells of no other locations than these, but for those that were chosen.

    How many there were, and which place these had among them, stays true."""
    return {**trace, "steps": [_step_only(step, seen) for step in trace.get("steps", ())]}


def candidates(step: Trace) -> int:
    """Return how many a step ranked, those that are not named among them."""
    return len(step.get("ranked") or ()) + _count(step.get("rest") or ())


def _count(ids: Sequence[int]) -> int:
    return len(ids) - 1 - ids[-1] if ids and ids[-1] < 0 else len(ids)


def _named(step: Trace) -> Iterator[int]:
    for ids in step.get("out", {}).values():
        yield from ids
    for _, *pairs in step.get("short", ()):
        yield from pairs[::2]
    for name, before in _LINES.items():
        for row in step.get(name, ()):
            yield from row[before:]
    for name in (*_ROWS, "chose"):
        yield from (row[0] for row in step.get(name, ()))
    for name in _LISTS:
        yield from step.get(name, ())


def _step_only(step: Trace, seen: Collection[int]) -> dict[str, Any]:
    kept: dict[str, Any] = dict(step)
    for name in _LISTS:
        if name in step:
            mine = [id_ for id_ in step[name] if id_ in seen]
            others = _count(step[name]) - len(mine)
            kept[name] = [*mine, -others] if others else mine
    for name in _ROWS:
        if name in step:
            kept[name] = [row for row in step[name] if row[0] in seen]
    if "ranked" in step:
        kept["ranked"] = [row if row[0] in seen else list(_UNNAMED) for row in step["ranked"]]
    for name, before in _LINES.items():
        if name in step:
            rows = [[*row[:before], *(id_ for id_ in row[before:] if id_ in seen)] for row in step[name]]
            kept[name] = [row for row in rows if len(row) > before]
    if "out" in step:
        kept["out"] = {why: mine for why, ids in step["out"].items() if (mine := [id_ for id_ in ids if id_ in seen])}
    if "short" in step:
        kept["short"] = [
            [number, *(part for pair in zip(pairs[::2], pairs[1::2], strict=True) if pair[0] in seen for part in pair)]
            for number, *pairs in step["short"]
        ]
    return kept
