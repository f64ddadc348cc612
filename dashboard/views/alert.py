"""What an alert's page shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.common import Entry


@dataclass(frozen=True)
class AlertHead:
    """What is wrong, and who has it. `place_status` is the colour of its location now, empty when it has none."""

    id: int = 0
    version: int = 0
    title: str = ""
    summary: str = ""
    policy: str = ""
    severity: str = ""
    severity_word: str = ""
    state: str = ""
    state_word: str = ""
    who: str = ""
    lasting: str = ""
    quiet: str = ""
    drill: bool = False
    where: str = ""
    where_href: str = ""
    map_href: str = ""
    place_status: str = ""
    place_word: str = ""
    clears: str = ""
    parent: str = ""
    parent_href: str = ""
    over: str = ""
    may_acknowledge: bool = False
    may_give_back: bool = False
    may_resolve: bool = False
    may_note: bool = False
    silence_href: str = ""
    report: str = ""


@dataclass(frozen=True)
class Subject:
    """One thing that an alert is about, or one of the alerts that it tells of."""

    key: str
    text: str
    href: str
    more: str
    since: str
    title: str


@dataclass(frozen=True)
class StepLine:
    """One step of its escalation: who is told, when, what became of it."""

    key: str
    text: str
    state: str
    word: str
    when: str
    title: str


@dataclass(frozen=True)
class ToldLine:
    """One message to one channel, and how that went."""

    key: str
    text: str
    state: str
    word: str
    when: str
    title: str
    href: str


@dataclass(frozen=True)
class RunbookPart:
    """A piece of the runbook: HTML, or the button `number` with its label and what it does. `asks_where`: it acts at
    one of the locations that the alert tells of."""

    key: str
    html: str = ""
    number: int = 0
    label: str = ""
    icon: str = ""
    does: str = ""
    may: bool = False
    asks_where: bool = False


@dataclass(frozen=True)
class AlertScreen:
    """Everything on an alert's page."""

    head: AlertHead
    subjects: list[Subject] = field(default_factory=list)
    subjects_more: str = ""
    todo: list[RunbookPart] = field(default_factory=list)
    todo_note: str = ""
    places: list[tuple[str, str]] = field(default_factory=list)
    labels: list[tuple[str, str]] = field(default_factory=list)
    steps: list[StepLine] = field(default_factory=list)
    told: list[ToldLine] = field(default_factory=list)
    story: list[Entry] = field(default_factory=list)
