"""Reading the event log: the feed by cursor, and what happened lately at one location. SELECT only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.envelope import EventFacts, cloud_event
from alerts.matching import expand_types
from backend.events.audience import seen_by
from backend.persistence.uow import Uow
from models.errors import DomainError, ErrorCode, Fault
from models.tables import Event, EventSequence


@dataclass(frozen=True, slots=True)
class EventView:
    """One event of the log; `seq` is its place in the feed, `at` its true moment, `actor` who caused it."""

    seq: int
    uid: str
    type: str
    subject: str
    location_id: int | None
    actor: str
    data: dict[str, Any]
    at: datetime
    recorded_at: datetime

    def as_cloud_event(self, source: str) -> dict[str, Any]:
        """Return the CloudEvents 1.0 document that outside programs get."""
        return cloud_event(EventFacts(self.uid, self.type, self.subject, self.at, self.data), source)


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A stretch of the feed; `next` is the place to go on after, whether or not there were events."""

    items: list[EventView]
    next: int


def latest_seq(session: Session) -> int:
    """Return the last place given in the feed, 0 when there is none."""
    last = session.execute(sa.select(col(EventSequence.last)).where(col(EventSequence.id) == 1)).scalar()
    return int(last or 0)


def feed(uow: Uow, *, after: int, types: Sequence[str] = (), limit: int = 100) -> FeedPage:
    """Return the events after the cursor that the actor may see, oldest first.

    `types` are exact or a prefix `sla.*`; empty means all. The cursor moves past events that were filtered out, so
    nobody reads them twice. Raises INVALID for a cursor ahead of the feed.
    """
    end = latest_seq(uow.session)
    if after > end:
        raise DomainError(
            ErrorCode.INVALID,
            "The cursor is ahead of this feed. Start again from after=0 or after=latest.",
            faults=[Fault("#query/after", "cursor_ahead", f"The feed ends at {end}.")],
        )
    query = _events().where(col(Event.seq) > after, col(Event.seq) <= end, seen_by(uow.actor))
    if types:
        query = query.where(col(Event.type).in_(expand_types(types)))
    items = _views(uow.session, query.order_by(col(Event.seq)).limit(limit))
    return FeedPage(items, items[-1].seq if len(items) == limit else end)


def recent_events(uow: Uow, *, location_id: int, types: Sequence[str] = (), limit: int = 50) -> list[EventView]:
    """Return what happened last at a location, newest first; nothing when the actor may not see it."""
    query = _events().where(col(Event.location_id) == location_id, col(Event.seq).is_not(None), seen_by(uow.actor))
    if types:
        query = query.where(col(Event.type).in_(expand_types(types)))
    return _views(uow.session, query.order_by(col(Event.seq).desc()).limit(limit))


_COLUMNS = ("seq", "uid", "type", "subject", "location_id", "actor", "data", "at", "recorded_at")


def _events() -> sa.Select[Any]:
    return sa.select(*(getattr(Event, name) for name in _COLUMNS))


def _views(session: Session, query: sa.Select[Any]) -> list[EventView]:
    return [EventView(*row) for row in session.execute(query)]
