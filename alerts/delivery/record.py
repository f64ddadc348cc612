"""What came of the attempts: written down, the next message of each subject let go, dead receivers disabled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.delivery.claims import Claim
from alerts.delivery.ports import Transaction
from alerts.delivery.queue import abandon, hurry, lock_subscriptions, promote
from alerts.delivery.retry import OUTAGE, Answer, Outcome, gives_up, next_attempt
from alerts.delivery.states import IS_SENDING
from models.enums import DeliveryStatus
from models.events import EventType
from models.tables import Delivery, DeliveryAttempt, Subscription


@dataclass(frozen=True, slots=True)
class Attempted:
    """One attempt that ended: when it began, how long it took, what was answered."""

    claim: Claim
    started_at: datetime
    duration_ms: int
    answer: Answer


def record(
    tx: Transaction, tried: Sequence[Attempted], *, owner: str, now: datetime, jitter: Callable[[], float]
) -> None:
    """Record attempts of this process in one transaction; claims that were taken away meanwhile are left alone."""
    subscriptions = lock_subscriptions(tx.session, (attempt.claim.subscription_id for attempt in tried))
    mine = _still_mine(tx.session, [attempt.claim.delivery_id for attempt in tried], owner)
    kept = [attempt for attempt in tried if attempt.claim.delivery_id in mine]
    if not kept:
        return
    enabled = {id_ for id_, row in subscriptions.items() if row.enabled}
    rows = [
        _outcome(attempt, now=now, jitter=jitter(), again=attempt.claim.subscription_id in enabled) for attempt in kept
    ]
    tx.session.execute(sa.update(Delivery), rows)
    tx.session.execute(sa.insert(DeliveryAttempt), [_attempt(attempt) for attempt in kept])
    finished = {row["id"] for row in rows if row["finished_at"] is not None}
    promote(
        tx.session,
        {(a.claim.subscription_id, a.claim.subject) for a in kept if a.claim.delivery_id in finished},
        now=now,
    )
    for subscription_id, row in subscriptions.items():
        answers = [a.answer for a in kept if a.claim.subscription_id == subscription_id]
        _judge(tx, row, answers, now=now)


def _still_mine(session: Session, ids: Sequence[int], owner: str) -> set[int]:
    query = (
        sa.select(col(Delivery.id))
        .where(col(Delivery.id).in_(sorted(ids)), IS_SENDING, col(Delivery.claimed_by) == owner)
        .order_by(col(Delivery.id))
        .with_for_update()
    )
    return {id_ for id_ in session.execute(query).scalars() if id_ is not None}


def _outcome(attempt: Attempted, *, now: datetime, jitter: float, again: bool) -> dict[str, Any]:
    answer = attempt.answer
    next_at = None
    status = DeliveryStatus.DELIVERED
    if answer.outcome is not Outcome.DELIVERED:
        if again:
            next_at = next_attempt(answer, attempt=attempt.claim.attempt, now=now, jitter=jitter)
        status = DeliveryStatus.DEAD if next_at is None else DeliveryStatus.PENDING
    return {
        "id": attempt.claim.delivery_id,
        "status": status.value,
        "claimed_by": None,
        "attempts": attempt.claim.attempts + 1,
        "next_attempt_at": next_at,
        "last_status_code": answer.status_code,
        "last_error": answer.error,
        "finished_at": None if next_at is not None else now,
    }


def _attempt(attempt: Attempted) -> dict[str, Any]:
    return {
        "delivery_id": attempt.claim.delivery_id,
        "number": attempt.claim.attempts + 1,
        "started_at": attempt.started_at,
        "duration_ms": attempt.duration_ms,
        "status_code": attempt.answer.status_code,
        "error": attempt.answer.error,
        "response": attempt.answer.response,
        "outcome": attempt.answer.outcome.value,
    }


def _judge(tx: Transaction, row: Subscription, answers: Sequence[Answer], *, now: datetime) -> None:
    """Note whether the receiver works, hurry what waits after an outage, disable a receiver that is gone."""
    outcomes = {answer.outcome for answer in answers}
    if Outcome.GONE in outcomes:
        _disable(tx, row, "The receiver answered 410 Gone.", now=now)
    elif Outcome.DELIVERED in outcomes:
        if row.failing_since is not None and now - row.failing_since >= OUTAGE:
            hurry(tx.session, _id(row), now=now)
        row.failing_since = None
    elif outcomes and row.failing_since is None:
        row.failing_since = now
    elif outcomes and gives_up(row.failing_since, now=now):
        _disable(tx, row, "The receiver has taken nothing for five days.", now=now)


def _disable(tx: Transaction, row: Subscription, reason: str, *, now: datetime) -> None:
    row.enabled, row.disabled_reason, row.updated_at = False, reason, now
    row.version += 1
    abandon(tx.session, _id(row), reason=reason, now=now)
    tx.record(
        EventType.SUBSCRIPTION_CHANGED,
        subject=f"subscription/{row.code}",
        data={"code": row.code, "change": "disabled", "enabled": False, "reason": reason},
    )


def _id(row: Subscription) -> int:
    assert row.id is not None  # noqa: S101  # it was loaded
    return row.id
