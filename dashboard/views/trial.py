"""What the page Try an order shows."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ChosenView:
    """A place that would take something: what, and why it."""

    key: str
    name: str
    href: str
    distance: str
    units: list[str]
    why: str


@dataclass(frozen=True)
class PartView:
    """One stretch of the promise: what it is spent on, until when; `percent` of the whole, for the bar."""

    key: str
    word: str
    text: str
    took: str
    until: str
    percent: int


@dataclass(frozen=True)
class RankedView:
    """A candidate of a scenario; `stock` is what it has of what is wanted."""

    key: str
    rank: str
    name: str
    href: str
    distance: str
    stock: str
    load: str
    chosen: bool


@dataclass(frozen=True)
class OutPlace:
    """A place that was left out; `detail` is what it lacks, where that differs from place to place."""

    key: str
    name: str
    href: str
    detail: str = ""


@dataclass(frozen=True)
class OutGroup:
    """Places left out for one reason."""

    key: str
    reason: str
    count: str
    places: list[OutPlace]
    more: str = ""


@dataclass(frozen=True)
class StepView:
    """One scenario that was tried: what came of it, who was ranked, who was left out."""

    key: str
    name: str
    about: str
    came: str
    ranked: list[RankedView]
    rest: str
    out: list[OutGroup]
    open: bool


@dataclass(frozen=True)
class Trial:
    """Where an order would go and why; empty before anything is tried."""

    headline: str = ""
    outcome: str = ""
    by: str = ""
    order: str = ""
    chosen: list[ChosenView] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    promise: str = ""
    promise_hint: str = ""
    parts: list[PartView] = field(default_factory=list)
    steps: list[StepView] = field(default_factory=list)
    none: str = ""


@dataclass(frozen=True)
class WhyNot:
    """Why a place was not chosen, scenario by scenario."""

    key: str
    name: str
    href: str
    reasons: list[str]


@dataclass(frozen=True)
class TryForm:
    """What can be chosen in the form: strategies as (value, words), places as (code, words), methods likewise."""

    strategies: list[tuple[str, str]] = field(default_factory=list)
    places: list[tuple[str, str]] = field(default_factory=list)
    methods: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class TryScreen:
    """The answer on the page."""

    trial: Trial
    why_not: list[WhyNot]
