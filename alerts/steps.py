"""The rows of escalations: planned when an alert is first told of, carried out when they come due, stopped when it is
taken on or over (`closing.stop_steps`), resumed when it is not taken on after all. The rules are `escalation.py`; the
jobs that come by are `backend/jobs/escalation.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.escalation import PlannedStep, resumed, snapshot, verdict
from alerts.states import IS_DUE
from alerts.telling import Tx, tell
from models.alerting import AlertStatus, NoticeKind, ReceiverKind, StepState
from models.tables import Alert, AlertStep, Location, Subscription

#: How long after it came due a step may still be due before the auditor says so.
LATE = timedelta(seconds=60)
#: When to look again at a step whose alert is muted.
AGAIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class LateStep:
    """A step that nobody carried out in time."""

    alert_id: int
    number: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of `escalate` that an alert shall have; quiet times are on the clock of `zone`."""

    alert_id: int
    steps: Sequence[Mapping[str, Any]]
    zone: str = "UTC"


def plan(tx: Tx, plans: Sequence[Plan]) -> datetime | None:
    """Write the steps of alerts that are first told of now, of those that have none yet; return when the first of all
    comes due."""
    wanted = {each.alert_id: snapshot(each.steps, told_at=tx.now, zone=each.zone) for each in plans if each.steps}
    if not wanted:
        return None
    known = sa.select(col(AlertStep.alert_id)).where(col(AlertStep.alert_id).in_(sorted(wanted))).distinct()
    for alert_id in tx.session.scalars(known).all():
        del wanted[alert_id]
    tx.session.add_all(
        AlertStep(
            alert_id=alert_id,
            number=step.number,
            due_at=step.due_at,
            planned_at=step.planned_at,
            channels=list(step.channels),
            quiet=[dict(window) for window in step.quiet],
            state=StepState.DUE.value,
        )
        for alert_id, planned in wanted.items()
        for step in planned
    )
    tx.session.flush()
    return min((planned[0].due_at for planned in wanted.values()), default=None)


def due(session: Session, now: datetime, *, limit: int = 1_000) -> list[int]:
    """Return the ids of the alerts with steps that have come due, of the first `limit`; what waits longest first."""
    waiting = sa.select(col(AlertStep.alert_id)).where(IS_DUE, col(AlertStep.due_at) <= now)
    rows = session.scalars(waiting.order_by(col(AlertStep.due_at), col(AlertStep.alert_id)).limit(limit))
    return list(dict.fromkeys(rows))


def next_due(session: Session) -> datetime | None:
    """Return when the next step comes due; None when none is waiting."""
    waiting = sa.select(sa.func.min(col(AlertStep.due_at))).where(IS_DUE)
    found: datetime | None = session.execute(waiting).scalar()
    return found


def carry_out(tx: Tx, alert_id: int) -> list[StepState]:
    """Do the steps of an alert that have come due, and return what became of them, in order.

    The alert is locked and read anew first: whoever acknowledged it before this transaction stopped them. All that are
    due are told in one notice.
    """
    alert = locked(tx.session, alert_id)
    if alert is None:
        return []
    steps = _steps(tx.session, alert_id, col(AlertStep.due_at) <= tx.now)
    state, why = verdict(AlertStatus(alert.status), muted=alert.muted, clear_since=alert.clear_since)
    for step in steps:
        if state is StepState.DUE:
            step.due_at = tx.now + AGAIN
        else:
            step.state, step.done_at, step.why = state.value, tx.now, why
    tx.session.flush()
    if steps and state is StepState.SENT:
        named = dict.fromkeys(channel for step in steps for channel in step.channels)
        channels = _taking(tx.session, named)
        why = f"Step {', '.join(str(step.number) for step in steps)}: nobody has acknowledged it."
        if not channels:  # better the same people once more than nobody
            why += f" {', '.join(named)} cannot be told."
        tell(tx, alert, NoticeKind.ESCALATED, why=why, notify=channels or None)
        alert.version += 1
        tx.session.flush()
    return [state for _ in steps]


def resume(tx: Tx, alert: Alert, *, stopped_at: datetime) -> datetime | None:
    """Let the steps that were stopped at an instant go on, for an alert that is locked; return when the next is due."""
    zone = zone_of(tx.session, alert)
    stopped = (
        sa.select(AlertStep)
        .where(
            col(AlertStep.alert_id) == alert.id,
            col(AlertStep.state) == StepState.STOPPED.value,
            col(AlertStep.done_at) >= stopped_at,
        )
        .order_by(col(AlertStep.number))
    )
    rows = tx.session.scalars(stopped.execution_options(populate_existing=True)).all()
    known = [PlannedStep(row.number, row.planned_at, row.due_at, tuple(row.channels), tuple(row.quiet)) for row in rows]
    for row, again in zip(rows, resumed(known, stopped_at=stopped_at, now=tx.now, zone=zone), strict=True):
        row.planned_at, row.due_at = again.planned_at, again.due_at
        row.state, row.done_at, row.why = StepState.DUE.value, None, None
    tx.session.flush()
    return min((row.due_at for row in rows), default=None)


def late(session: Session, now: datetime) -> list[LateStep]:
    """Return the steps that came due more than `LATE` ago and that nothing became of: there should be none."""
    rows = session.execute(
        sa.select(col(AlertStep.alert_id), col(AlertStep.number), col(AlertStep.due_at))
        .where(IS_DUE, col(AlertStep.due_at) < now - LATE)
        .order_by(col(AlertStep.due_at), col(AlertStep.id))
        .limit(1_000)
    )
    return [LateStep(*row) for row in rows]


def locked(session: Session, alert_id: int) -> Alert | None:
    """Lock an alert's row and return it as it is now; None when there is none."""
    statement = sa.select(Alert).where(col(Alert.id) == alert_id).with_for_update()
    return session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()


def zone_of(session: Session, alert: Alert) -> str:
    """Return the zone of an alert's location, UTC when it has none."""
    place = sa.select(col(Location.time_zone)).where(col(Location.id) == alert.location_id)
    return session.execute(place).scalar() or "UTC"


def _taking(session: Session, codes: Iterable[str]) -> list[str]:
    """Return those of these channels that are there and take messages, in their order."""
    wanted = list(codes)
    there = sa.select(col(Subscription.code)).where(
        col(Subscription.code).in_(wanted),
        col(Subscription.kind) != ReceiverKind.SUBSCRIPTION.value,
        col(Subscription.enabled),
    )
    known = set(session.scalars(there))
    return [code for code in wanted if code in known]


def _steps(session: Session, alert_id: int, *which: sa.ColumnElement[bool]) -> Sequence[AlertStep]:
    mine = sa.and_(col(AlertStep.alert_id) == alert_id, IS_DUE, *which)
    statement = sa.select(AlertStep).where(mine).order_by(col(AlertStep.number))
    return session.scalars(statement.execution_options(populate_existing=True)).all()
