"""Notices that need not be sent any more: what became of the alert is queued behind them already. Channels only.

A trigger that was never tried and its resolve cancel each other out. Once anything of an episode was tried, the tool
may have it: then only the resolve goes. A generic webhook is told everything, as integrators are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.delivery.queue import Lane, promote
from alerts.delivery.states import IS_PENDING
from models.alerting import ReceiverKind
from models.enums import DeliveryStatus
from models.events import EventType
from models.tables import Delivery, Subscription

#: Of what reads every message there is.
TOLD_ALL = frozenset({ReceiverKind.SUBSCRIPTION.value, ReceiverKind.WEBHOOK.value})
_RESOLVED = EventType.ALERT_RESOLVED.value
WHY = "It was over before it could be told."


def supersede(session: Session, delivery_ids: Collection[int], *, now: datetime) -> bool:
    """End what needs not be sent of the lanes that these messages are in; return whether there was any."""
    lanes = _ending(session, delivery_ids)
    for lane, resolve in lanes.items():
        _end(session, lane, resolve, now=now)
    promote(session, lanes, now=now)
    return bool(lanes)


def _ending(session: Session, delivery_ids: Collection[int]) -> dict[Lane, int]:
    """Return the place of the last resolve that waits in each of the lanes, where a message waits before it."""
    head = sa.orm.aliased(Delivery)
    rows = session.execute(
        sa.select(col(Delivery.subscription_id), col(Delivery.subject), sa.func.max(col(Delivery.event_seq)))
        .join(
            head,
            sa.and_(
                col(head.subscription_id) == col(Delivery.subscription_id),
                col(head.subject) == col(Delivery.subject),
                col(head.event_seq) < col(Delivery.event_seq),
            ),
        )
        .join(Subscription, col(Subscription.id) == col(head.subscription_id))
        .where(
            col(head.id).in_(sorted(delivery_ids)),
            col(Subscription.kind).not_in(sorted(TOLD_ALL)),
            IS_PENDING,
            col(Delivery.event_type) == _RESOLVED,
        )
        .group_by(col(Delivery.subscription_id), col(Delivery.subject))
    )
    return {(subscription_id, subject): seq for subscription_id, subject, seq in rows}


def _end(session: Session, lane: Lane, resolve: int, *, now: datetime) -> None:
    mine = (col(Delivery.subscription_id) == lane[0], col(Delivery.subject) == lane[1])
    until = col(Delivery.event_seq) <= resolve if not _maybe_told(session, mine) else col(Delivery.event_seq) < resolve
    session.execute(
        sa.update(Delivery)
        .where(*mine, IS_PENDING, until)
        .values(
            status=DeliveryStatus.SUPERSEDED.value,
            next_attempt_at=None,
            last_error=WHY,
            finished_at=now,
        )
        .execution_options(synchronize_session=False)
    )


def _maybe_told(session: Session, mine: Sequence[sa.ColumnElement[Any]]) -> bool:
    """Return whether the tool may have heard of the alert: the last message that was tried was no resolve, or is one
    that still waits."""
    last = session.execute(
        sa.select(col(Delivery.event_type), col(Delivery.status))
        .where(*mine, col(Delivery.attempts) > 0)
        .order_by(col(Delivery.event_seq).desc())
        .limit(1)
    ).first()
    return last is not None and not (last[0] == _RESOLVED and last[1] == DeliveryStatus.DELIVERED.value)
