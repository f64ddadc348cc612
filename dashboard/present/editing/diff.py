"""What changed from one document to another, part by part; `apply` makes the other one of it again. Pure.

Members of a list are the same when they have the same name (routes, scenarios) or are about the same thing (filters of
one attribute); a list whose members only changed places is said to be in another order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Path = tuple[str | int, ...]

#: What a member of a list is known by, best first.
_KNOWN_BY = ("name", "code", "attribute", "field", "by", "lane", "location", "group")


class Kind(StrEnum):
    """What happened to a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    ORDER = "order"  # the members that stayed stand in another order


@dataclass(frozen=True, slots=True)
class Edit:
    """One change. `old` and `new` are where the part stands in the two documents: REMOVED has no new place, ADDED no
    old one. For ORDER both are places of the list, `before` and `after` the members that stayed, as old indexes."""

    kind: Kind
    old: Path | None
    new: Path | None
    before: Any = None
    after: Any = None


def diff(old: Any, new: Any) -> list[Edit]:
    """Return the changes from `old` to `new`, in the order of the old document."""
    return _diff(old, new, (), ())


def same(old: Any, new: Any) -> bool:
    """Return whether two JSON values are equal; unlike in Python, true is not 1."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(same, old, new))
    return isinstance(old, bool) is isinstance(new, bool) and bool(old == new)


def _diff(old: Any, new: Any, at: Path, to: Path) -> list[Edit]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return _members(old, new, at, to)
    if isinstance(old, list) and isinstance(new, list):
        return _elements(old, new, at, to)
    return [] if same(old, new) else [Edit(Kind.CHANGED, at, to, old, new)]


def _members(old: Mapping[str, Any], new: Mapping[str, Any], at: Path, to: Path) -> list[Edit]:
    edits: list[Edit] = []
    for key, value in old.items():
        if key in new:
            edits += _diff(value, new[key], (*at, key), (*to, key))
        else:
            edits.append(Edit(Kind.REMOVED, (*at, key), None, before=value))
    edits += [Edit(Kind.ADDED, None, (*to, key), after=value) for key, value in new.items() if key not in old]
    return edits


def _elements(old: Sequence[Any], new: Sequence[Any], at: Path, to: Path) -> list[Edit]:
    was, is_ = _identities(old), _identities(new)
    stayed = [key for key in is_ if key in was]
    edits: list[Edit] = []
    for key, index in was.items():
        if key in is_:
            edits += _diff(old[index], new[is_[key]], (*at, index), (*to, is_[key]))
        else:
            edits.append(Edit(Kind.REMOVED, (*at, index), None, before=old[index]))
    order = [was[key] for key in stayed]
    if order != sorted(order):
        edits.append(Edit(Kind.ORDER, at, to, before=sorted(order), after=order))
    edits += [Edit(Kind.ADDED, None, (*to, index), after=new[index]) for key, index in is_.items() if key not in was]
    return edits


def _identities(elements: Sequence[Any]) -> dict[tuple[str, int], int]:
    """Return each member's place by what it is known by, counted where several are known by the same."""
    seen: Counter[str] = Counter()
    places: dict[tuple[str, int], int] = {}
    for index, element in enumerate(elements):
        known = _known(element)
        places[(known, seen[known])] = index
        seen[known] += 1
    return places


def _known(element: Any) -> str:
    if isinstance(element, Mapping):
        for key in _KNOWN_BY:
            if isinstance(element.get(key), str):
                return f"{key}={element[key]}"
    return json.dumps(element, sort_keys=True)


def apply(old: Any, edits: Sequence[Edit]) -> Any:
    """Return the document that `edits` lead to from `old`; `old` stays as it is."""
    box = {"": deepcopy(old)}
    for edit in edits:
        if edit.kind is Kind.CHANGED and edit.old is not None:
            _set(box, ("", *edit.old), deepcopy(edit.after))
    structural = [edit for edit in edits if edit.kind is not Kind.CHANGED]
    removed = [edit.old for edit in structural if edit.kind is Kind.REMOVED and edit.old]
    orders = {edit.old: edit.after for edit in structural if edit.kind is Kind.ORDER and edit.old is not None}
    # From the end and from the depth, so that the places of what is still to do stay true.
    lists = {path[:-1] for path in removed if isinstance(path[-1], int)} | set(orders)
    for path in removed:
        if not isinstance(path[-1], int):
            del _get(box, ("", *path[:-1]))[path[-1]]
    for path in sorted(lists, key=len, reverse=True):
        target = _get(box, ("", *path))
        gone = {one[-1] for one in removed if one[:-1] == path}
        order = orders.get(path, [index for index in range(len(target)) if index not in gone])
        target[:] = [target[index] for index in order]
    for edit in _outermost_first(structural):
        _put(box, ("", *(edit.new or ())), deepcopy(edit.after))
    return box[""]


def _outermost_first(edits: Sequence[Edit]) -> list[Edit]:
    """Return what is added, so that the places named (those of the new document) are there when it is its turn."""
    added = [edit for edit in edits if edit.kind is Kind.ADDED and edit.new is not None]
    return sorted(added, key=lambda edit: (len(edit.new or ()), [str(s).zfill(9) for s in edit.new or ()]))


def _get(root: Any, path: Path) -> Any:
    for part in path:
        root = root[part]
    return root


def _set(root: Any, path: Path, value: Any) -> None:
    _get(root, path[:-1])[path[-1]] = value


def _put(root: Any, path: Path, value: Any) -> None:
    parent = _get(root, path[:-1])
    if isinstance(parent, list):
        parent.insert(int(path[-1]), value)
    else:
        parent[path[-1]] = value
