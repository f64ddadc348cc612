"""Forgetting: webhook messages that are finished, and events that are old. What is owed is never forgotten.

Ages are real time, by when a row was written: a replay of 2017 is not old. Both start at the oldest and stop where a
batch has nothing to forget, so an hour without any costs one look.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from backend.clock import system_now
from backend.events.queries import latest_seq
from backend.persistence.uow import Uow
from models.enums import DeliveryStatus
from models.tables import Delivery, Event

#: So many rows a transaction: others wait for it on SQLite.
BATCH = 1000
_FINISHED = (DeliveryStatus.DELIVERED, DeliveryStatus.DEAD)


def forget_deliveries(uow: Uow, *, days: int) -> int:
    """Delete a batch of finished messages older than `days`, with their attempts; return how many, 0 when done."""
    before = system_now() - timedelta(days=days)
    gone = 0
    for status in _FINISHED:
        oldest = (
            sa.select(col(Delivery.id), col(Delivery.finished_at))
            .where(col(Delivery.status) == status.value)
            .order_by(col(Delivery.id))
            .limit(BATCH)
        )
        ids = [id_ for id_, at in uow.session.execute(oldest) if at is not None and at < before]
        # The status again: somebody may have replayed one meanwhile.
        old = sa.delete(Delivery).where(col(Delivery.id).in_(ids), col(Delivery.status) == status.value)
        gone += uow.session.connection().execute(old).rowcount if ids else 0
    return gone


def forget_events(uow: Uow, *, days: int) -> int:
    """Delete a batch of events older than `days`; return how many, 0 when done.

    It stops at the first that a webhook message still refers to: the feed begins somewhere, and has no holes.
    """
    before = system_now() - timedelta(days=days)
    kept = sa.exists().where(col(Delivery.event_id) == col(Event.id))
    oldest = (
        sa.select(col(Event.id), col(Event.recorded_at), kept)
        .where(col(Event.seq).is_not(None))
        .order_by(col(Event.seq))
        .limit(BATCH)
    )
    ids: list[int | None] = []
    for event_id, recorded_at, is_kept in uow.session.execute(oldest):
        if is_kept or recorded_at >= before:
            break
        ids.append(event_id)
    old = sa.delete(Event).where(col(Event.id).in_(ids))
    return uow.session.connection().execute(old).rowcount if ids else 0


def forgotten_until(session: Session) -> int:
    """Return the place in the feed of the last event that is forgotten, 0 when none is."""
    first = sa.select(col(Event.seq)).where(col(Event.seq).is_not(None)).order_by(col(Event.seq)).limit(1)
    oldest = session.scalar(first)
    return latest_seq(session) if oldest is None else oldest - 1
