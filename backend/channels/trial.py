"""Trying a channel: a notice that tells of nothing goes the way of all notices, and there is a delivery to look at."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import col

from alerts.delivery.queue import lock_subscriptions
from alerts.notice import Notice, instant, key_of
from alerts.queries import DeliveryView
from backend.channels.service import get_channel
from backend.clock import system_now
from backend.events.deliveries import get_delivery
from backend.events.sequencer import lock_feed, sequence
from backend.persistence.uow import Uow
from models.alerting import AlertLevel, AlertStatus, NoticeKind, Severity
from models.errors import DomainError, ErrorCode
from models.events import EventType
from models.tables import Delivery, Event

POLICY = "channel-test"


def try_channel(uow: Uow, code: str) -> DeliveryView:
    """Owe a channel a test message, due now, and return its delivery; raises NOT_FOUND, or CONFLICT while the channel
    is disabled or paused. A breaker that is open lets it through."""
    view = get_channel(uow, code)
    if not view.enabled:
        raise DomainError(ErrorCode.CONFLICT, f"Channel {code} is disabled. Enable it first.")
    if view.paused:
        raise DomainError(ErrorCode.CONFLICT, f"Channel {code} is paused. Resume it first.")
    lock_feed(uow.session)  # before the channel: so does whoever numbers events
    lock_subscriptions(uow.session, [view.id])[view.id].broken_until = None
    data = _notice(uow, code, view.title).data()
    uid = uow.record(EventType.CHANNEL_TESTED, subject=f"channel/{code}", data=data)
    uow.session.flush()
    uow.flush_events()
    while sequence(uow) and _delivery(uow, uid, view.id) is None:  # behind what is committed and has no place yet
        continue
    found = _delivery(uow, uid, view.id)
    if found is None:
        raise DomainError(ErrorCode.UNAVAILABLE, "The test could not be queued. Try again.")
    return get_delivery(uow, found)


def _delivery(uow: Uow, uid: str, receiver_id: int) -> int | None:
    query = sa.select(col(Delivery.id)).join(Event, col(Event.id) == col(Delivery.event_id))
    mine = query.where(col(Event.uid) == uid, col(Delivery.subscription_id) == receiver_id)
    found: int | None = uow.session.execute(mine).scalar()
    return found


def _notice(uow: Uow, code: str, title: str) -> Notice:
    now = system_now()
    return Notice(
        kind=NoticeKind.TEST,
        alert=0,
        key=key_of(POLICY, f"{code}:{now:%Y%m%dT%H%M%S%f}"),
        policy=POLICY,
        policy_version=1,
        level=AlertLevel.NETWORK,
        severity=Severity.INFO,
        status=AlertStatus.FIRING,
        title=f"Test of channel {title or code}",
        summary="Somebody tries this channel. Nothing is wrong.",
        since=instant(now),
        labels={"test": code},
        clears="Nothing needs to be done.",
        by=uow.actor.label,
        url=f"{uow.public_url}/channels",
        notify=(code,),
    )
