"""Which messages this process sends now. A claim is a commit before the send: after a crash it is given back.

A claim is worth what its owner's lease is worth. The lease is renewed while messages are on the way; it ends by itself
seconds after its process, and at once when the process is seen dead on the same machine.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.delivery.retry import Outcome
from alerts.delivery.states import IS_PENDING, IS_SENDING
from alerts.delivery.superseding import supersede
from alerts.delivery.turns import Turns, lock_turns, spend_turns
from alerts.envelope import EventFacts
from alerts.states import as_written
from models.alerting import ContentMode, ReceiverKind
from models.enums import DeliveryStatus
from models.tables import Delivery, DeliveryAttempt, Event, JobLease, Subscription

LEASE = timedelta(seconds=10)
#: Each look may end messages that are over and find others behind them; what is left after so many is sent.
_LOOKS = 4
_LOST = "The process that was sending it ended; it may have arrived."


@dataclass(frozen=True, slots=True)
class Claim:
    """One message this process has committed itself to send; `attempt` counts from 1 since the last replay.

    The rest is what its receiver was when it was claimed; `receipt` is what its tool calls the alert.
    """

    delivery_id: int
    subscription_id: int
    subject: str
    attempts: int
    attempt: int
    url: str
    secret: str
    event: EventFacts
    kind: ReceiverKind = ReceiverKind.SUBSCRIPTION
    code: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    content_mode: ContentMode = ContentMode.STRUCTURED
    previous_secret: str | None = None
    receipt: str | None = None

    @property
    def to_channel(self) -> bool:
        """Whether the receiver is a channel, whose connector says what is sent."""
        return self.kind is not ReceiverKind.SUBSCRIPTION


def claim(session: Session, wanted: Mapping[int, int], *, owner: str, now: datetime) -> list[Claim]:
    """Claim up to `wanted[receiver id]` due messages of each receiver and return them, oldest first."""
    turns = lock_turns(session, wanted, now=now)
    ids = _to_send(session, turns, now=now)
    if not ids:
        return []
    renew_lease(session, owner=owner, now=now)
    session.execute(
        sa.update(Delivery)
        .where(col(Delivery.id).in_(ids))
        .values(status=DeliveryStatus.SENDING.value, claimed_by=owner)
        .execution_options(synchronize_session=False)
    )
    claims = _load(session, ids, now=now)
    spend_turns(session, Counter(one.subscription_id for one in claims if one.to_channel), now=now)
    return claims


def _to_send(session: Session, turns: Turns, *, now: datetime) -> list[int]:
    """Return due messages, once those that need not be told any more are out of the way."""
    due: dict[int, Sequence[int]] = {}
    for _ in range(_LOOKS):
        due = {sub: _due(session, sub, limit=most, now=now) for sub, most in sorted(turns.allowed.items()) if most}
        spared = [id_ for sub in turns.locked for id_ in due.get(sub, ())]
        if not spared or not supersede(session, spared, now=now):
            break
    return [id_ for ids in due.values() for id_ in ids]


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


def _load(session: Session, ids: Sequence[int], *, now: datetime) -> list[Claim]:
    rows = session.execute(
        sa.select(Delivery, Subscription, Event)
        .join(Subscription, col(Subscription.id) == col(Delivery.subscription_id))
        .join(Event, col(Event.id) == col(Delivery.event_id))
        .where(col(Delivery.id).in_(ids))
        .order_by(col(Delivery.event_seq))
    ).all()
    receipts = _receipts(session, [delivery for delivery, receiver, _ in rows if receiver.kind not in _NO_RECEIPTS])
    return [
        _claim(delivery, receiver, event, receipt=receipts.get((delivery.subscription_id, delivery.subject)), now=now)
        for delivery, receiver, event in rows
    ]


def _receipts(session: Session, deliveries: Sequence[Delivery]) -> dict[tuple[int, str], str]:
    """Return what tools call what they made of earlier messages of the same subjects, the newest of each."""
    if not deliveries:
        return {}
    rows = session.execute(
        sa.select(col(Delivery.subscription_id), col(Delivery.subject), col(Delivery.receipt))
        .where(
            col(Delivery.subscription_id).in_({one.subscription_id for one in deliveries}),
            col(Delivery.subject).in_({one.subject for one in deliveries}),
            as_written("delivery.receipt IS NOT NULL"),
        )
        .order_by(col(Delivery.event_seq))
    )
    return {(receiver, subject): receipt for receiver, subject, receipt in rows}


_NO_RECEIPTS = frozenset({ReceiverKind.SUBSCRIPTION.value, ReceiverKind.WEBHOOK.value})


def _claim(delivery: Delivery, receiver: Subscription, event: Event, *, receipt: str | None, now: datetime) -> Claim:
    assert delivery.id is not None  # noqa: S101  # it was loaded
    both = receiver.previous_until is not None and receiver.previous_until > now
    return Claim(
        delivery_id=delivery.id,
        subscription_id=delivery.subscription_id,
        subject=delivery.subject,
        attempts=delivery.attempts,
        attempt=delivery.attempts - delivery.schedule_from + 1,
        url=receiver.url,
        secret=receiver.secret,
        event=EventFacts(event.uid, event.type, event.subject, event.at, event.data),
        kind=ReceiverKind(receiver.kind),
        code=receiver.code,
        config=receiver.config,
        content_mode=ContentMode(receiver.content_mode),
        previous_secret=receiver.previous_secret if both else None,
        receipt=receipt,
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
    """Give back everything these processes had claimed, due at once, and return how many messages that was.

    Each counts as an attempt of which nobody knows how it ended: it may have arrived.
    """
    lost = session.execute(
        sa.update(Delivery)
        .where(IS_SENDING, col(Delivery.claimed_by).in_(owners))
        .values(
            status=DeliveryStatus.PENDING.value,
            claimed_by=None,
            next_attempt_at=now,
            attempts=col(Delivery.attempts) + 1,
            schedule_from=col(Delivery.schedule_from) + 1,
        )
        .returning(col(Delivery.id), col(Delivery.attempts))
        .execution_options(synchronize_session=False)
    ).all()
    if lost:
        tried = {"started_at": now, "duration_ms": 0, "outcome": Outcome.LOST.value, "error": _LOST}
        session.execute(
            sa.insert(DeliveryAttempt), [{"delivery_id": id_, "number": number, **tried} for id_, number in lost]
        )
    session.execute(sa.delete(JobLease).where(col(JobLease.job).in_([_job(name) for name in owners])))
    return len(lost)


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
