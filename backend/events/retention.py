"""Forgetting: messages that are finished, and events that are old. What is owed is never forgotten, nor what a message
to come needs of those before it. Alerts: `backend/alerting/retention.py`.

Ages are real time, by when a row was written: a replay of 2017 is not old. Both start at the oldest and stop where a
batch has nothing to forget, so an hour without any costs one look.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.delivery.states import IS_OWED
from backend.clock import system_now
from backend.events.queries import latest_seq
from backend.persistence.uow import Uow
from models.alerting import AlertStatus
from models.enums import DeliveryStatus
from models.events import EventType
from models.tables import Alert, Delivery, Event, Silence

#: So many rows a transaction: others wait for it on SQLite.
BATCH = 1000
_FINISHED = (DeliveryStatus.DELIVERED, DeliveryStatus.DEAD, DeliveryStatus.SUPERSEDED)
_Old = sa.orm.aliased(Delivery, name="old")  # inside, `delivery` is the one that it is held against


def forget_deliveries(uow: Uow, *, days: int) -> int:
    """Delete a batch of finished messages older than `days`, with their attempts; return how many, 0 when done.

    Kept all the same: what is said of an alert that is open, from the last that its tool took; what a silence that runs
    is called there; and what of either lies before a message that is still owed.
    """
    before = system_now() - timedelta(days=days)
    gone = 0
    for status in _FINISHED:
        oldest = (
            sa.select(col(_Old.id), col(_Old.finished_at))
            .where(col(_Old.status) == status.value, ~_needed(uow))
            .order_by(col(_Old.id))
            .limit(BATCH)
        )
        ids = [id_ for id_, at in uow.session.execute(oldest) if at is not None and at < before]
        # The status again: somebody may have replayed one meanwhile.
        old = sa.delete(Delivery).where(col(Delivery.id).in_(ids), col(Delivery.status) == status.value)
        gone += uow.session.connection().execute(old).rowcount if ids else 0
    return gone


def _needed(uow: Uow) -> sa.ColumnElement[bool]:
    """Return whether a finished message is still needed: its receipt, that it was told at all, or what it said."""
    receiver = col(Delivery.subscription_id) == col(_Old.subscription_id)
    ahead = sa.exists().where(receiver, col(Delivery.subject) == col(_Old.subject), IS_OWED)
    taken_since = sa.exists().where(
        receiver,
        col(Delivery.alert_id) == col(_Old.alert_id),
        col(Delivery.event_seq) > col(_Old.event_seq),
        col(Delivery.status) == DeliveryStatus.DELIVERED.value,
    )
    is_open = sa.exists().where(col(Alert.id) == col(_Old.alert_id), col(Alert.status) != AlertStatus.RESOLVED.value)
    runs = sa.exists().where(
        sa.literal("silence/") + sa.cast(col(Silence.id), sa.String) == col(_Old.subject),
        col(Silence.ended_at).is_(None),
        col(Silence.ends_at) > uow.now,
    )
    of_alert = sa.and_(col(_Old.alert_id).is_not(None), sa.or_(ahead, sa.and_(is_open, ~taken_since)))
    told_of_silence = sa.and_(col(_Old.event_type) == EventType.SILENCE_CHANGED.value, sa.or_(ahead, runs))
    return sa.or_(of_alert, told_of_silence)


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
