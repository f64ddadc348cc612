"""What the Waves page and a wave's page show."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.common import Choice, Column, Pager, Paper


@dataclass(frozen=True)
class WaveCard:
    """A wave on the board and in the list. `tone` is how it stands with time, empty when it is over."""

    key: str
    id: int
    title: str
    place: str
    origin: str
    state: str
    word: str
    tone: str
    tone_word: str
    shipments: str
    units: str
    stops: str
    percent: int
    progress: str
    start: str
    start_title: str
    finish: str
    finish_title: str
    why: str
    href: str
    version: int
    may_release: bool


@dataclass(frozen=True)
class Lane:
    """A column of the board; `more` leads to the waves that do not fit."""

    key: str
    title: str
    count: str
    cards: list[WaveCard]
    more: str
    empty: str


@dataclass(frozen=True)
class PlannedCard:
    """A wave as it would be."""

    key: str
    title: str
    why: str
    tone: str
    tone_word: str
    amounts: str
    per_stop: str
    start: str
    finish: str
    walk: str


@dataclass(frozen=True)
class LeftOutRow:
    """Shipments that are in no wave for the same reason; `example` is the first of them in words."""

    key: str
    count: str
    word: str
    example: str


@dataclass(frozen=True)
class PlanShown:
    """What would be planned now; `says` sums it up, empty while nothing was asked."""

    says: str = ""
    waves: list[PlannedCard] = field(default_factory=list)
    left_out: list[LeftOutRow] = field(default_factory=list)
    more: str = ""


@dataclass(frozen=True)
class WavesScreen:
    """Everything on the Waves page: the board or the list."""

    choices: list[Choice]
    places: list[tuple[str, str]]
    title: str
    lanes: list[Lane]
    columns: list[Column]
    rows: list[WaveCard]
    pager: Pager
    csv: str
    may_plan: bool
    rules: list[tuple[str, str]]


@dataclass(frozen=True)
class StopItem:
    """A product at a stop, and into which slots it goes."""

    key: str
    sku: str
    quantity: str
    slots: str
    done: bool


@dataclass(frozen=True)
class StopRow:
    """A stop of the walk."""

    key: str
    bin: str
    zone: str
    goods: list[StopItem]
    done: bool


@dataclass(frozen=True)
class MemberRow:
    """A shipment of a wave."""

    key: str
    slot: str
    order: str
    href: str
    share: str
    step: str
    status: str
    word: str
    due: str
    left: int
    due_title: str
    picked: str
    percent: int
    who: str
    gone: bool


@dataclass(frozen=True)
class WaveFact:
    """A fact about a wave: a word and its value."""

    key: str
    label: str
    value: str
    hint: str


@dataclass(frozen=True)
class WaveHead:
    """What a wave is and how it stands."""

    id: int = 0
    title: str = ""
    place: str = ""
    place_href: str = ""
    board: str = ""
    state: str = ""
    word: str = ""
    tone: str = ""
    tone_word: str = ""
    why: str = ""
    since: str = ""
    percent: int = 0
    progress: str = ""
    version: int = 0
    pick: str = ""
    actions: list[str] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)


@dataclass(frozen=True)
class WaveScreen:
    """Everything on a wave's page; `links` lead to the waves before and after it."""

    head: WaveHead
    facts: list[WaveFact]
    stops: list[StopRow]
    members: list[MemberRow]
    links: list[Choice]
    left: int
    left_word: str
