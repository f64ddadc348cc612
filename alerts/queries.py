"""Reading messages owed and attempts. SELECT only; the caller says what its actor may see.
Receivers are `receivers.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from models.alerting import ReceiverKind
from models.enums import DeliveryStatus
from models.tables import Delivery, DeliveryAttempt, Event, Location, Subscription


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One try: what was sent when, and what came back (`response` is at most 2 KB of it)."""

    number: int
    started_at: datetime
    duration_ms: int
    status_code: int | None
    outcome: str
    error: str | None
    response: str | None


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One event owed, or delivered, to one subscription or channel (`kind` says which, `subscription` is its code);
    `event_id` is the webhook-id, `alert` what a notice tells of.

    `next_attempt_at` is null when finished, and while an earlier message of the same subject is still owed.
    """

    id: int
    subscription: str
    event_id: str
    event_type: str
    subject: str
    location: str | None
    status: DeliveryStatus
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None
    last_status_code: int | None
    last_error: str | None
    kind: ReceiverKind = ReceiverKind.SUBSCRIPTION
    alert: int | None = None
    tries: tuple[AttemptView, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries to show; empty fields match all. `within` is what the actor may see."""

    within: sa.ColumnElement[bool] = field(default_factory=sa.true)
    statuses: Sequence[DeliveryStatus] = ()
    subscription: str | None = None
    location: str | None = None
    event_type: str | None = None
    channel: str | None = None
    alert: int | None = None


def list_deliveries(
    session: Session, which: DeliveryFilter, *, limit: int = 50, before_id: int | None = None, offset: int = 0
) -> list[DeliveryView]:
    """Return deliveries, newest first, without their attempts; go on with `before_id` (or `offset` for pages)."""
    query = _deliveries().where(*_conditions(which))
    if before_id is not None:
        query = query.where(col(Delivery.id) < before_id)
    query = query.order_by(col(Delivery.id).desc()).limit(limit).offset(offset)
    return [_view(row) for row in session.execute(query)]


def count_deliveries(session: Session, which: DeliveryFilter) -> dict[DeliveryStatus, int]:
    """Return how many deliveries there are by status, every status included."""
    query = (
        sa.select(col(Delivery.status), sa.func.count())
        .join(Subscription, col(Subscription.id) == col(Delivery.subscription_id))
        .outerjoin(Location, col(Location.id) == col(Delivery.location_id))
        .where(*_conditions(which))
        .group_by(col(Delivery.status))
    )
    found: dict[str, int] = dict(session.execute(query).tuples().all())
    return {status: found.get(status.value, 0) for status in DeliveryStatus}


def get_delivery(session: Session, delivery_id: int, *, within: sa.ColumnElement[bool]) -> DeliveryView | None:
    """Return one delivery with all its attempts, or None."""
    row = session.execute(_deliveries().where(col(Delivery.id) == delivery_id, within)).first()
    return None if row is None else _view(row, attempts_of(session, [delivery_id]).get(delivery_id, ()))


def attempts_of(session: Session, delivery_ids: Iterable[int]) -> dict[int, tuple[AttemptView, ...]]:
    """Return the attempts of each delivery, first to last."""
    found: dict[int, list[AttemptView]] = {}
    query = (
        sa.select(col(DeliveryAttempt.delivery_id), *(getattr(DeliveryAttempt, name) for name in _ATTEMPT))
        .where(col(DeliveryAttempt.delivery_id).in_(sorted(delivery_ids)))
        .order_by(col(DeliveryAttempt.delivery_id), col(DeliveryAttempt.number))
    )
    for delivery_id, *rest in session.execute(query):
        found.setdefault(delivery_id, []).append(AttemptView(*rest))
    return {delivery_id: tuple(attempts) for delivery_id, attempts in found.items()}


def subscription_scopes(session: Session) -> list[tuple[str, int, dict[str, Any]]]:
    """Return code, id and owner's scope document of every subscription, by code; the caller filters. No channels."""
    columns: tuple[Any, ...] = (Subscription.code, Subscription.id, Subscription.owner_scope)
    ours = sa.select(*columns).where(col(Subscription.kind) == ReceiverKind.SUBSCRIPTION.value)
    return [(code, id_, scope) for code, id_, scope in session.execute(ours.order_by(col(Subscription.code)))]


_ATTEMPT = ("number", "started_at", "duration_ms", "status_code", "outcome", "error", "response")


def _deliveries() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            col(Delivery.id),
            col(Subscription.code),
            col(Event.uid),
            col(Delivery.event_type),
            col(Delivery.subject),
            col(Location.code),
            col(Delivery.status),
            col(Delivery.attempts),
            col(Delivery.created_at),
            col(Delivery.next_attempt_at),
            col(Delivery.finished_at),
            col(Delivery.last_status_code),
            col(Delivery.last_error),
            col(Subscription.kind),
            col(Delivery.alert_id),
        )
        .join(Subscription, col(Subscription.id) == col(Delivery.subscription_id))
        .join(Event, col(Event.id) == col(Delivery.event_id))
        .outerjoin(Location, col(Location.id) == col(Delivery.location_id))
    )


def _view(row: Any, tries: tuple[AttemptView, ...] = ()) -> DeliveryView:
    fields = list(row)
    fields[6], fields[13] = DeliveryStatus(fields[6]), ReceiverKind(fields[13])
    return replace(DeliveryView(*fields), tries=tries)


def _conditions(which: DeliveryFilter) -> list[sa.ColumnElement[bool]]:
    conditions = [which.within]
    if which.statuses:
        conditions.append(col(Delivery.status).in_([status.value for status in which.statuses]))
    if which.subscription is not None:
        conditions.append(col(Subscription.code) == which.subscription)
    if which.channel is not None:
        kind = col(Subscription.kind) != ReceiverKind.SUBSCRIPTION.value
        conditions.append(sa.and_(kind, col(Subscription.code) == which.channel))
    if which.alert is not None:
        conditions.append(sa.and_(col(Delivery.alert_id).is_not(None), col(Delivery.alert_id) == which.alert))
    if which.location is not None:
        conditions.append(col(Location.code) == which.location)
    if which.event_type is not None:
        conditions.append(col(Delivery.event_type) == which.event_type)
    return conditions
