"""What is done to a subscription that is there: pause, another secret, everything again from some time on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from alerts.delivery.queue import promote
from alerts.delivery.signing import key_of, new_secret
from alerts.fanout import interest_of
from alerts.receivers import ReceiverView, subscription_views
from backend.clock import system_now
from backend.events.backfill import MOST, owe_since
from backend.events.queries import latest_seq
from backend.events.retention import forgotten_until
from backend.events.sequencer import lock_feed
from backend.events.subscriptions import locked, tell
from backend.persistence.uow import Uow
from models.enums import DeliveryStatus
from models.errors import DomainError, ErrorCode, Fault, invalid
from models.tables import Delivery, Event, Subscription

MOST_HOURS = 168


@dataclass(frozen=True, slots=True)
class Rotated:
    """A subscription with its new secret, shown once."""

    view: ReceiverView
    secret: str = field(repr=False)


def pause_subscription(uow: Uow, code: str, *, expected_version: int | None = None) -> ReceiverView:
    """Owe it what happens and send it nothing; raises NOT_FOUND or STALE."""
    return _set_paused(uow, code, paused=True, expected_version=expected_version)


def resume_subscription(uow: Uow, code: str, *, expected_version: int | None = None) -> ReceiverView:
    """Send to it again, what waits first; raises NOT_FOUND or STALE."""
    return _set_paused(uow, code, paused=False, expected_version=expected_version)


def rotate_subscription(
    uow: Uow, code: str, *, secret: str | None = None, hours: int = 24, expected_version: int | None = None
) -> Rotated:
    """Give it another secret, made when it is not given; for `hours` messages carry the signatures of both.

    Raises INVALID, NOT_FOUND or STALE.
    """
    row = locked(uow, code, expected_version)
    faults = []
    if secret is not None:
        try:
            key_of(secret)
        except ValueError as error:
            faults.append(Fault("/secret", "bad_secret", str(error)))
    if not 0 <= hours <= MOST_HOURS:
        faults.append(Fault("/hours", "out_of_range", f"Use 0 to {MOST_HOURS} hours."))
    if faults:
        raise invalid(faults)
    now = system_now()
    row.previous_secret = row.secret if hours else None
    row.previous_until = now + timedelta(hours=hours) if hours else None
    row.secret = secret or new_secret()
    _touch(uow, row)
    tell(uow, row, "rotated")
    return Rotated(subscription_views(uow.session, [code])[0], row.secret)


def replay_from(uow: Uow, code: str, *, since: datetime) -> int:
    """Owe it again what was recorded from `since` on, delivered or not, and return how many messages that is; one that
    is pulled goes back to there (0). Raises NOT_FOUND, CONFLICT while it is disabled, INVALID when it is too much."""
    end = lock_feed(uow.session)
    row = locked(uow, code, None)
    if not row.enabled:
        raise DomainError(ErrorCode.CONFLICT, f"Subscription {code} is disabled. Enable it first.")
    after = place_before(uow, since)
    row.from_seq = after
    count = 0
    if row.url:
        lanes = _send_again(uow, row, after=after)
        count = len(lanes) + owe_since(uow, interest_of(row), after=after, until=end)
        promote(uow.session, lanes, now=system_now())
    _touch(uow, row)
    tell(uow, row, "replayed")
    return count


def place_before(uow: Uow, since: datetime) -> int:
    """Return the place in the feed after which everything was recorded at `since` or later."""
    low, high = forgotten_until(uow.session), latest_seq(uow.session)
    while low < high:  # places are given in the order of recording, but for moments
        middle = (low + high) // 2
        query = sa.select(col(Event.recorded_at)).where(col(Event.seq) > middle).order_by(col(Event.seq)).limit(1)
        recorded = uow.session.execute(query).scalar()
        if recorded is None or recorded >= since:
            high = middle
        else:
            low = middle + 1
    return low


def _send_again(uow: Uow, row: Subscription, *, after: int) -> list[tuple[int, str]]:
    mine = (
        col(Delivery.subscription_id) == row.id,
        col(Delivery.event_seq) > after,
        col(Delivery.status) == DeliveryStatus.DELIVERED.value,
    )
    if uow.session.execute(sa.select(sa.func.count()).where(*mine)).scalar_one() > MOST:
        fault = Fault("/from", "too_many", f"More than {MOST} messages since then. Read them with GET /events.")
        raise invalid([fault])
    again = (
        sa.update(Delivery)
        .where(*mine)
        .values(
            status=DeliveryStatus.PENDING.value,
            schedule_from=col(Delivery.attempts),
            next_attempt_at=None,
            finished_at=None,
        )
        .returning(col(Delivery.subscription_id), col(Delivery.subject))
        .execution_options(synchronize_session=False)
    )
    return [(receiver, subject) for receiver, subject in uow.session.execute(again)]


def _set_paused(uow: Uow, code: str, *, paused: bool, expected_version: int | None) -> ReceiverView:
    row = locked(uow, code, expected_version)
    if row.paused is not paused:
        row.paused = paused
        _touch(uow, row)
        tell(uow, row, "paused" if paused else "resumed")
    return subscription_views(uow.session, [code])[0]


def _touch(uow: Uow, row: Subscription) -> None:
    row.version += 1
    row.updated_at = system_now()
    uow.session.flush()
