"""What the page Shadow run shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.common import Column, Pager


@dataclass(frozen=True)
class RunRow:
    """A shadow run in the list; `state` is a word of WorkStatus, `word` how it is called."""

    key: str
    what: str
    about: str
    state: str
    word: str
    when: str
    title: str
    href: str
    chosen: bool


@dataclass(frozen=True)
class Compared:
    """One figure of both strategies; `difference` says how the tried one differs, empty when it does not."""

    label: str
    active: str
    tried: str
    difference: str


@dataclass(frozen=True)
class LoadView:
    """Shipments that a place would get from each; the percents are of the busiest place, for the bars."""

    key: str
    name: str
    href: str
    active: str
    tried: str
    active_percent: int
    tried_percent: int


@dataclass(frozen=True)
class DiffersView:
    """An order that the two would send to different places."""

    key: str
    order: str
    href: str
    active: str
    tried: str


@dataclass(frozen=True)
class RunView:
    """The opened run. While it runs only its progress is known."""

    id: int = 0
    heading: str = ""
    about: str = ""
    state: str = ""
    word: str = ""
    done: str = ""
    percent: int = 0
    running: bool = False
    failed: str = ""
    figures: list[Compared] = field(default_factory=list)
    loads: list[LoadView] = field(default_factory=list)
    differs: list[DiffersView] = field(default_factory=list)
    differs_word: str = ""
    pager: Pager = field(default_factory=Pager)
    csv: str = ""
    close: str = ""


@dataclass(frozen=True)
class ShadowScreen:
    """Everything on the page; `strategies` are (value, words)."""

    strategies: list[tuple[str, str]]
    columns: list[Column]
    runs: list[RunRow]
    run: RunView
    may_write: bool
