"""What the pages about workflows show: Workflows and the editor."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.common import Choice, Column, Pager
from dashboard.views.editing import Checked, Opened


@dataclass(frozen=True)
class Chip:
    """A step in a chain of them; `own`: it changes no status, `optional`: it may be skipped."""

    key: str
    name: str
    own: bool
    optional: bool


@dataclass(frozen=True)
class WayRow:
    """What holds for the new shipments of a method: everywhere, or at the locations of a group."""

    key: str
    href: str
    where: str
    places: str
    title: str
    version: str
    since: str
    under_way: str
    draft: str
    chips: list[Chip] = field(default_factory=list)


@dataclass(frozen=True)
class Older:
    """Shipments under way that keep a version which holds no more."""

    key: str
    text: str
    href: str


@dataclass(frozen=True)
class MethodWays:
    """A method: what holds everywhere first, then its forks by group, then what some shipments still keep."""

    key: str
    name: str
    ways: list[WayRow] = field(default_factory=list)
    older: list[Older] = field(default_factory=list)


@dataclass(frozen=True)
class WorkflowRow:
    """A version somebody wrote, in the list of all; `state` is a word of DefinitionStatus."""

    key: str
    version: str
    note: str
    about: str
    state: str
    word: str
    under_way: str
    who: str
    when: str
    title: str
    href: str


@dataclass(frozen=True)
class WorkflowsScreen:
    """Everything on the page Workflows. `methods` and `groups` are what a new fork may be for."""

    ways: list[MethodWays]
    states: list[Choice]
    columns: list[Column]
    versions: list[WorkflowRow]
    pager: Pager
    csv: str
    may_write: bool
    methods: list[tuple[str, str]]
    groups: list[tuple[str, str]]


@dataclass(frozen=True)
class Fact:
    """One thing about a step."""

    title: str
    text: str


@dataclass(frozen=True)
class StepView:
    """A step as people read it."""

    key: str
    number: str
    name: str
    code: str
    own: bool
    tags: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True)
class CheckedWorkflow(Checked):
    """What typed text comes to, the steps it describes, and what it is held against, in a word."""

    title: str = ""
    about: str = ""
    description: str = ""
    steps: list[StepView] = field(default_factory=list)
    other: str = ""


@dataclass(frozen=True)
class OpenedWorkflow(Opened):
    """A version of a workflow in the editor. `fresh`: nothing is saved of it yet, its code may be chosen. `active` is
    the version of its code that holds, 0 for none that was written. `others` are the versions it may be held against.
    What would come of activating and retiring stands in words."""

    fresh: bool = False
    active: int = 0
    others: list[tuple[str, str]] = field(default_factory=list)
    activating: list[str] = field(default_factory=list)
    retiring: list[str] = field(default_factory=list)
