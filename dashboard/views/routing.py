"""What the pages about strategies show: Routing and Edit."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.common import Choice, Column, Kpi, Pager
from dashboard.views.editing import Checked, Opened
from dashboard.views.network import Trend


@dataclass(frozen=True)
class ScenarioWords:
    """One scenario as a sentence; `then` says what happens to what it cannot place."""

    key: str
    number: str
    name: str
    text: str
    then: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RouteWords:
    """A route: whose orders it takes, and its scenarios in turn."""

    key: str
    name: str
    who: str
    scenarios: list[ScenarioWords] = field(default_factory=list)


@dataclass(frozen=True)
class Clause:
    """A rule of the whole strategy: "At most 3 parcels per order"."""

    title: str
    text: str


@dataclass(frozen=True)
class StrategyWords:
    """A strategy as people read it."""

    title: str = ""
    description: str = ""
    routes: list[RouteWords] = field(default_factory=list)
    otherwise: str = ""
    lanes: list[Clause] = field(default_factory=list)
    limits: list[Clause] = field(default_factory=list)
    guards: list[Clause] = field(default_factory=list)


@dataclass(frozen=True)
class VersionRow:
    """One version in the list; `state` is a word of StrategyStatus, `word` how it is called."""

    key: str
    name: str
    version: str
    state: str
    word: str
    note: str
    who: str
    when: str
    title: str
    href: str


@dataclass(frozen=True)
class EmptyRow:
    """An order for which routing found nothing, or not all."""

    key: str
    order: str
    what: str
    outcome: str
    reason: str
    now: str
    again: str
    when: str
    title: str
    href: str


@dataclass(frozen=True)
class RoutingScreen:
    """Everything on the Routing page. `active` is "main, version 7"; empty when no strategy is active."""

    active: str
    since: str
    words: StrategyWords
    kpis: list[Kpi]
    empty: Trend
    states: list[Choice]
    columns: list[Column]
    versions: list[VersionRow]
    pager: Pager
    csv: str
    may_write: bool
    edit: str


@dataclass(frozen=True)
class EmptyScreen:
    """Everything on the page of empty suggestions."""

    trend: Trend
    outcomes: list[Choice]
    columns: list[Column]
    rows: list[EmptyRow]
    pager: Pager
    csv: str
    reasons: list[Share]


@dataclass(frozen=True)
class Share:
    """One of several that make up a whole, drawn as a bar of `percent` of the longest."""

    label: str
    value: str
    percent: int
    hint: str = ""


@dataclass(frozen=True)
class CheckedStrategy(Checked):
    """What typed text comes to, and what it says."""

    words: StrategyWords = field(default_factory=StrategyWords)


@dataclass(frozen=True)
class OpenedStrategy(Opened):
    """A version of a strategy in the editor; `active` says which one decides."""

    active: str = ""
