"""Differences of two documents in words: where, what it was, what it is now. Pure. What their parts are called is the
vocabulary of each kind of document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.present.editing.diff import Edit, Kind, Path
from dashboard.views.editing import ChangeView

WORDS: dict[Kind, str] = {
    Kind.ADDED: "Added",
    Kind.REMOVED: "Removed",
    Kind.CHANGED: "Changed",
    Kind.ORDER: "Other order",
}
_LONGEST = 240


def _as_it_is(_value: Any, _path: Path) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How the parts of a kind of document are called: the whole, the members of its lists one at a time, its other
    parts. `say` puts a value into words, None where it has none of its own."""

    whole: str
    members: Mapping[str, str]
    parts: Mapping[str, str]
    say: Callable[[Any, Path], str | None] = _as_it_is


def change_views(edits: Sequence[Edit], old: Any, new: Any, *, words: Vocabulary) -> list[ChangeView]:
    """Return each change in words."""
    return [_view(edit, number, old, new, words) for number, edit in enumerate(edits)]


def _view(edit: Edit, number: int, old: Any, new: Any, words: Vocabulary) -> ChangeView:
    path, document = (edit.new, new) if edit.new is not None else (edit.old or (), old)
    before, after = _sides(edit, path, old, words)
    return ChangeView(
        key=str(number),
        kind=edit.kind.value,
        word=WORDS[edit.kind],
        where=" › ".join(_where(path, document, words)) or words.whole,
        before=before,
        after=after,
    )


def _sides(edit: Edit, path: Path, old: Any, words: Vocabulary) -> tuple[str, str]:
    if edit.kind is Kind.ORDER:
        members = _at(old, edit.old or ())
        return _in_turn(members, edit.before, words), _in_turn(members, edit.after, words)
    before = "" if edit.kind is Kind.ADDED else value_words(edit.before, path, words=words)
    return before, "" if edit.kind is Kind.REMOVED else value_words(edit.after, path, words=words)


def _where(path: Path, document: Any, words: Vocabulary) -> Iterator[str]:
    """Yield the steps of a path in words: "Route “Web”", "scenario “Near”", "filter 2"."""
    member = ""
    for step in path:
        document = document[step]
        if isinstance(step, int):
            name = document.get("name") if isinstance(document, dict) else None
            yield f"{member} “{name}”" if isinstance(name, str) else f"{member} {step + 1}"
        else:
            member = words.members.get(step, step.replace("_", " "))
            if not (isinstance(document, list) and len(path) > path.index(step) + 1):
                yield words.parts.get(step, step.replace("_", " "))


def value_words(value: Any, path: Path = (), *, words: Vocabulary) -> str:
    """Return a value in words where there are some, else as short JSON."""
    said = words.say(value, path)
    if said is None and isinstance(value, dict) and isinstance(value.get("name"), str):
        said = _member_words(value, words)
    if said is None and isinstance(value, str):
        said = value
    if said is None and isinstance(value, bool):
        said = "yes" if value else "no"
    if said is None and isinstance(value, list) and all(isinstance(one, str) for one in value):
        said = ", ".join(value)
    return _cut(said if said is not None else json.dumps(value, ensure_ascii=False))


def _member_words(value: dict[str, Any], words: Vocabulary) -> str:
    """Return a member that came or went: its name and what is in it."""
    inside = [
        f"{len(part)} {words.members.get(key, key)}{'' if len(part) == 1 else 's'}"
        for key, part in value.items()
        if isinstance(part, list) and part
    ]
    return f"“{value['name']}”{': ' + ', '.join(inside) if inside else ''}"


def _in_turn(members: Any, order: Sequence[int], words: Vocabulary) -> str:
    return _cut(", ".join(_name(members[index], words) for index in order))


def _name(member: Any, words: Vocabulary) -> str:
    if isinstance(member, dict) and isinstance(member.get("name"), str):
        return str(member["name"])
    return value_words(member, words=words)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document
