"""What every editor of a versioned document shows: what is wrong, what differs, the opened version."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class FaultView:
    """Something wrong with a document that is typed."""

    key: str
    line: int
    where: str
    message: str


@dataclass(frozen=True)
class Mark:
    """A line of the editor with something wrong on it."""

    line: int
    message: str


@dataclass(frozen=True)
class ChangeView:
    """One difference in words; `kind` is a word of `present/editing/diff.py`. Before and after are empty where there
    is nothing to say."""

    key: str
    kind: str
    word: str
    where: str
    before: str
    after: str


@dataclass(frozen=True)
class SideLine:
    """A line of both texts. `kind`: equal, changed, added, removed, or fold (whose `text` says what is folded away)."""

    kind: str
    old: str = ""
    before: str = ""
    new: str = ""
    after: str = ""
    text: str = ""


@dataclass(frozen=True)
class Checked:
    """What typed text comes to: what is wrong with it, how it differs from what it is held against."""

    faults: list[FaultView] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    changes: list[ChangeView] = field(default_factory=list)
    sides: list[SideLine] = field(default_factory=list)


@dataclass(frozen=True)
class Opened:
    """A version in the editor; `tag` is what a save must still find, so that nobody's work is overwritten. `state` is
    a word of the document's states, `word` how it is called; `choices` are the versions one can go to."""

    name: str = ""
    version: int = 0
    state: str = ""
    word: str = ""
    heading: str = ""
    about: str = ""
    text: str = ""
    tag: str = ""
    may_write: bool = False
    choices: list[tuple[str, str]] = field(default_factory=list)
