"""What an order's page shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.alerts import OpenHere
from dashboard.views.common import Paper
from dashboard.views.moves import Moves


@dataclass(frozen=True)
class Answer:
    """What to tell the customer: a sentence, what is known beside it, and the look of its status (empty: neutral)."""

    text: str = ""
    more: str = ""
    tone: str = ""


@dataclass(frozen=True)
class OrderHead:
    """What stands on top. `changes` counts the versions of the order, so that nobody acts on an old one."""

    id: int = 0
    number: str = ""
    about: str = ""
    state: str = ""
    state_word: str = ""
    placed: str = ""
    zone: str = ""
    version: int = 0
    may_hold: bool = False
    may_release: bool = False
    may_cancel: bool = False
    send_back: str = ""  # where something of it is sent back; empty when nothing can be


@dataclass(frozen=True)
class StoryLine:
    """Something that happened, or that is still to come (`ahead`)."""

    key: str
    text: str
    detail: str
    kind: str
    when: str
    title: str
    by: str = ""
    ahead: bool = False


@dataclass(frozen=True)
class UnitsAt:
    """Some units of a line and where they are."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class LineRow:
    """A product in the order."""

    key: str
    name: str
    sku: str
    href: str
    quantity: str
    total: str
    where: list[UnitsAt]


@dataclass(frozen=True)
class Step:
    """A step of a shipment's way, done or not."""

    label: str
    when: str
    done: bool


@dataclass(frozen=True)
class ShipmentCard:
    """A shipment with its promise; `left` is the percent of its time that is left."""

    key: str
    title: str
    place: str
    href: str
    state: str
    held: str
    sla: str
    sla_word: str
    due: str
    due_title: str
    left: int
    tracking: str
    tracking_href: str
    steps: list[Step]
    papers: list[Paper]
    moves: Moves


@dataclass(frozen=True)
class Fact:
    """Something known, with its name."""

    label: str
    value: str


@dataclass(frozen=True)
class Reckoned:
    """A part of the promise date's sum."""

    key: str
    text: str
    until: str


@dataclass(frozen=True)
class WhyLine:
    """A sentence of an explanation; `depth` 0 stands at the margin, deeper ones under the line before."""

    key: str
    text: str
    depth: int


@dataclass(frozen=True)
class OrderScreen:
    """Everything on an order's page. `why` is empty until the order was routed."""

    head: OrderHead
    answer: Answer
    story: list[StoryLine]
    lines: list[LineRow]
    total: str
    shipments: list[ShipmentCard]
    customer: list[Fact]
    address: list[str]
    promise: list[Reckoned]
    why: list[WhyLine]
    why_steps: list[WhyLine]
    decided: str
    alerts: list[OpenHere] = field(default_factory=list)
