"""What belongs to one alert: its problems, the steps of its escalation, who was told of it and how that went, and what
happened to it. SELECT only; who may see the alert was asked before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.browse import AlertView
from alerts.notice import subject_of
from models.alerting import ReceiverKind, StepState
from models.enums import DeliveryStatus
from models.events import EventType
from models.tables import AlertProblem, AlertStep, Delivery, Event, Subscription

#: The most that is read of what one alert holds.
MOST = 500

_TOLD = "alert."


@dataclass(frozen=True, slots=True)
class ProblemView:
    """A subject that an alert is about now; `born`: it was so before its policy was. `until`: when it ends alone."""

    subject: str
    since: datetime
    facts: Mapping[str, Any]
    born: bool
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of an alert's escalation; `planned_at` is before quiet hours moved it."""

    number: int
    due_at: datetime
    planned_at: datetime
    channels: tuple[str, ...]
    state: StepState
    done_at: datetime | None
    why: str | None


@dataclass(frozen=True, slots=True)
class ToldView:
    """One notice to one channel: what it told (the event's type), and how that went. `at` is on the business clock;
    `owed_at` and `finished_at` are on the clock of the machine."""

    delivery: int
    event: str
    at: datetime
    channel: str
    title: str
    kind: ReceiverKind
    status: DeliveryStatus
    attempts: int
    finished_at: datetime | None
    next_attempt_at: datetime | None
    error: str | None
    owed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of an alert; `seq` is None until it has its place in the feed."""

    id: int
    seq: int | None
    type: str
    at: datetime
    actor: str
    data: Mapping[str, Any]


def problems_of(session: Session, alert: AlertView, *, limit: int = 100) -> list[ProblemView]:
    """Return what an alert is about now, the longest first; nothing once it is over."""
    if not alert.open:
        return []
    rows = session.execute(
        sa.select(*(getattr(AlertProblem, name) for name in ProblemView.__slots__))
        .where(col(AlertProblem.policy_code) == alert.policy, col(AlertProblem.group_key) == alert.group_key)
        .order_by(col(AlertProblem.since), col(AlertProblem.id))
        .limit(limit)
    )
    return [ProblemView(*row) for row in rows]


def steps_of(session: Session, alert_id: int) -> list[StepView]:
    """Return the steps of an alert's escalation, in order."""
    rows = session.scalars(
        sa.select(AlertStep).where(col(AlertStep.alert_id) == alert_id).order_by(col(AlertStep.number))
    )
    return [
        StepView(
            row.number, row.due_at, row.planned_at, tuple(row.channels), StepState(row.state), row.done_at, row.why
        )
        for row in rows
    ]


def happenings_of(session: Session, alert: AlertView) -> list[Happening]:
    """Return what happened to an alert, oldest first: its own events, not those of other times its key was open."""
    rows = session.execute(
        sa.select(*(getattr(Event, name) for name in Happening.__slots__))
        .where(
            col(Event.subject) == subject_of(alert.policy, alert.group_key),
            col(Event.type).startswith(_TOLD),
            col(Event.at) >= alert.since,
        )
        .order_by(col(Event.id))
        .limit(MOST * 4)
    )
    found = [Happening(*row) for row in rows]
    return [each for each in found if each.data.get("alert") == alert.id][-MOST:]


def told_of(session: Session, happened: Sequence[Happening]) -> list[ToldView]:
    """Return to whom these events were told, in the order in which they happened."""
    ids = [each.id for each in happened if each.type != EventType.ALERT_NOTED]
    rows = session.execute(
        sa.select(Delivery, Event.at, Subscription.code, Subscription.title, Subscription.kind)  # type: ignore[call-overload]
        .join(Event, col(Event.id) == col(Delivery.event_id))
        .join(Subscription, col(Subscription.id) == col(Delivery.subscription_id))
        .where(col(Delivery.event_id).in_(ids), col(Subscription.kind) != ReceiverKind.SUBSCRIPTION.value)
        .order_by(col(Delivery.event_id), col(Delivery.id))
        .limit(MOST)
    )
    return [
        ToldView(
            delivery=row.id,
            event=row.event_type,
            at=at,
            channel=code,
            title=title or code,
            kind=ReceiverKind(kind),
            status=DeliveryStatus(row.status),
            attempts=row.attempts,
            finished_at=row.finished_at,
            next_attempt_at=row.next_attempt_at,
            error=row.last_error,
            owed_at=row.created_at,
        )
        for row, at, code, title, kind in rows
    ]
