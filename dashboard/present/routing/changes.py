"""Differences of two strategies in words: where, what it was, what it is now. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from backend.routing.document import parse_filters
from dashboard.present.routing.diff import Edit, Kind, Path
from dashboard.present.routing.phrases import phrase
from dashboard.present.routing.words import AFTER_WORDS
from dashboard.views.routing import ChangeView

WORDS: dict[Kind, str] = {
    Kind.ADDED: "Added",
    Kind.REMOVED: "Removed",
    Kind.CHANGED: "Changed",
    Kind.ORDER: "Other order",
}
_LONGEST = 240

#: How the members of a list are called, one at a time.
_MEMBERS = {
    "routes": "route",
    "scenarios": "scenario",
    "filters": "filter",
    "when": "condition",
    "sorts": "ranking",
    "lanes": "lane",
    "groups": "group",
    "locations": "location",
}
_PARTS = {
    "when_partial": "when no single location has everything",
    "when_none": "when no location has any of it",
    "rest": "what a split leaves over",
    "only_complete": "only if it covers everything",
    "prefer_whole": "one location with everything comes first",
    "candidates": "how a split chooses",
    "otherwise": "what is left at the end",
    "splits_per_order": "parcels per order",
    "splits_per_line": "locations per line",
    "attempts": "tries per order",
    "too_many_attempts": "after too many tries",
    "daily_limit": "daily limit",
    "cutoff": "carrier cut-off",
    "closing": "closing time",
    "blocks": "blocked products",
}


def change_views(edits: Sequence[Edit], old: Any, new: Any) -> list[ChangeView]:
    """Return each change in words."""
    return [_view(edit, number, old, new) for number, edit in enumerate(edits)]


def _view(edit: Edit, number: int, old: Any, new: Any) -> ChangeView:
    path, document = (edit.new, new) if edit.new is not None else (edit.old or (), old)
    before, after = _sides(edit, path, old)
    return ChangeView(
        key=str(number),
        kind=edit.kind.value,
        word=WORDS[edit.kind],
        where=" › ".join(_where(path, document)) or "The whole strategy",
        before=before,
        after=after,
    )


def _sides(edit: Edit, path: Path, old: Any) -> tuple[str, str]:
    if edit.kind is Kind.ORDER:
        members = _at(old, edit.old or ())
        return _in_turn(members, edit.before), _in_turn(members, edit.after)
    before = "" if edit.kind is Kind.ADDED else value_words(edit.before, path)
    return before, "" if edit.kind is Kind.REMOVED else value_words(edit.after, path)


def _where(path: Path, document: Any) -> Iterator[str]:
    """Yield the steps of a path in words: "Route “Web”", "scenario “Near”", "filter 2"."""
    member = ""
    for step in path:
        document = document[step]
        if isinstance(step, int):
            name = document.get("name") if isinstance(document, dict) else None
            yield f"{member} “{name}”" if isinstance(name, str) else f"{member} {step + 1}"
        else:
            member = _MEMBERS.get(step, step.replace("_", " "))
            if not (isinstance(document, list) and len(path) > path.index(step) + 1):
                yield _PARTS.get(step, step.replace("_", " "))


def value_words(value: Any, path: Path = ()) -> str:
    """Return a value in words where there are some, else as short JSON."""
    said = _try(lambda: phrase(parse_filters([value])[0])) if isinstance(value, dict) else None
    if said is None and isinstance(value, dict) and isinstance(value.get("name"), str):
        said = _member_words(value)
    if said is None and isinstance(value, str):
        said = AFTER_WORDS.get(value, value) if path[-1:] != ("name",) else value  # type: ignore[call-overload]
    if said is None and isinstance(value, bool):
        said = "yes" if value else "no"
    if said is None and isinstance(value, list) and all(isinstance(one, str) for one in value):
        said = ", ".join(value)
    return _cut(said if said is not None else json.dumps(value, ensure_ascii=False))


def _member_words(value: dict[str, Any]) -> str:
    """Return a route, scenario or lane that came or went: its name and what is in it."""
    inside = [
        f"{len(part)} {_MEMBERS.get(key, key)}{'' if len(part) == 1 else 's'}"
        for key, part in value.items()
        if isinstance(part, list) and part
    ]
    return f"“{value['name']}”{': ' + ', '.join(inside) if inside else ''}"


def _in_turn(members: Any, order: Sequence[int]) -> str:
    return _cut(", ".join(_name(members[index]) for index in order))


def _name(member: Any) -> str:
    if isinstance(member, dict) and isinstance(member.get("name"), str):
        return str(member["name"])
    return value_words(member)


def _try(say: Callable[[], str]) -> str | None:
    try:
        return say()
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError):  # typed, not yet a filter
        return None


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document
