"""What came of the attempts: written down, the next message of each subject let go, dead receivers disabled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.delivery.claims import Claim
from alerts.delivery.health import judge
from alerts.delivery.ports import Transaction
from alerts.delivery.queue import lock_subscriptions, promote
from alerts.delivery.retry import CHANNEL_SCHEDULE, SCHEDULE, Answer, Outcome, next_attempt
from alerts.delivery.states import IS_SENDING
from models.enums import DeliveryStatus
from models.tables import Delivery, DeliveryAttempt


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
    attempts = [_attempt(attempt) for attempt in kept if attempt.answer.outcome is not Outcome.HELD]
    if attempts:
        tx.session.execute(sa.insert(DeliveryAttempt), attempts)
    finished = {row["id"] for row in rows if row["finished_at"] is not None}
    promote(
        tx.session,
        {(a.claim.subscription_id, a.claim.subject) for a in kept if a.claim.delivery_id in finished},
        now=now,
    )
    for subscription_id, row in subscriptions.items():
        answers = [a.answer for a in kept if a.claim.subscription_id == subscription_id]
        judge(tx, row, answers, now=now)


def _still_mine(session: Session, ids: Sequence[int], owner: str) -> set[int]:
    query = (
        sa.select(col(Delivery.id))
        .where(col(Delivery.id).in_(sorted(ids)), IS_SENDING, col(Delivery.claimed_by) == owner)
        .order_by(col(Delivery.id))
        .with_for_update()
    )
    return {id_ for id_ in session.execute(query).scalars() if id_ is not None}


_ENDS = {Outcome.DELIVERED: DeliveryStatus.DELIVERED, Outcome.UNTOLD: DeliveryStatus.SUPERSEDED}


def _outcome(attempt: Attempted, *, now: datetime, jitter: float, again: bool) -> dict[str, Any]:
    answer = attempt.answer
    next_at = None
    status = _ENDS.get(answer.outcome, DeliveryStatus.DEAD)
    if again and answer.outcome not in _ENDS:
        schedule = CHANNEL_SCHEDULE if attempt.claim.to_channel else SCHEDULE
        next_at = next_attempt(answer, attempt=attempt.claim.attempt, now=now, jitter=jitter, schedule=schedule)
        status = DeliveryStatus.DEAD if next_at is None else DeliveryStatus.PENDING
    if answer.outcome is Outcome.HELD:
        next_at, status = (now, DeliveryStatus.PENDING) if again else (None, DeliveryStatus.DEAD)
    return {
        "id": attempt.claim.delivery_id,
        "status": status.value,
        "claimed_by": None,
        "attempts": attempt.claim.attempts + (answer.outcome is not Outcome.HELD),
        "next_attempt_at": next_at,
        "last_status_code": answer.status_code,
        "last_error": answer.error,
        "receipt": answer.receipt or attempt.claim.receipt,  # handed on: the tool goes on calling the alert so
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
