"""The ordered queue of messages owed: put back, promote, stop. What workers do with it is `claims.py`, `record.py`.

Per (subscription, subject) only the first owed message is due; whoever finishes it lets the next one go. Transactions
lock subscriptions in ascending order before they touch deliveries.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.delivery.states import IS_OWED, IS_PENDING
from models.enums import DeliveryStatus
from models.errors import DomainError, ErrorCode, not_found
from models.tables import Delivery, Subscription

Lane = tuple[int, str]  # subscription id, subject


def lock_subscriptions(session: Session, ids: Iterable[int]) -> dict[int, Subscription]:
    """Lock these subscriptions until the transaction ends, lowest id first, and return them by id."""
    query = (
        sa.select(Subscription)
        .where(col(Subscription.id).in_(sorted(set(ids))))
        .order_by(col(Subscription.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in session.execute(query).scalars() if row.id is not None}


def promote(session: Session, lanes: Collection[Lane], *, now: datetime) -> None:
    """Make the first message of each lane due, if one waits and none is on its way."""
    for subscription_id, subject in sorted(set(lanes) & owed_lanes(session, lanes)):
        lane = sa.and_(col(Delivery.subscription_id) == subscription_id, col(Delivery.subject) == subject)
        first = (
            sa.select(col(Delivery.id), col(Delivery.next_attempt_at))
            .where(lane, IS_OWED)
            # A message that is under way or has a time comes before those that wait, whatever its place.
            .order_by(col(Delivery.next_attempt_at).is_(None), col(Delivery.event_seq))
            .limit(1)
        )
        found = session.execute(first).first()
        if found is not None and found[1] is None:
            session.execute(sa.update(Delivery).where(col(Delivery.id) == found[0]).values(next_attempt_at=now))


def owed_lanes(session: Session, lanes: Collection[Lane]) -> set[Lane]:
    """Return the lanes that have a message on the way or waiting, and perhaps other ones: mostly there is none."""
    rows = session.execute(
        sa.select(col(Delivery.subscription_id), col(Delivery.subject))
        .where(
            IS_OWED,
            col(Delivery.subscription_id).in_(sorted({subscription_id for subscription_id, _ in lanes})),
            col(Delivery.subject).in_(sorted({subject for _, subject in lanes})),
        )
        .distinct()
    )
    return {(subscription_id, subject) for subscription_id, subject in rows}


def hurry(session: Session, subscription_id: int, *, now: datetime) -> None:
    """Make the subscription's messages that wait for a later attempt due now: the receiver works again."""
    session.execute(
        sa.update(Delivery)
        .where(
            col(Delivery.subscription_id) == subscription_id,
            IS_PENDING,
            col(Delivery.next_attempt_at) > now,
        )
        .values(next_attempt_at=now)
    )


def abandon(session: Session, subscription_id: int, *, reason: str, now: datetime) -> None:
    """Mark what waits to be sent to a subscription dead; replay, or `from`, brings it back.

    What is on its way at this moment still gets its true result from whoever sends it.
    """
    session.execute(
        sa.update(Delivery)
        .where(col(Delivery.subscription_id) == subscription_id, IS_PENDING)
        .values(
            status=DeliveryStatus.DEAD.value,
            next_attempt_at=None,
            last_error=reason,
            finished_at=now,
        )
    )


def replay(session: Session, delivery_id: int, *, now: datetime) -> None:
    """Owe a message again from the start of the schedule, or send at once one that waits for its next attempt.

    Raises NOT_FOUND, or CONFLICT while it is being sent, waits behind another one, or has no enabled receiver.
    """
    subscription_id = session.execute(
        sa.select(col(Delivery.subscription_id)).where(col(Delivery.id) == delivery_id)
    ).scalar_one_or_none()
    if subscription_id is None:
        raise not_found("delivery", delivery_id)
    subscription = lock_subscriptions(session, [subscription_id])[subscription_id]
    row = session.get_one(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    if not subscription.enabled:
        raise DomainError(ErrorCode.CONFLICT, f"Subscription {subscription.code} is disabled. Enable it first.")
    if row.status == DeliveryStatus.SENDING.value:
        raise DomainError(ErrorCode.CONFLICT, "This delivery is being sent right now.")
    if row.status == DeliveryStatus.PENDING.value:
        if row.next_attempt_at is None:
            raise DomainError(ErrorCode.CONFLICT, "This delivery waits for an earlier one of the same subject.")
        row.next_attempt_at = now
    else:
        row.status, row.schedule_from, row.finished_at = DeliveryStatus.PENDING.value, row.attempts, None
    session.flush()
    promote(session, [(row.subscription_id, row.subject)], now=now)
    session.refresh(row)
