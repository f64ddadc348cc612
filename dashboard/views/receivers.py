"""What the pages Channels, Subscriptions and Event types show."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.views.common import Choice, Column, Pager


@dataclass(frozen=True)
class ReceiverRow:
    """A channel or a subscription in the list; `health` is a word of `present/receivers/health.py`."""

    key: str
    code: str
    about: str
    kind: str
    health: str
    word: str
    more: str
    last: str
    last_more: str
    owed: str
    owed_more: str
    href: str
    chosen: bool


@dataclass(frozen=True)
class PolicyLink:
    """A policy that tells a channel."""

    key: str
    title: str
    href: str


@dataclass(frozen=True)
class ReceiverDetail:
    """An opened channel or subscription. `facts` are title and text; what may be done to it now is said one by one."""

    code: str = ""
    heading: str = ""
    kind: str = ""
    health: str = ""
    word: str = ""
    more: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    policies: list[PolicyLink] = field(default_factory=list)
    deliveries: str = ""
    close: str = ""
    may_write: bool = False
    rotates: bool = False
    paused: bool = False
    disabled: bool = False
    losing: str = ""
    version: int = 0


@dataclass(frozen=True)
class ReceiversScreen:
    """Everything on the page Channels, or on Subscriptions."""

    states: list[Choice]
    columns: list[Column]
    rows: list[ReceiverRow]
    pager: Pager
    csv: str
    detail: ReceiverDetail
    may_write: bool


@dataclass(frozen=True)
class Tried:
    """How a test message fared: `delivery` is its number, 0 for none; `waits` while there is no answer yet."""

    delivery: int = 0
    state: str = ""
    word: str = ""
    text: str = ""
    response: str = ""
    href: str = ""
    waits: bool = False


@dataclass(frozen=True)
class FieldRow:
    """A field of an event's data."""

    key: str
    name: str
    kind: str
    about: str


@dataclass(frozen=True)
class TypeRow:
    """A type of event in the list."""

    key: str
    name: str
    about: str
    href: str
    chosen: bool


@dataclass(frozen=True)
class TypeFamily:
    """Types whose names begin alike."""

    key: str
    name: str
    types: list[TypeRow] = field(default_factory=list)


@dataclass(frozen=True)
class TypeDetail:
    """An opened type of event: the fields of its data, its JSON Schema as text."""

    name: str = ""
    about: str = ""
    fields: list[FieldRow] = field(default_factory=list)
    schema: str = ""
    subscribe: str = ""
    close: str = ""


@dataclass(frozen=True)
class CatalogueScreen:
    """Everything on the page Event types."""

    families: list[TypeFamily]
    found: str
    csv: str
    detail: TypeDetail
