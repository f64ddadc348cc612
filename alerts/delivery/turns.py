"""Whose turn it is: receivers that are not paused, whose rate allows a message, and whose breaker is not open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.connectors.base import Pace
from alerts.connectors.registry import connector_of
from alerts.delivery.pace import pace_of, ready_at, room, spend
from alerts.delivery.queue import lock_subscriptions
from alerts.delivery.states import IS_PENDING
from alerts.delivery.superseding import TOLD_ALL
from models.alerting import ReceiverKind
from models.tables import Delivery, Subscription


@dataclass(frozen=True, slots=True)
class DueLane:
    """A receiver that has something to send, since or from `earliest` on."""

    subscription_id: int
    failing_since: datetime | None
    earliest: datetime


def due_lanes(session: Session) -> list[DueLane]:
    """Return every receiver with a message that has a time and may be sent, each by one look at an index."""
    earliest = (
        sa.select(col(Delivery.next_attempt_at))
        .where(
            col(Delivery.subscription_id) == col(Subscription.id),
            IS_PENDING,
            col(Delivery.next_attempt_at).is_not(None),
        )
        .order_by(col(Delivery.next_attempt_at))
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(Subscription, earliest).where(
            col(Subscription.enabled).is_(True), col(Subscription.paused).is_(False)
        )
    )
    return [
        DueLane(row.id, row.failing_since, max(first, _free_at(row) or first))
        for row, first in rows
        if first is not None
    ]


def pace_for(row: Subscription) -> Pace | None:
    """Return how fast a receiver may be told; None: as fast as it takes it."""
    if row.kind == ReceiverKind.SUBSCRIPTION.value:
        return None
    return pace_of(connector_of(ReceiverKind(row.kind)).pace, row.config)


@dataclass(frozen=True, slots=True)
class Turns:
    """How many messages each receiver may be sent now; `locked` are those whose rows stay locked."""

    allowed: dict[int, int]
    locked: frozenset[int]


def lock_turns(session: Session, wanted: Mapping[int, int], *, now: datetime) -> Turns:
    """Return how many of the `wanted` messages each receiver may be sent now; channels that have a pace, or are spared
    what is over, are locked for that."""
    channels = sa.select(Subscription).where(
        col(Subscription.id).in_(sorted(wanted)), col(Subscription.kind) != ReceiverKind.SUBSCRIPTION.value
    )
    rows = {row.id: row for row in session.execute(channels).scalars() if row.id is not None}
    needed = [id_ for id_, row in rows.items() if row.kind not in TOLD_ALL or pace_for(row) is not None]
    if needed:
        rows |= lock_subscriptions(session, needed)
    allowed = {id_: _room(rows[id_], count, now=now) if id_ in rows else count for id_, count in wanted.items()}
    return Turns(allowed, frozenset(needed))


def spend_turns(session: Session, taken: Mapping[int, int], *, now: datetime) -> None:
    """Note that so many messages were taken to be sent to channels that `lock_turns` locked."""
    for id_, count in taken.items():
        row = session.get_one(Subscription, id_)
        pace = pace_for(row)
        if pace is not None and count:
            row.paced_until = spend(pace, row.paced_until, count, now=now)
    session.flush()


def _room(row: Subscription, wanted: int, *, now: datetime) -> int:
    if not row.enabled or row.paused or (row.broken_until is not None and row.broken_until > now):
        return 0
    pace = pace_for(row)
    if pace is None:
        return 0 if row.paced_until is not None and row.paced_until > now else wanted
    return min(wanted, room(pace, row.paced_until, now=now))


def _free_at(row: Subscription) -> datetime | None:
    """Return when the receiver's rate and breaker let the next message go; None: any time."""
    moments = [row.broken_until] if row.broken_until is not None else []
    if row.paced_until is not None:
        pace = pace_for(row)
        moments.append(row.paced_until if pace is None else ready_at(pace, row.paced_until))
    return max(moments, default=None)
