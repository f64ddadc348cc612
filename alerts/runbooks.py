"""Runbooks: Markdown on a policy with live values and buttons that carry steps out. Pure.

`{open}` stands for a value of the alert. A button is a link: `[Cap at 20 for 2 hours](pickwatch:cap?orders=20&for=2h)`.
In the text its label stays, in bold; the button itself follows the paragraph or list item. What a button does is
`backend/alerting/runbook.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

from models.enums import Method
from models.errors import Fault

_BUTTON = re.compile(r"\[([^\[\]\n]{1,80})\]\(pickwatch:([^)\s]*)\)")
_VALUE = re.compile(r"\{([A-Za-z][\w.]{0,63})\}")
_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~=])")
_SPAN = re.compile(r"(\d{1,4})(m|h|d)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=31)
_LONGEST_VALUE = 300
_SCHEME = "(pickwatch:"
#: What stands where an alert has no such value.
NOTHING = "–"
MOST_BUTTONS = 20


class ActionKind(StrEnum):
    """What a button does; at the alert's location unless it names another."""

    ACKNOWLEDGE = "acknowledge"
    SILENCE = "silence"  # alerts of this policy at this place, `for` a time
    CAP = "cap"  # give the location at most so many `orders` or `items`, `for` a time
    PAUSE = "pause"  # no new work of a `method`, `for` a time
    BLOCK = "block"  # give the location no more of a `sku`, `for` a time or until it is counted
    REASSIGN = "reassign"  # hand `shipments` that nobody has begun `to` another location, or to any
    RELEASE = "release"  # let the next planned wave go


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of Markdown, its values filled in and escaped."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Action:
    """A button: the `number`-th of its runbook, from 1, with its arguments as text, values filled in."""

    number: int
    kind: ActionKind
    label: str
    arguments: Mapping[str, str] = field(default_factory=dict)


Part = Text | Action


def parse(runbook: str, values: Mapping[str, Any]) -> list[Part]:
    """Return what a runbook without faults shows, in order: text, and buttons after what they belong to."""
    parts: list[Part] = []
    text: list[str] = []
    number = 0
    for line in runbook.splitlines():
        buttons = []
        for found in _BUTTON.finditer(line):
            number += 1
            buttons.append(_action(number, found, values))
        alone = not _BUTTON.sub("", line).strip(" \t-*+.,;|/0123456789")
        if not (buttons and alone):
            text.append(_filled(_BUTTON.sub(lambda found: f"**{found[1]}**", line), values))
        if buttons:
            parts += _text(text)
            parts += buttons
            text = []
    return [*parts, *_text(text)]


def actions(runbook: str, values: Mapping[str, Any]) -> list[Action]:
    """Return the buttons of a runbook."""
    return [part for part in parse(runbook, values) if isinstance(part, Action)]


def runbook_faults(runbook: str, pointer: str = "/runbook") -> list[Fault]:
    """Return everything wrong with the buttons of a runbook, each with its line."""
    faults: list[Fault] = []
    many = 0
    for number, line in enumerate(runbook.splitlines(), start=1):
        found = list(_BUTTON.finditer(line))
        many += len(found)
        if line.count(_SCHEME) > len(found):
            words = "a button is written [label](pickwatch:cap?orders=20&for=2h)"
            faults.append(Fault(pointer, "bad_button", f"Line {number}: {words}."))
        for one in found:
            faults += [Fault(pointer, "bad_button", f"Line {number}, {one[1]}: {words}") for words in _wrong(one[2])]
    if many > MOST_BUTTONS:
        faults.append(Fault(pointer, "too_many_buttons", f"A runbook has at most {MOST_BUTTONS} buttons."))
    return faults


def span(text: str) -> timedelta | None:
    """Return how long `2h`, `30m` or `1d` is; None for what is no such time of at most 31 days."""
    found = _SPAN.fullmatch(text)
    if found is None:
        return None
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    return length if timedelta() < length <= _LONGEST else None


def escaped(text: str) -> str:
    """Return text as it stands in Markdown, meaning nothing but itself, in one line."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def said(value: Any) -> str:
    """Return a value in words, at most 300 characters: lists by their first five, things by their first value."""
    if isinstance(value, Mapping):
        value = value.get("shipment", next(iter(value.values()), ""))
    if isinstance(value, list | tuple):
        more = f" and {len(value) - 5} more" if len(value) > 5 else ""
        return (", ".join(said(one) for one in value[:5]) + more)[:_LONGEST_VALUE]
    if value is None or value == "":
        return NOTHING
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)[:_LONGEST_VALUE]


def _action(number: int, found: re.Match[str], values: Mapping[str, Any]) -> Action:
    kind, _, query = found[2].partition("?")
    arguments = {name: _plain(value, values) for name, value in parse_qsl(query, keep_blank_values=True)}
    return Action(number, ActionKind(kind), _plain(found[1], values), arguments)


def _text(lines: list[str]) -> list[Part]:
    whole = "\n".join(lines).strip("\n")
    return [Text(whole)] if whole.strip() else []


def _filled(line: str, values: Mapping[str, Any]) -> str:
    return _VALUE.sub(lambda found: escaped(said(_value(found[1], values))), line)


def _plain(text: str, values: Mapping[str, Any]) -> str:
    return _VALUE.sub(lambda found: said(_value(found[1], values)), text)


def _value(name: str, values: Mapping[str, Any]) -> Any:
    if name in values:
        return values[name]
    found: Any = values
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _wrong(target: str) -> Iterator[str]:
    """Yield in words what is wrong with where a button leads; what holds a value is judged when it is pressed."""
    word, _, query = target.partition("?")
    if word not in tuple(ActionKind):
        yield f"{word or 'nothing'} is no action; use one of: {', '.join(ActionKind)}."
        return
    kind = ActionKind(word)
    given = parse_qsl(query, keep_blank_values=True)
    names = [name for name, _ in given]
    known, needed = _ARGUMENTS[kind], _NEEDED[kind]
    for name, value in given:
        if name not in known:
            yield f"{word} has no {name}; it has {', '.join(known) or 'nothing to say'}."
        elif names.count(name) > 1:
            yield f"{name} is said twice."
        elif not _VALUE.search(value) and (words := _CHECKS[name](value)):
            yield f"{name}: {words}"
    for choice in needed:
        if not any(name in names for name in choice):
            yield f"{word} needs {' or '.join(choice)}."


def wrong_argument(name: str, value: str) -> str:
    """Return in words what is wrong with an argument, empty when nothing is."""
    return _CHECKS[name](value)


def _is_span(value: str) -> str:
    return "" if span(value) else "a time is written 30m, 2h or 1d, at most 31 days."


def _is_count(value: str) -> str:
    fine = value.isascii() and value.isdigit() and len(value) <= 6
    return "" if fine else "this is a whole number."


def _is_some(value: str) -> str:
    return "" if _is_count(value) == "" and int(value) > 0 else "this is a whole number from 1."


def _is_code(value: str) -> str:
    return "" if 1 <= len(value) <= 64 and value.isprintable() and "/" not in value else "this is a code."


def _is_method(value: str) -> str:
    return "" if value in tuple(Method) else f"use one of: {', '.join(Method)}."


def _is_note(value: str) -> str:
    return "" if 1 <= len(value.strip()) <= 200 else "use 1 to 200 characters."


_CHECKS = {
    "for": _is_span,
    "orders": _is_count,
    "items": _is_count,
    "shipments": _is_some,
    "location": _is_code,
    "to": _is_code,
    "sku": _is_code,
    "method": _is_method,
    "reason": _is_note,
}
_ARGUMENTS: Mapping[ActionKind, tuple[str, ...]] = {
    ActionKind.ACKNOWLEDGE: ("reason",),
    ActionKind.SILENCE: ("for", "reason"),
    ActionKind.CAP: ("orders", "items", "for", "location", "reason"),
    ActionKind.PAUSE: ("method", "for", "location", "reason"),
    ActionKind.BLOCK: ("sku", "for", "location", "reason"),
    ActionKind.REASSIGN: ("shipments", "to", "location", "reason"),
    ActionKind.RELEASE: ("location",),
}
_NEEDED: Mapping[ActionKind, tuple[tuple[str, ...], ...]] = {
    ActionKind.ACKNOWLEDGE: (),
    ActionKind.SILENCE: (("for",),),
    ActionKind.CAP: (("orders", "items"), ("for",)),
    ActionKind.PAUSE: (("method",), ("for",)),
    ActionKind.BLOCK: (("sku",),),
    ActionKind.REASSIGN: (("shipments",),),
    ActionKind.RELEASE: (),
}
