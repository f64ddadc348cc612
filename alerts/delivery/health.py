"""What the answers say of a receiver: works, fails, gone. Its breaker, its rate, and who hears of its trouble."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from alerts.delivery.breaker import OPENS_AFTER, broken_until, is_unhealthy
from alerts.delivery.pace import hold
from alerts.delivery.ports import Transaction
from alerts.delivery.queue import abandon, hurry
from alerts.delivery.retry import MAX_RETRY_AFTER, OUTAGE, Answer, Outcome, gives_up, retry_after
from alerts.delivery.states import IS_OWED
from alerts.delivery.turns import pace_for
from alerts.envelope import rfc3339
from models.alerting import ReceiverKind
from models.events import EventType
from models.tables import Delivery, Subscription

TOO_MANY = 429
#: They say nothing of whether a receiver works.
_NO_SIGN = frozenset({Outcome.UNTOLD, Outcome.LOST, Outcome.HELD})


def judge(tx: Transaction, row: Subscription, answers: Sequence[Answer], *, now: datetime) -> None:
    """Note whether the receiver works, hurry what waits after an outage, disable a receiver that is gone."""
    heard = [answer for answer in answers if answer.outcome not in _NO_SIGN]
    outcomes = {answer.outcome for answer in heard}
    if is_channel(row):
        _hold_back(row, heard, now=now)
    if Outcome.GONE in outcomes:
        _disable(tx, row, "The receiver answered 410 Gone.", now=now)
    elif Outcome.DELIVERED in outcomes:
        _works(tx, row, now=now)
    elif outcomes and row.failing_since is not None and gives_up(row.failing_since, now=now):
        _disable(tx, row, "The receiver has taken nothing for five days.", now=now)
    elif outcomes:
        row.failing_since = row.failing_since or now
        if is_channel(row):
            _fails(tx, row, heard, now=now)


def is_channel(row: Subscription) -> bool:
    """Return whether a receiver is a channel, not an integrator's subscription."""
    return row.kind != ReceiverKind.SUBSCRIPTION.value


def tell_unhealthy(tx: Transaction, row: Subscription, reason: str, *, now: datetime) -> None:
    """Record, once until it works again, that a channel takes nothing."""
    if row.unhealthy_at is not None:
        return
    row.unhealthy_at = now
    owed = sa.select(sa.func.count()).where(col(Delivery.subscription_id) == row.id, IS_OWED)
    since = row.failing_since or now
    data = {
        "code": row.code,
        "kind": row.kind,
        "reason": reason,
        "since": rfc3339(since),
        "owed": tx.session.execute(owed).scalar_one(),
    }
    tx.record(EventType.CHANNEL_UNHEALTHY, subject=f"channel/{row.code}", data=data)


def tell_recovered(tx: Transaction, row: Subscription) -> None:
    """Record that a channel of which others were told takes messages again."""
    if row.unhealthy_at is None:
        return
    data = {"code": row.code, "kind": row.kind, "since": rfc3339(row.unhealthy_at)}
    row.unhealthy_at = None
    tx.record(EventType.CHANNEL_RECOVERED, subject=f"channel/{row.code}", data=data)


def _works(tx: Transaction, row: Subscription, *, now: datetime) -> None:
    outage = row.failing_since is not None and now - row.failing_since >= OUTAGE
    if outage or row.broken_until is not None:
        hurry(tx.session, _id(row), now=now)
    row.failing_since, row.failures, row.broken_until = None, 0, None
    tell_recovered(tx, row)


def _fails(tx: Transaction, row: Subscription, answers: Sequence[Answer], *, now: datetime) -> None:
    """Count failures; too many requests are none. While the breaker is open, what was on its way counts no more."""
    failed = [answer for answer in answers if answer.status_code != TOO_MANY]
    if failed and (row.broken_until is None or row.broken_until <= now):
        row.failures = min(row.failures + len(failed), max(OPENS_AFTER, row.failures + 1))
        row.broken_until = broken_until(row.failures, now=now)
    if failed and is_unhealthy(row.failures, row.failing_since, now=now):
        tell_unhealthy(tx, row, _why(failed[-1]), now=now)


def _why(answer: Answer) -> str:
    """Return why a message was not taken, short enough for a title: what the receiver wrote stands with its message."""
    if answer.status_code is not None and answer.status_code >= 300:
        return f"The receiver answered {answer.status_code}."
    return answer.error or "It takes nothing."


def _hold_back(row: Subscription, answers: Sequence[Answer], *, now: datetime) -> None:
    """A tool that says when to come again means all that it is told, not this message alone."""
    asked = [wait for answer in answers if (wait := retry_after(answer.retry_after, now=now)) is not None]
    if not asked:
        return
    until = hold(pace_for(row), now + min(max(asked), MAX_RETRY_AFTER))
    row.paced_until = until if row.paced_until is None else max(row.paced_until, until)


def _disable(tx: Transaction, row: Subscription, reason: str, *, now: datetime) -> None:
    if is_channel(row):
        tell_unhealthy(tx, row, reason, now=now)
    row.enabled, row.disabled_reason, row.updated_at = False, reason, now
    row.version += 1
    abandon(tx.session, _id(row), reason=reason, now=now)
    type_ = EventType.CHANNEL_CHANGED if is_channel(row) else EventType.SUBSCRIPTION_CHANGED
    data: dict[str, Any] = {"code": row.code, "change": "disabled", "enabled": False, "reason": reason}
    if is_channel(row):
        data["kind"] = row.kind
    tx.record(type_, subject=f"{'channel' if is_channel(row) else 'subscription'}/{row.code}", data=data)


def _id(row: Subscription) -> int:
    assert row.id is not None  # noqa: S101  # it was loaded
    return row.id
