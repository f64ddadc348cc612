"""Tools that forget what they are not told again (Alertmanager): everything that fires is sent once a minute.

Beside the queue: nothing is owed, nothing is tried again but in the next minute, and no attempt is kept. How the
channel fares counts, as of any message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.connectors import alertmanager
from alerts.connectors.base import ChannelFacts, HttpRequest
from alerts.delivery.health import judge
from alerts.delivery.ports import Transaction
from alerts.delivery.queue import lock_subscriptions
from alerts.delivery.retry import Answer
from alerts.envelope import EventFacts
from alerts.notice import Notice
from alerts.receivers import facts_of
from models.alerting import AlertStatus, ReceiverKind
from models.enums import DeliveryStatus
from models.tables import Alert, Delivery, Event, Subscription

EVERY = timedelta(seconds=60)
#: What is over is told for so long.
STILL_TOLD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a channel is sent again, in requests as they stand."""

    receiver_id: int
    channel: ChannelFacts
    requests: tuple[HttpRequest, ...]


def due_reminders(session: Session, *, now: datetime) -> bool:
    """Return whether any channel is to be reminded now: one look, no lock."""
    return session.execute(sa.select(col(Subscription.id)).where(*_due(now)).limit(1)).first() is not None


def take_reminders(session: Session, *, now: datetime, business_now: datetime) -> list[Reminder]:
    """Take the turn of each channel that is due, for this process alone, and return what it is sent."""
    ids = session.execute(
        sa.update(Subscription)
        .where(*_due(now))
        .values(resent_at=now)
        .returning(col(Subscription.id))
        .execution_options(synchronize_session=False)
    ).scalars()
    found = []
    for id_ in sorted(ids):
        channel = facts_of(session.get_one(Subscription, id_))
        notices = _still_to_tell(session, id_, resolved_after=business_now - STILL_TOLD)
        if notices:
            found.append(Reminder(id_, channel, tuple(alertmanager.resend(notices, channel, now=now))))
    return found


def record_reminder(tx: Transaction, receiver_id: int, answers: Sequence[Answer], *, now: datetime) -> None:
    """Note how a channel fared."""
    row = lock_subscriptions(tx.session, [receiver_id]).get(receiver_id)
    if row is not None and row.enabled:
        judge(tx, row, answers, now=now)


def _due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    last, broken = col(Subscription.resent_at), col(Subscription.broken_until)
    return (
        col(Subscription.kind) == ReceiverKind.ALERTMANAGER.value,
        col(Subscription.enabled).is_(True),
        col(Subscription.paused).is_(False),
        sa.or_(last.is_(None), last <= now - EVERY),
        sa.or_(broken.is_(None), broken <= now),
    )


def _still_to_tell(session: Session, receiver_id: int, *, resolved_after: datetime) -> list[Notice]:
    """Return the last notice that the channel took of every alert that fires, and of those that are over since then."""
    over = col(Alert.status) == AlertStatus.RESOLVED.value
    newest = (
        sa.select(sa.func.max(col(Delivery.event_id)).label("event_id"), col(Alert.status).label("status"))
        .join(Alert, col(Alert.id) == col(Delivery.alert_id))
        .where(
            col(Delivery.subscription_id) == receiver_id,
            col(Delivery.status) == DeliveryStatus.DELIVERED.value,
            sa.or_(~over, col(Alert.resolved_at) > resolved_after),
        )
        .group_by(col(Delivery.alert_id), col(Alert.status))
        .subquery()
    )
    columns: tuple[Any, ...] = (Event.uid, Event.type, Event.subject, Event.at, Event.data, newest.c.status)
    rows = session.execute(sa.select(*columns).join(newest, newest.c.event_id == col(Event.id)).order_by(col(Event.id)))
    told = [(Notice.of(EventFacts(*facts)), status == AlertStatus.RESOLVED.value) for *facts, status in rows]
    # One that is over, but whose end the channel has not taken yet, is not said to fire.
    return [notice for notice, is_over in told if is_over == notice.over]
