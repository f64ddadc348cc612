"""What the Work queue shows."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.views.common import Choice, Column, Pager


@dataclass(frozen=True)
class WorkRow:
    """A shipment in the queue. `hands` says whose it is, `act` what one tap does, empty for none; `lets_go`: the reader
    may let it go, his own or, as a manager, anybody's."""

    key: str
    order: str
    what: str
    step: str
    act: str
    hands: str
    mine: bool
    lets_go: bool
    status: str
    word: str
    due: str
    due_title: str
    left: int
    stuck: str


@dataclass(frozen=True)
class QueueScreen:
    """Everything on the Work queue. The first `on_page` rows are the list as it stands now."""

    on_page: int
    location: str
    place: str
    places: list[tuple[str, str]]
    whose: list[Choice]
    methods: list[tuple[str, str]]
    columns: list[Column]
    rows: list[WorkRow]
    pager: Pager
    csv: str
    free: str
    empty: str
    empty_hint: str
