"""A document as somebody types it: what it reads as, and on which line each part of it stands. Pure.

What is wrong with what it says is told by the backend, with JSON pointers; here they become lines."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from models.errors import DomainError, ErrorCode

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_LINE = re.compile(r"\n")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in the text; `line` counts from 1, `pointer` is empty for the whole and for text that is no
    JSON."""

    line: int
    pointer: str
    message: str


@dataclass(frozen=True, slots=True)
class Typed:
    """Text that was read. `findings` are what hinders reading it; `document` is None when there are any that hinder.
    `lines` has the line of every pointer."""

    document: Any = None
    lines: Mapping[str, int] = field(default_factory=dict)
    findings: Sequence[Finding] = ()

    def line_of(self, pointer: str) -> int:
        """Return the line of a part, or of the nearest one around it when the part itself is missing."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 1)


def read(text: str) -> Typed:
    """Return what the text reads as. A name that stands twice in one object is a finding: readers differ on it."""
    try:
        document = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        return Typed(findings=[Finding(error.lineno, "", f"This is not JSON: {_plain(error.msg)}.")])
    except RecursionError:
        return Typed(findings=[Finding(1, "", "This is nested too deeply.")])
    except ValueError as error:
        return Typed(findings=[Finding(1, "", f"This is not JSON: {error}.")])
    walk = _Walk(text)
    walk.run()
    return Typed(None if walk.twice else document, walk.lines, walk.twice)


def document_of(text: str) -> Any:
    """Return the document that the text is; INVALID when it is none."""
    typed = read(text)
    if typed.findings:
        raise DomainError(ErrorCode.INVALID, typed.findings[0].message)
    return typed.document


def write(document: Any) -> str:
    """Return a document as text that people edit: indented, in its own order."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def step(name: str | int) -> str:
    """Return one step of a JSON pointer."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _plain(message: str) -> str:
    """Return Python's reason as a part of a sentence."""
    return message[:1].lower() + message[1:]


@dataclass(slots=True)
class _Level:
    """An open object or list: `at` is the member or place that is being read, None between members."""

    pointer: str
    at: str | int | None


class _Walk:
    """Goes over valid JSON once and notes where everything stands."""

    def __init__(self, text: str) -> None:
        self.lines: dict[str, int] = {}
        self.twice: list[Finding] = []
        self._text = text
        self._ends = [match.start() for match in _LINE.finditer(text)]
        self._levels: list[_Level] = []

    def run(self) -> None:
        for match in _TOKEN.finditer(self._text):
            self._take(match.group(), bisect_right(self._ends, match.start()) + 1)

    def _take(self, mark: str, line: int) -> None:
        if mark == ":":
            return
        if mark in "}]":
            self._levels.pop()
            return
        top = self._levels[-1] if self._levels else None
        if top is not None and mark == ",":
            top.at = top.at + 1 if isinstance(top.at, int) else None
        elif top is not None and top.at is None:
            self._name(top, json.loads(mark), line)
        else:
            self._value(top, mark, line)

    def _name(self, top: _Level, name: str, line: int) -> None:
        top.at = name
        pointer = top.pointer + step(name)
        if pointer in self.lines:
            self.twice.append(Finding(line, pointer, f"“{name}” stands here twice; take one away."))
        self.lines[pointer] = line

    def _value(self, top: _Level | None, mark: str, line: int) -> None:
        pointer = "" if top is None or top.at is None else top.pointer + step(top.at)
        self.lines.setdefault(pointer, line)
        if mark in "{[":
            self._levels.append(_Level(pointer, 0 if mark == "[" else None))
