"""Owing events of the past to a subscription: what `from` in PUT /subscriptions asks for."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import col

from alerts.delivery.queue import promote
from alerts.fanout import SequencedEvent, fan_out
from alerts.matching import Interest, expand_types
from backend.clock import system_now
from backend.events.sequencer import places_of
from backend.persistence.bulk import insert_rows
from backend.persistence.uow import Uow
from models.enums import DeliveryStatus
from models.errors import DomainError, ErrorCode, Fault
from models.tables import Delivery, Event

#: More than this is work for the pull feed, which hands out a million events without a queue row for each.
MOST = 10_000


def owe_since(uow: Uow, interest: Interest, *, after: int, until: int) -> int:
    """Owe the subscription what it wants of the feed's places after `after` up to `until`; return how many.

    What was delivered stays delivered; what was given up is owed again. Raises INVALID when there is too much.
    """
    now = system_now()
    revived = _revive(uow, interest.subscription_id, after=after, until=until)
    events = _not_owed(uow, interest, after=after, until=until)
    if len(events) > MOST:
        fault = Fault("/from", "too_many", f"More than {MOST} events match since then. Read them with GET /events.")
        raise DomainError(ErrorCode.INVALID, "Too many events to send again; nothing was changed.", faults=[fault])
    places = places_of(uow.session, {e.location_id for e in events if e.location_id is not None})
    added = fan_out(uow.session, events, to=[interest], places=places, now=now)
    insert_rows(uow.session, Delivery, added)
    promote(uow.session, revived, now=now)
    return len(added) + len(revived)


def _not_owed(uow: Uow, interest: Interest, *, after: int, until: int) -> list[SequencedEvent]:
    known = sa.select(col(Delivery.id)).where(
        col(Delivery.event_id) == col(Event.id), col(Delivery.subscription_id) == interest.subscription_id
    )
    rows = uow.session.execute(
        sa.select(col(Event.id), col(Event.seq), col(Event.type), col(Event.subject), col(Event.location_id))
        .where(
            col(Event.seq) > after,
            col(Event.seq) <= until,
            col(Event.type).in_(expand_types(interest.types)),
            ~known.exists(),
        )
        .order_by(col(Event.seq))
        .limit(MOST + 1)
    )
    return [SequencedEvent(id=i, seq=s, type=t, subject=about, location_id=at) for i, s, t, about, at in rows]


def _revive(uow: Uow, subscription_id: int, *, after: int, until: int) -> list[tuple[int, str]]:
    rows = uow.session.execute(
        sa.update(Delivery)
        .where(
            col(Delivery.subscription_id) == subscription_id,
            col(Delivery.event_seq) > after,
            col(Delivery.event_seq) <= until,
            col(Delivery.status) == DeliveryStatus.DEAD.value,
        )
        .values(
            status=DeliveryStatus.PENDING.value,
            schedule_from=col(Delivery.attempts),
            next_attempt_at=None,
            finished_at=None,
        )
        .returning(col(Delivery.subscription_id), col(Delivery.subject))
        .execution_options(synchronize_session=False)
    )
    return [(owner, subject) for owner, subject in rows]
