"""What the pages about alert policies show: the list and the editor."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.common import Choice, Column, Pager
from dashboard.views.editing import Checked, Opened


@dataclass(frozen=True)
class PolicyRow:
    """A policy in the list: the version that holds, else the newest. `state` is a word of DefinitionStatus, or "off"
    for one that holds and watches nothing."""

    key: str
    title: str
    code: str
    words: str
    severity: str
    severity_word: str
    state: str
    word: str
    open: str
    open_href: str
    version: str
    saved: str
    saved_title: str
    href: str


@dataclass(frozen=True)
class PoliciesScreen:
    """Everything on the page Policies. `templates` are what a new policy may begin with."""

    states: list[Choice]
    columns: list[Column]
    rows: list[PolicyRow]
    pager: Pager
    csv: str
    may_write: bool
    templates: list[tuple[str, str]]


@dataclass(frozen=True)
class Clause:
    """What a policy says under one head."""

    key: str
    title: str
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class VersionRow:
    """A version of a policy in its history."""

    key: str
    version: str
    state: str
    word: str
    note: str
    saved: str
    href: str
    here: bool


@dataclass(frozen=True)
class CheckedPolicy(Checked):
    """What typed text comes to, in words, and what it would raise right now."""

    title: str = ""
    summary: str = ""
    description: str = ""
    clauses: list[Clause] = field(default_factory=list)
    born: str = ""
    born_examples: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class OpenedPolicy(Opened):
    """A version of a policy in the editor. `fresh`: nothing is saved of it yet, its code may be chosen. `active` is the
    version that holds, 0 for none; `open_words` how many alerts are open by it."""

    fresh: bool = False
    active: int = 0
    open_words: str = ""
    open_href: str = ""
    history: list[VersionRow] = field(default_factory=list)
    retiring: list[str] = field(default_factory=list)
