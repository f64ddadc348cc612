"""Events that just got their place in the feed become messages owed: to the subscriptions that want them, and notices
to the channels that they name. Not here: sending them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.delivery.queue import owed_lanes
from alerts.delivery.states import IS_PULLED
from alerts.matching import Interest, Place, PlaceFilter
from alerts.notice import NOTICES
from alerts.policy import Happened, Test, holds
from models.alerting import AlertLevel, ReceiverKind
from models.enums import DeliveryStatus
from models.events import EventType
from models.tables import Event, Subscription


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
        .where(col(Subscription.enabled).is_(True), ~IS_PULLED)
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
        code=row.code,
        kind=ReceiverKind(row.kind),
        tests=tuple(row.filters),
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
    matching = _matching(events, to, places)
    data = _data(session, _told_by_fields(events, to, matching))
    wanted = [(one.subscription_id, event) for one, event in matching if passes(one, event, data, places)]
    notices = _notices(events, data, to)
    wanted.extend((receiver, event) for event in events for receiver in notices.get(event.id, _NOBODY).receivers)
    if not wanted:
        return []
    busy = owed_lanes(session, {(subscription_id, event.subject) for subscription_id, event in wanted})
    rows: list[dict[str, Any]] = []
    for subscription_id, event in wanted:
        lane = (subscription_id, event.subject)
        row = _row(subscription_id, event, now=now, due_at=None if lane in busy else now)
        rows.append(row | {"alert_id": notices.get(event.id, _NOBODY).alert})
        busy.add(lane)
    return rows


def passes(
    interest: Interest, event: SequencedEvent, data: Mapping[int, dict[str, Any]], places: Mapping[int, Place]
) -> bool:
    """Return whether an event fulfils every condition of a subscription; `data` is there when it has any."""
    if not interest.tests:
        return True
    place = None if event.location_id is None else places.get(event.location_id)
    happened = Happened(
        seq=event.seq,
        type=event.type,
        subject=event.subject,
        at=_NO_TIME,
        data=data.get(event.id, {}),
        location=None if place is None else place.code,
        groups=() if place is None else tuple(sorted(place.groups)),
    )
    return all(holds(Test(one["field"], one["op"], one.get("value", True)), happened) for one in interest.tests)


def _told_by_fields(
    events: Sequence[SequencedEvent], to: Sequence[Interest], matching: Sequence[tuple[Interest, SequencedEvent]]
) -> set[int]:
    """Return the ids of events whose data decides who gets them."""
    asked = {event.id for one, event in matching if one.tests}
    notices = {event.id for event in events if event.type in NOTICES}
    return asked | notices


def _data(session: Session, event_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    if not event_ids:
        return {}
    rows = session.execute(sa.select(col(Event.id), col(Event.data)).where(col(Event.id).in_(sorted(event_ids))))
    return {event_id: data for event_id, data in rows if event_id is not None}


@dataclass(frozen=True, slots=True)
class _Notice:
    """What fan-out needs of a notice: the alert it tells of, and the channels it is for."""

    alert: int | None
    receivers: tuple[int, ...]


_NOBODY = _Notice(None, ())


def _notices(
    events: Sequence[SequencedEvent], data: Mapping[int, dict[str, Any]], to: Sequence[Interest]
) -> dict[int, _Notice]:
    """Return the notices among the events by event id, with the enabled channels that they name."""
    channels = {interest.code: interest for interest in to if interest.kind is not ReceiverKind.SUBSCRIPTION}
    found: dict[int, _Notice] = {}
    for event in events:
        if event.type in _FOR_TOOLS:
            tools = [one.subscription_id for one in channels.values() if one.kind in _FOR_TOOLS[event.type]]
            found[event.id] = _Notice(None, tuple(tools))
        elif event.type in NOTICES:
            told = data.get(event.id, {})
            # A channel that is in trouble is never told of its own trouble: nobody would read it there.
            about = _channels_in(told)
            named = [channels[code] for code in told.get("notify", ()) if code in channels and code not in about]
            found[event.id] = _Notice(told.get("alert") or None, tuple(one.subscription_id for one in named))
    return found


def _channels_in(told: Mapping[str, Any]) -> set[str]:
    """Return the codes of channels that a notice may be about: by its labels, whichever way its policy tells problems
    apart (`subject` is `channel/CODE`, and the events about channels have `data.code`)."""
    labels: Mapping[str, str] = told.get("labels", {})
    wide = told.get("level") == AlertLevel.NETWORK.value
    subject = labels.get("subject", "")
    found = {labels.get("channel", ""), labels.get("code", "") if wide else ""}
    return found | {subject.removeprefix("channel/") if subject.startswith("channel/") else ""}


#: What happened when is nothing that a subscription asks.
_NO_TIME = datetime.min.replace(tzinfo=UTC)
#: What tools are told that do not read notices: Alertmanager knows silences.
_FOR_TOOLS = {EventType.SILENCE_CHANGED.value: frozenset({ReceiverKind.ALERTMANAGER})}


def _matching(
    events: Sequence[SequencedEvent], to: Sequence[Interest], places: Mapping[int, Place]
) -> list[tuple[Interest, SequencedEvent]]:
    answers: dict[tuple[str, int | None], list[Interest]] = {}
    wanted: list[tuple[Interest, SequencedEvent]] = []
    for event in events:
        kind = (event.type, event.location_id)
        if kind not in answers:
            place = None if event.location_id is None else places.get(event.location_id)
            answers[kind] = [interest for interest in to if interest.wants(event.type, place)]
        wanted.extend((interest, event) for interest in answers[kind])
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
