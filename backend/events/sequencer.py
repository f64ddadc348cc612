"""Gives committed events their place in the feed, and owes them to whoever subscribed, in one transaction.

`Event.id` is taken before commit, so a reader who follows it can step over an event that commits late. `Event.seq`
is given here only, under the lock of one row, to events that are already committed: it never has a late arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import Session, col

from alerts.fanout import SequencedEvent, fan_out, interests
from alerts.matching import Place
from backend.clock import system_now
from backend.persistence.bulk import insert_rows
from backend.persistence.uow import Uow
from backend.wakeups import Topic
from models.tables import Delivery, Event, EventSequence, Location, LocationGroupMember


def sequence(uow: Uow, *, limit: int = 1000) -> int:
    """Give the next places to at most `limit` committed events in id order, add their deliveries, return how many."""
    last = lock_feed(uow.session)
    events = _number(uow.session, after=last, limit=limit)
    if not events:
        return 0
    uow.session.execute(sa.update(EventSequence).where(col(EventSequence.id) == 1).values(last=events[-1].seq))
    uow.wake(Topic.SEQUENCED)
    wanted_by = interests(uow.session)
    if wanted_by:
        places = places_of(uow.session, {e.location_id for e in events if e.location_id is not None})
        owed = fan_out(uow.session, events, to=wanted_by, places=places, now=system_now())
        insert_rows(uow.session, Delivery, owed)
        if owed:
            uow.wake(Topic.DELIVERIES)
    return len(events)


def waiting(session: Session) -> bool:
    """Return whether any committed event has no place yet: one look at a partial index."""
    row = session.execute(sa.select(col(Event.id)).where(col(Event.seq).is_(None)).limit(1)).first()
    return row is not None


def lock_feed(session: Session) -> int:
    """Lock the feed's end until the transaction ends and return the last place given."""
    last = session.execute(_LAST).scalar_one_or_none()
    if last is None:
        insert = insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgresql
        session.execute(insert(EventSequence).values(id=1, last=0).on_conflict_do_nothing())
        last = session.execute(_LAST).scalar_one()
    return int(last)


# An UPDATE, not SELECT … FOR UPDATE: it takes the row lock on PostgreSQL and the write lock on SQLite alike.
_LAST = (
    sa.update(EventSequence)
    .where(col(EventSequence.id) == 1)
    .values(last=col(EventSequence.last))
    .returning(col(EventSequence.last))
    .execution_options(synchronize_session=False)
)


def _number(session: Session, *, after: int, limit: int) -> list[SequencedEvent]:
    place = (after + sa.func.row_number().over(order_by=col(Event.id))).label("place")
    numbered = (
        sa.select(col(Event.id).label("id"), place)
        .where(col(Event.seq).is_(None))
        .order_by(col(Event.id))
        .limit(limit)
        .subquery()
    )
    rows = session.execute(
        sa.update(Event)
        .where(col(Event.id) == numbered.c.id)
        .values(seq=numbered.c.place)
        .returning(col(Event.id), col(Event.seq), col(Event.type), col(Event.subject), col(Event.location_id))
        .execution_options(synchronize_session=False)
    )
    events = [SequencedEvent(id=i, seq=s, type=t, subject=about, location_id=at) for i, s, t, about, at in rows]
    return sorted(events, key=lambda event: event.seq)


def places_of(session: Session, location_ids: Iterable[int]) -> dict[int, Place]:
    """Return code and groups of the locations with these ids."""
    ids: Sequence[int] = sorted(location_ids)
    if not ids:
        return {}
    groups: dict[int, set[str]] = {}
    members = sa.select(col(LocationGroupMember.location_id), col(LocationGroupMember.group_code))
    for location_id, group in session.execute(members.where(col(LocationGroupMember.location_id).in_(ids))):
        groups.setdefault(location_id, set()).add(group)
    codes = session.execute(sa.select(col(Location.id), col(Location.code)).where(col(Location.id).in_(ids)))
    return {i: Place(code, frozenset(groups.get(i, ()))) for i, code in codes}
