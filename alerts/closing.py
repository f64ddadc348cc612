"""Ending alerts, whoever ends them: the problems are struck off, steps that are still due are stopped, it is told to
whoever was told before, and what a wider alert muted is looked at again."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col

from alerts.policy import STORM
from alerts.rules import may_become
from alerts.states import IS_DUE, IS_OPEN
from alerts.telling import Story, Tx, tell
from models.alerting import AlertStatus, NoticeKind, StepState
from models.errors import DomainError, ErrorCode
from models.tables import Alert, AlertProblem, AlertStep


def close(tx: Tx, alert: Alert, *, why: str, by: str | None = None, notify: Sequence[str] | None = None) -> None:
    """Resolve an open alert that the caller has locked; raises ILLEGAL_TRANSITION when it is not open.

    What a person resolves is over although its condition may hold: only what happens anew opens it again. With a
    storm's parent go the alerts it tells of.
    """
    was = AlertStatus(alert.status)
    if not may_become(was, AlertStatus.RESOLVED):
        raise DomainError(ErrorCode.ILLEGAL_TRANSITION, f"The alert is {was.value}; it cannot be resolved.")
    for child in _children(tx, alert) if alert.group_key.startswith(STORM) else ():
        _end(tx, child, why=why, by=by)
        tell(tx, child, NoticeKind.RESOLVED, why=why, by=by)
    _end(tx, alert, why=why, by=by)
    tell(tx, alert, NoticeKind.RESOLVED, why=why, by=by, notify=notify, story=Story())
    tx.session.flush()
    wake_inside(tx, [alert.id] if alert.id is not None else [])
    if alert.parent_id is not None:
        _look_at(tx, alert.parent_id)


def _end(tx: Tx, alert: Alert, *, why: str, by: str | None) -> None:
    resolved(tx, alert, why=why, by=by)
    mine = sa.and_(col(AlertProblem.policy_code) == alert.policy_code, col(AlertProblem.group_key) == alert.group_key)
    tx.session.execute(sa.delete(AlertProblem).where(mine).execution_options(synchronize_session=False))
    stop_steps(tx, [alert.id] if alert.id is not None else [], why=f"resolved: {why}")


def resolved(tx: Tx, alert: Alert, *, why: str, by: str | None = None) -> None:
    """Set an alert's row to resolved; nothing is told and nothing else is touched."""
    alert.status = AlertStatus.RESOLVED.value
    alert.resolved_at, alert.resolved_by, alert.resolved_why = tx.now, by, why[:300]
    alert.check_at = None
    alert.version += 1


def stop_steps(tx: Tx, alert_ids: Sequence[int], *, why: str) -> None:
    """Stop the steps of escalation that are still due: acknowledged, or over."""
    if not alert_ids:
        return
    due = sa.and_(col(AlertStep.alert_id).in_(alert_ids), IS_DUE)
    stopped = sa.update(AlertStep).where(due).values(state=StepState.STOPPED.value, done_at=tx.now, why=why[:200])
    tx.session.execute(stopped.execution_options(synchronize_session=False))


def wake_inside(tx: Tx, alert_ids: Sequence[int]) -> None:
    """Have the open alerts that these tell of, or mute, looked at again by the engine."""
    if not alert_ids:
        return
    inside = sa.and_(col(Alert.parent_id).in_(alert_ids), IS_OPEN)
    again = sa.update(Alert).where(inside).values(check_at=tx.now, parent_id=None)
    tx.session.execute(again.execution_options(synchronize_session=False))


def _look_at(tx: Tx, alert_id: int) -> None:
    again = sa.update(Alert).where(col(Alert.id) == alert_id, IS_OPEN)
    tx.session.execute(again.values(check_at=tx.now).execution_options(synchronize_session=False))


def _children(tx: Tx, parent: Alert) -> Sequence[Alert]:
    mine = sa.and_(col(Alert.parent_id) == parent.id, IS_OPEN)
    return tx.session.scalars(sa.select(Alert).where(mine).order_by(col(Alert.id)).with_for_update()).all()
