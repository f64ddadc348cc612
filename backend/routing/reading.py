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
    found.update(source for _, source, *_ in trace.get("brought", ()))
    for step in trace.get("steps", ()):
        found.update(_named(step))
    return {id_ for id_ in found if id_ > 0}


def only_places(trace: Trace, seen: Collection[int]) -> dict[str, Any]:
    """Return a trace that tells of no other locations than these, but for those that take part.

    How many there were, and which place these had among them, stays true."""
    return {**trace, "steps": [_step_only(step, seen) for step in trace.get("steps", ())]}


def skus_of(trace: Trace) -> set[str]:
    """Return the SKUs of the lines that a decision was about."""
    return {sku for _, sku, _ in trace.get("lines", ())}


def with_goods(trace: Trace, goods: Mapping[str, str]) -> dict[str, Any]:
    """Return a trace, to be put into words, whose lines name products as people call them instead of by SKU."""
    lines = [(id_, goods.get(sku, sku), units) for id_, sku, units in trace.get("lines", ())]
    return {**trace, "lines": lines}


def brought(trace: Trace, chosen: Sequence[Any], places: Mapping[int, str]) -> Iterator[str]:
    """Yield in words what a chosen location waits for, from where and why."""
    skus = {line_id: sku for line_id, sku, _ in trace.get("lines", ())}
    taken: dict[int, int] = dict(chosen[2:])
    for to, source, *lines in trace.get("brought", ()):
        here, there = (places.get(id_, f"location {id_}") for id_ in (to, source))
        for line_id, units in lines if to == chosen[0] else ():
            has = f"only {taken[line_id] - units}" if taken[line_id] > units else "none"
            yield f"{units} × {skus[line_id]} from {there} by transfer, because {here} has {has}"


def candidates(step: Trace) -> int:
    """Return how many a step ranked, those that are not named among them."""
    return len(step.get("ranked") or ()) + _count(step.get("rest") or ())


def decisive(step: Trace) -> str:
    """Return the sort, as a step words it, by which its first came first: `code` when no sort knew anything of it.

    A sort whose value is unknown for the first is unknown for all, and says nothing; ties go to the nearer."""
    sorts = list(step.get("sorted_by") or ["distance"])
    first, km, *values = (step.get("ranked") or [[0, 0]])[0]
    silent = [word for word in sorts if km is None and word.startswith("distance")]
    if first and None in values:
        silent.append(sorts[0])
    nearer = ["distance"] if km is not None else []
    return next((word for word in [*sorts, *nearer] if word not in silent), "code")


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
