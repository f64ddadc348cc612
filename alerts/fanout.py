"""Events that just got their place in the feed become messages owed to subscriptions. Not here: sending them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.delivery.queue import owed_lanes
from alerts.matching import Interest, Place, PlaceFilter
from models.enums import DeliveryStatus
from models.tables import Subscription


@dataclass(frozen=True, slots=True)
class SequencedEvent:
    """What is needed to owe an event to somebody; `location_id` is a key into the places given beside it."""

    id: int
    seq: int
    type: str
    subject: str
    location_id: int | None


def interests(session: Session) -> list[Interest]:
    """Return what every enabled subscription wants, and lock those rows (shared) until the transaction ends.

    The lock keeps `queue.record`, which lets the next message of a subject go, from missing one that is just
    being added behind it.
    """
    rows = session.execute(
        sa.select(Subscription)
        .where(col(Subscription.enabled).is_(True))
        .order_by(col(Subscription.id))
        .with_for_update(read=True)
    )
    return [interest_of(row) for row in rows.scalars()]


def interest_of(row: Subscription) -> Interest:
    """Return what a subscription wants, from its row."""
    assert row.id is not None  # noqa: S101  # it was loaded
    scope = row.owner_scope
    return Interest(
        subscription_id=row.id,
        types=tuple(row.types),
        wanted=PlaceFilter(frozenset(row.location_codes), frozenset(row.group_codes)),
        allowed=PlaceFilter(frozenset(scope.get("location_codes", ())), frozenset(scope.get("group_codes", ()))),
        hidden_types=frozenset(scope.get("hidden_types", ())),
    )


def fan_out(
    session: Session,
    events: Sequence[SequencedEvent],
    *,
    to: Sequence[Interest],
    places: Mapping[int, Place],
    now: datetime,
) -> list[dict[str, Any]]:
    """Return a row of `delivery` for every event that a subscription wants, to be inserted in this transaction;
    `events` in feed order."""
    wanted = _matching(events, to, places)
    if not wanted:
        return []
    busy = owed_lanes(session, {(subscription_id, event.subject) for subscription_id, event in wanted})
    rows: list[dict[str, Any]] = []
    for subscription_id, event in wanted:
        lane = (subscription_id, event.subject)
        rows.append(_row(subscription_id, event, now=now, due_at=None if lane in busy else now))
        busy.add(lane)
    return rows


def _matching(
    events: Sequence[SequencedEvent], to: Sequence[Interest], places: Mapping[int, Place]
) -> list[tuple[int, SequencedEvent]]:
    answers: dict[tuple[str, int | None], list[int]] = {}
    wanted: list[tuple[int, SequencedEvent]] = []
    for event in events:
        kind = (event.type, event.location_id)
        if kind not in answers:
            place = None if event.location_id is None else places.get(event.location_id)
            answers[kind] = [interest.subscription_id for interest in to if interest.wants(event.type, place)]
        wanted.extend((subscription_id, event) for subscription_id in answers[kind])
    return wanted


def _row(subscription_id: int, event: SequencedEvent, *, now: datetime, due_at: datetime | None) -> dict[str, Any]:
    return {
        "subscription_id": subscription_id,
        "event_id": event.id,
        "event_seq": event.seq,
        "event_type": event.type,
        "subject": event.subject,
        "location_id": event.location_id,
        "status": DeliveryStatus.PENDING.value,
        "attempts": 0,
        "schedule_from": 0,
        "next_attempt_at": due_at,
        "created_at": now,
    }
