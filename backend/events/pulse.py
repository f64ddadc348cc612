"""What a screen must know to keep up with the event log: how far it has come, and from which instant to look again.
The events themselves are `queries.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from backend.events.queries import latest_seq
from backend.persistence.uow import Uow
from models.events import EventType
from models.tables import Event

#: More news than this, and reading everything again is cheaper than telling what changed.
MOST_NEWS = 20_000


@dataclass(frozen=True, slots=True)
class News:
    """What came after a place in the feed, up to `last`.

    Whatever these events changed was changed at `since` or later (None: there were none). `everything` is set when
    the reader should start again: he is too far behind, ahead of this feed, or locations themselves were edited.
    """

    last: int
    since: datetime | None
    everything: bool


def news(uow: Uow, *, after: int) -> News:
    """Return what the events after `after` mean for a screen that showed the state at that place in the feed."""
    last = latest_seq(uow.session)
    if not last - MOST_NEWS <= after <= last:
        return News(last, None, everything=True)
    edited = sa.case((col(Event.type) == EventType.LOCATION_CHANGED.value, 1), else_=0)
    # An event's `at` is its true moment, never later than the instant of the transaction that wrote it.
    earliest, edits = uow.session.execute(
        sa.select(sa.func.min(col(Event.at)), sa.func.sum(edited)).where(col(Event.seq) > after, col(Event.seq) <= last)
    ).one()
    return News(last, earliest, everything=bool(edits))
