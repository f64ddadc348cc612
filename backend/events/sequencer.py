"""Gives committed events their place in the feed, and owes them to whoever subscribed, in one transaction.

`Event.id` is taken before commit, so a reader who follows it can step over an event that commits late. `Event.seq`
is given here only, under the lock of one row that is held until the commit: places are committed in their order, so
that none arrives late. The relay gives them to events that are committed already; a transaction with many events gives
them to its own as the last thing it does, which spares writing each of those twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import Session, col

from alerts.fanout import SequencedEvent, fan_out, interests
from alerts.matching import Place
from backend.clock import system_now
from backend.persistence.bulk import insert_rows, table_of
from backend.persistence.uow import MANY, Uow, write_events
from backend.wakeups import Topic
from models.tables import Delivery, Event, EventSequence, Location, LocationGroupMember
from models.types import BigId

_EVENTS = table_of(Event)

#: Committed events that such a transaction numbers before its own; with more waiting, all are left to the relay.
_AHEAD = 2_000


def sequence(uow: Uow, *, limit: int = 1000) -> int:
    """Give the next places to at most `limit` committed events in id order, add their deliveries, return how many."""
    last = lock_feed(uow.session)
    count = _number(uow.session, after=last, limit=limit)
    _advance(uow, last, last + count)
    return count


def append(uow: Uow, rows: list[dict[str, Any]]) -> None:
    """Write a transaction's own events; many get their places at once, behind everything that is committed by then.

    The last thing before the commit: everybody who numbers waits until then.
    """
    if len(rows) < MANY:
        write_events(uow, rows)
        return
    last = lock_feed(uow.session)
    before = _number(uow.session, after=last, limit=_AHEAD)
    if before == _AHEAD:
        write_events(uow, rows)
        _advance(uow, last, last + before)
        return
    for place, row in enumerate(rows, start=last + before + 1):
        row["seq"] = place
    insert_rows(uow.session, Event, rows)
    _advance(uow, last, last + before + len(rows))


def _advance(uow: Uow, last: int, end: int) -> None:
    """Move the feed's end over what was just numbered, and owe it to whoever wants it."""
    if end == last:
        return
    uow.session.execute(sa.update(EventSequence).where(col(EventSequence.id) == 1).values(last=end))
    uow.wake(Topic.SEQUENCED)
    wanted_by = interests(uow.session)
    if not wanted_by:
        return
    events = _between(uow.session, last, end)
    places = places_of(uow.session, {e.location_id for e in events if e.location_id is not None})
    owed = fan_out(uow.session, events, to=wanted_by, places=places, now=system_now())
    insert_rows(uow.session, Delivery, owed)
    if owed:
        uow.wake(Topic.DELIVERIES)


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


def _number(session: Session, *, after: int, limit: int) -> int:
    """Give places to at most `limit` committed events that have none, in order of their ids; return how many."""
    return session.connection().execute(_NUMBER, {"after": after, "most": limit}).rowcount


def _between(session: Session, after: int, until: int) -> list[SequencedEvent]:
    columns = (_EVENTS.c[name] for name in ("id", "seq", "type", "subject", "location_id"))
    ours = sa.select(*columns).where(_EVENTS.c.seq > after, _EVENTS.c.seq <= until).order_by(_EVENTS.c.seq)
    return [SequencedEvent(*row) for row in session.connection().execute(ours)]


def _number_statement() -> sa.Update:
    place = (sa.bindparam("after", type_=BigId) + sa.func.row_number().over(order_by=_EVENTS.c.id)).label("place")
    waiting = sa.select(_EVENTS.c.id.label("id"), place).where(_EVENTS.c.seq.is_(None)).order_by(_EVENTS.c.id)
    numbered = waiting.limit(sa.bindparam("most")).subquery()
    return sa.update(_EVENTS).where(_EVENTS.c.id == numbered.c.id).values(seq=numbered.c.place)


_NUMBER = _number_statement()


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
