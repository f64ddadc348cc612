"""Which messages this process sends now. A claim is a commit before the send: after a crash it is given back.

A claim is worth what its owner's lease is worth. The lease is renewed while messages are on the way; it ends by itself
seconds after its process, and at once when the process is seen dead on the same machine.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.delivery.states import IS_PENDING, IS_SENDING
from alerts.envelope import EventFacts
from models.enums import DeliveryStatus
from models.tables import Delivery, Event, JobLease, Subscription

LEASE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class DueLane:
    """A subscription that has something to send, since or from `earliest` on."""

    subscription_id: int
    failing_since: datetime | None
    earliest: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """One message this process has committed itself to send; `attempt` counts from 1 since the last replay."""

    delivery_id: int
    subscription_id: int
    subject: str
    attempts: int
    attempt: int
    url: str
    secret: str
    event: EventFacts


def due_lanes(session: Session) -> list[DueLane]:
    """Return every enabled subscription with a message that has a time, each by one look at an index."""
    earliest = (
        sa.select(col(Delivery.next_attempt_at))
        .where(col(Delivery.subscription_id) == col(Subscription.id), IS_PENDING, _has_time())
        .order_by(col(Delivery.next_attempt_at))
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(col(Subscription.id), col(Subscription.failing_since), earliest).where(
            col(Subscription.enabled).is_(True)
        )
    )
    return [DueLane(id_, since, first) for id_, since, first in rows if id_ is not None and first is not None]


def claim(session: Session, wanted: Mapping[int, int], *, owner: str, now: datetime) -> list[Claim]:
    """Claim up to `wanted[subscription id]` due messages of each subscription and return them, oldest first."""
    ids = [found for sub in sorted(wanted) for found in _due(session, sub, limit=wanted[sub], now=now)]
    if not ids:
        return []
    renew_lease(session, owner=owner, now=now)
    session.execute(
        sa.update(Delivery)
        .where(col(Delivery.id).in_(ids))
        .values(status=DeliveryStatus.SENDING.value, claimed_by=owner)
        .execution_options(synchronize_session=False)
    )
    return _load(session, ids)


def _due(session: Session, subscription_id: int, *, limit: int, now: datetime) -> Sequence[int]:
    # SKIP LOCKED lets several workers share the work; SQLite ignores it and has one writer anyway.
    rows = session.execute(
        sa.select(col(Delivery.id))
        .where(col(Delivery.subscription_id) == subscription_id, IS_PENDING, col(Delivery.next_attempt_at) <= now)
        .order_by(col(Delivery.next_attempt_at), col(Delivery.id))
        .limit(limit)
        .with_for_update(skip_locked=True, of=Delivery)
    )
    return [id_ for id_ in rows.scalars() if id_ is not None]


def _load(session: Session, ids: Sequence[int]) -> list[Claim]:
    rows = session.execute(
        sa.select(Delivery, Subscription, Event)
        .join(Subscription, col(Subscription.id) == col(Delivery.subscription_id))
        .join(Event, col(Event.id) == col(Delivery.event_id))
        .where(col(Delivery.id).in_(ids))
        .order_by(col(Delivery.event_seq))
    )
    return [_claim(delivery, subscription, event) for delivery, subscription, event in rows]


def _claim(delivery: Delivery, subscription: Subscription, event: Event) -> Claim:
    assert delivery.id is not None  # noqa: S101  # it was loaded
    return Claim(
        delivery_id=delivery.id,
        subscription_id=delivery.subscription_id,
        subject=delivery.subject,
        attempts=delivery.attempts,
        attempt=delivery.attempts - delivery.schedule_from + 1,
        url=subscription.url,
        secret=subscription.secret,
        event=EventFacts(event.uid, event.type, event.subject, event.at, event.data),
    )


def renew_lease(session: Session, *, owner: str, now: datetime) -> None:
    """Make the process's claims good for another ten seconds."""
    until = now + LEASE
    renewed: Any = session.execute(sa.update(JobLease).where(col(JobLease.job) == _job(owner)).values(expires_at=until))
    if not renewed.rowcount:
        session.execute(sa.insert(JobLease).values(job=_job(owner), owner=owner, expires_at=until))


def foreign_owners(session: Session, *, owner: str, now: datetime) -> list[str]:
    """Return the owners of claims whose process is gone: their lease ran out, or they died on this machine."""
    owners = session.execute(
        sa.select(col(Delivery.claimed_by)).where(IS_SENDING, col(Delivery.claimed_by) != owner).distinct()
    ).scalars()
    claimed = [name for name in owners if name is not None]
    if not claimed:
        return []
    leases = sa.select(col(JobLease.owner)).where(
        col(JobLease.job).in_([_job(name) for name in claimed]), col(JobLease.expires_at) > now
    )
    alive = {name for name in session.execute(leases).scalars() if not died_here(name, owner)}
    return [name for name in claimed if name not in alive]


def release(session: Session, owners: Sequence[str], *, now: datetime) -> int:
    """Give back everything these processes had claimed, due at once, and return how many messages that was."""
    released: Any = session.execute(
        sa.update(Delivery)
        .where(IS_SENDING, col(Delivery.claimed_by).in_(owners))
        .values(status=DeliveryStatus.PENDING.value, claimed_by=None, next_attempt_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(sa.delete(JobLease).where(col(JobLease.job).in_([_job(name) for name in owners])))
    return int(released.rowcount)


def died_here(name: str, me: str) -> bool:
    """Return whether `host:pid:token` was a process of this machine that no longer runs."""
    host, pid, _token = name.rsplit(":", 2)
    my_host, my_pid, _ = me.rsplit(":", 2)
    if host != my_host or name == me:
        return False
    if pid == my_pid:
        return True  # it had the number that is mine now
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, ValueError):
        return False
    return False


def _job(owner: str) -> str:
    return f"webhooks:{owner[-50:]}"


def _has_time() -> sa.ColumnElement[bool]:
    return col(Delivery.next_attempt_at).is_not(None)
