"""What people, tools and links do with an alert: take it on, give it back, end it, write something down.

Every command locks the alert first, so that it comes before or after a step of its escalation and the engine's own
look, never in between. What comes from a channel is told to the others, never back to that one (`without`).
"""

from __future__ import annotations

from collections.abc import Collection

from alerts import closing, steps, telling
from alerts.browse import AlertView
from backend.alerting.feed import lock_cursor
from backend.alerting.scope import shown, taken
from backend.persistence.uow import Uow
from backend.wakeups import Topic
from models.alerting import AlertStatus, NoticeKind
from models.errors import DomainError, ErrorCode
from models.tables import Alert


def acknowledge(
    uow: Uow, alert_id: int, *, note: str = "", expected_version: int | None = None, without: Collection[str] = ()
) -> AlertView:
    """Take an alert on: nobody else is told next. Again is no change. Raises NOT_FOUND, STALE, ILLEGAL_TRANSITION."""
    alert = taken(uow, alert_id, expected_version=expected_version)
    if alert.status != AlertStatus.ACKNOWLEDGED:
        _need(alert, AlertStatus.FIRING, "acknowledged")
        by = uow.actor.label
        alert.status = AlertStatus.ACKNOWLEDGED.value
        alert.acknowledged_at, alert.acknowledged_by = uow.now, by
        alert.version += 1
        if alert.notified_at is None:  # what he took on: when it becomes worse than that, it is told after all
            alert.told = {"severity": alert.severity, "problems": alert.problems, "channels": []}
        closing.stop_steps(uow, [alert_id], why=f"acknowledged by {by}")
        why = note or f"Acknowledged by {by}."
        telling.tell(uow, alert, NoticeKind.ACKNOWLEDGED, why=why, by=by, notify=_others(alert, without))
        uow.session.flush()
    return shown(uow, alert_id)


def unacknowledge(
    uow: Uow, alert_id: int, *, note: str = "", expected_version: int | None = None, without: Collection[str] = ()
) -> AlertView:
    """Give an alert back: what was still to be told is told after all, and so much later as it was taken on.

    Again is no change. Raises NOT_FOUND, STALE, ILLEGAL_TRANSITION.
    """
    alert = taken(uow, alert_id, expected_version=expected_version)
    if alert.status != AlertStatus.FIRING:
        _need(alert, AlertStatus.ACKNOWLEDGED, "given back")
        stopped_at, by = alert.acknowledged_at or uow.now, uow.actor.label
        alert.status = AlertStatus.FIRING.value
        alert.acknowledged_at = alert.acknowledged_by = None
        alert.version += 1
        alert.check_at = uow.now
        next_step = steps.resume(uow, alert, stopped_at=stopped_at)
        why = note or f"{by} gave it back; nobody has it."
        telling.tell(uow, alert, NoticeKind.CHANGED, why=why, by=by, notify=_others(alert, without))
        uow.session.flush()
        if next_step is not None:
            uow.wake(Topic.ALERTS, next_step)
    return shown(uow, alert_id)


def resolve(
    uow: Uow, alert_id: int, *, note: str = "", expected_version: int | None = None, without: Collection[str] = ()
) -> AlertView:
    """End an alert: it stays over until something happens anew. Again is no change. Raises NOT_FOUND, STALE,
    ILLEGAL_TRANSITION. Lock no alert before: others are touched too, those that it tells of or mutes."""
    lock_cursor(uow)
    alert = taken(uow, alert_id, expected_version=expected_version)
    if alert.status != AlertStatus.RESOLVED:
        by = uow.actor.label
        closing.close(uow, alert, why=note or f"Resolved by {by}.", by=by, notify=_others(alert, without))
        uow.session.flush()
        uow.wake(Topic.ALERTS)
    return shown(uow, alert_id)


def note(uow: Uow, alert_id: int, text: str, *, action: str | None = None) -> AlertView:
    """Write something down about an alert, open or over; raises NOT_FOUND."""
    alert = taken(uow, alert_id)
    telling.note(uow, alert, text, by=uow.actor.label, action=action)
    return shown(uow, alert_id)


def _need(alert: Alert, state: AlertStatus, done: str) -> None:
    if alert.status != state:
        words = f"The alert is {alert.status}; it cannot be {done}."
        raise DomainError(ErrorCode.ILLEGAL_TRANSITION, words)


def _others(alert: Alert, without: Collection[str]) -> list[str]:
    return [code for code in alert.told.get("channels", ()) if code not in without]
