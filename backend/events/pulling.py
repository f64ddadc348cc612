"""A subscription that is pulled: its events after its cursor, and moving the cursor. Anybody may read the whole feed
with a cursor of his own (`queries.feed`); here the cursor, the types and the filters are kept for him."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import col

from alerts.fanout import SequencedEvent, interest_of, passes
from alerts.matching import Interest, expand_types
from backend.events.audience import seen_by
from backend.events.queries import EventView, FeedPage, latest_seq
from backend.events.retention import forgotten_until
from backend.events.sequencer import places_of
from backend.events.subscriptions import load, locked
from backend.persistence.uow import Uow
from models.errors import DomainError, ErrorCode, Fault, invalid
from models.tables import Event, Subscription

#: So many events are looked through at most before an answer; `next` says how far that was.
_LOOKED_THROUGH = 5_000
_CHUNK = 1_000


def pull(uow: Uow, code: str, *, limit: int) -> FeedPage:
    """Return the next events of a pulled subscription, which stay until they are acknowledged.

    Raises NOT_FOUND, CONFLICT for one that is pushed, paused or disabled, and INVALID when events it has not read are
    no longer kept.
    """
    row = load(uow, code)
    _may_pull(row)
    first = forgotten_until(uow.session)
    if 0 < row.from_seq < first:
        words = f"Events up to {first} are no longer kept. Acknowledge {first} to go on from there."
        fault = Fault("#query/limit", "cursor_expired", words)
        raise DomainError(ErrorCode.INVALID, "Events that were not read are no longer kept.", faults=[fault])
    interest, cursor, end = interest_of(row), row.from_seq, latest_seq(uow.session)
    items: list[EventView] = []
    looked = 0
    while len(items) < limit and looked < _LOOKED_THROUGH:
        events = _next(uow, interest, after=cursor)
        if not events:
            cursor = end
            break
        for event in _passing(uow, interest, events):
            items.append(event)
            if len(items) == limit:
                break
        cursor = items[-1].seq if len(items) == limit else events[-1].seq
        looked += len(events)
    return FeedPage(items, cursor)


def acknowledge(uow: Uow, code: str, *, cursor: int) -> Subscription:
    """Move the cursor of a pulled subscription, only ever forward; raises NOT_FOUND, CONFLICT, or INVALID for a cursor
    ahead of the feed."""
    row = locked(uow, code, None)
    _may_pull(row)
    end = latest_seq(uow.session)
    if cursor > end:
        raise invalid([Fault("/cursor", "cursor_ahead", f"The feed ends at {end}.")])
    row.from_seq = max(row.from_seq, cursor)
    uow.session.flush()
    return row


def _may_pull(row: Subscription) -> None:
    if row.url:
        raise DomainError(ErrorCode.CONFLICT, f"Subscription {row.code} is pushed to {row.url}.")
    if not row.enabled:
        raise DomainError(ErrorCode.CONFLICT, f"Subscription {row.code} is disabled. Enable it first.")
    if row.paused:
        raise DomainError(ErrorCode.CONFLICT, f"Subscription {row.code} is paused. Resume it first.")


def _next(uow: Uow, interest: Interest, *, after: int) -> list[EventView]:
    columns = (getattr(Event, name) for name in EventView.__slots__)
    query = (
        sa.select(*columns)
        .where(col(Event.seq) > after, col(Event.type).in_(expand_types(interest.types)), seen_by(uow.actor))
        .order_by(col(Event.seq))
        .limit(_CHUNK)
    )
    return [EventView(*row) for row in uow.session.execute(query)]


def _passing(uow: Uow, interest: Interest, events: list[EventView]) -> list[EventView]:
    places = places_of(uow.session, {one.location_id for one in events if one.location_id is not None})
    found = []
    for one in events:
        place = None if one.location_id is None else places.get(one.location_id)
        if not interest.wants(one.type, place):
            continue
        event = SequencedEvent(one.seq, one.seq, one.type, one.subject, one.location_id)
        if passes(interest, event, {one.seq: one.data}, places):
            found.append(one)
    return found
