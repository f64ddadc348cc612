"""Drills: begin one, end it, and file its report once it is over. What is told of one is `alerts/drill.py`.

A drill goes the way of every alert, through the engine, on a group key of its own: it joins no real alert, no storm,
mutes nothing real, and tells only the channels that it names.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from alerts import about
from alerts.browse import AlertFilter, AlertSort, AlertView, find_alerts, list_alerts
from alerts.drill import KEY, MOST_PROBLEMS, DrillAsk, incident, report
from alerts.grouping import facts_of
from alerts.notice import key_of
from alerts.policy import Policy
from backend.alerting.active import active_policies
from backend.alerting.engine import observe
from backend.alerting.feed import lock_cursor
from backend.alerting.scope import shown
from backend.persistence.bulk import insert_rows
from backend.persistence.uow import Uow
from models.alerting import AlertStatus, ReceiverKind
from models.enums import DeliveryStatus
from models.errors import DomainError, ErrorCode, Fault, invalid, not_found
from models.events import EventType
from models.tables import Alert, AlertProblem, Event, Subscription

#: How long after it is over a report waits for messages that are still on their way.
PATIENCE = timedelta(seconds=60)
_REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DrillView:
    """A drill: its alert, and its report once it is filed."""

    alert: AlertView
    report: Mapping[str, Any] | None


def checked(uow: Uow, ask: DrillAsk) -> Policy:
    """Return the policy that a drill would try; raises INVALID, and FORBIDDEN for who is limited to some locations."""
    if not uow.actor.scope.everything:
        raise DomainError(ErrorCode.FORBIDDEN, "A drill is for whoever sees the whole network.")
    policy = active_policies(uow).get(ask.policy)
    faults = [*_policy_faults(policy, ask), *_channel_faults(uow, ask)]
    if policy is None or faults:
        raise invalid(faults)
    return policy


def begin(uow: Uow, ask: DrillAsk) -> DrillView:
    """Begin a drill and return it; raises INVALID, and FORBIDDEN for who is limited to some locations."""
    policy = checked(uow, ask)
    lock_cursor(uow)  # the engine waits, as this does its work for one alert
    key = f"{KEY}{secrets.token_hex(6)}"
    insert_rows(uow.session, AlertProblem, _problems(uow, policy, key, ask))
    observe(uow, {}, {**active_policies(uow), policy.code: policy}, due=[(policy.code, key)])
    uow.session.flush()
    found = sa.select(col(Alert.id)).where(col(Alert.policy_code) == policy.code, col(Alert.group_key) == key)
    return get(uow, uow.session.execute(found).scalar_one())


def end(uow: Uow, alert_id: int) -> DrillView:
    """End a drill as if what it was about were over; one that is over stays as it is. Raises NOT_FOUND."""
    drill = get(uow, alert_id)
    if drill.alert.open:
        lock_cursor(uow)
        mine = sa.select(col(AlertProblem.subject)).where(
            col(AlertProblem.policy_code) == drill.alert.policy, col(AlertProblem.group_key) == drill.alert.group_key
        )
        over = [(drill.alert.policy, subject) for subject in uow.session.scalars(mine)]
        observe(uow, {}, active_policies(uow), due=[(drill.alert.policy, drill.alert.group_key)], over=over)
        uow.session.flush()
    return get(uow, alert_id)


def listing(uow: Uow, *, limit: int, before_id: int | None = None) -> list[DrillView]:
    """Return drills, the newest first; none for who is limited to some locations."""
    if not uow.actor.scope.everything:
        return []
    found = list_alerts(uow.session, AlertFilter(drill=True), limit=limit, before_id=before_id)
    reports = _reports(uow, [one.id for one in found])
    return [DrillView(one, reports.get(one.id)) for one in found]


def find(
    uow: Uow, statuses: Sequence[AlertStatus] = (), *, offset: int = 0, limit: int = 50
) -> tuple[list[DrillView], int]:
    """Return one page of drills in these states (none: in all), the newest first, and how many there are."""
    if not uow.actor.scope.everything:
        return [], 0
    which = AlertFilter(statuses=statuses, drill=True)
    page = find_alerts(uow.session, which, sort=AlertSort.NEWEST, offset=offset, limit=limit)
    reports = _reports(uow, [one.id for one in page.items])
    return [DrillView(one, reports.get(one.id)) for one in page.items], page.total


def get(uow: Uow, alert_id: int) -> DrillView:
    """Return one drill; raises NOT_FOUND."""
    alert = shown(uow, alert_id)
    if not alert.drill:
        raise not_found("drill", alert_id)
    return DrillView(alert, _reports(uow, [alert_id]).get(alert_id))


def unfiled(uow: Uow) -> list[int]:
    """Return the drills that are over and whose report is not filed yet."""
    over = sa.select(col(Alert.id)).where(
        col(Alert.drill),
        col(Alert.status) == AlertStatus.RESOLVED.value,
        col(Alert.resolved_at) > uow.now - _REMEMBERED,
    )
    ids = list(uow.session.scalars(over.order_by(col(Alert.id))))
    filed = _reports(uow, [id_ for id_ in ids if id_ is not None])
    return [id_ for id_ in ids if id_ is not None and id_ not in filed]


def file(uow: Uow, ids: list[int]) -> None:
    """File the reports of drills that are over, unless messages of theirs are still on their way for a short while."""
    for alert_id in ids:
        alert = shown(uow, alert_id)
        told = about.told_of(uow.session, about.happenings_of(uow.session, alert))
        waiting = any(one.status in (DeliveryStatus.PENDING, DeliveryStatus.SENDING) for one in told)
        if waiting and alert.resolved_at is not None and uow.now < alert.resolved_at + PATIENCE:
            continue
        data = {
            "alert": alert.id,
            "key": key_of(alert.policy, alert.group_key),
            "policy": alert.policy,
            "report": report(alert, told, about.steps_of(uow.session, alert_id)),
        }
        uow.record(EventType.DRILL_FILED, subject=_subject(alert_id), data=data)


def _problems(uow: Uow, policy: Policy, key: str, ask: DrillAsk) -> list[dict[str, Any]]:
    """Return as many problems as the policy needs, since long enough that it need not wait."""
    event = incident(policy, key, ask, now=uow.now, by=uow.actor.label)
    row = {
        "policy_code": policy.code,
        "group_key": key,
        "location_id": None,
        "severity": (policy.raises[0].severity or policy.severity).value,
        "since": uow.now - policy.for_,
        "seq": 0,
        "facts": facts_of(policy, event),
        "born": False,
        "until": uow.now + ask.lasts,
    }
    return [{**row, "subject": f"{key}/{number}"} for number in range(1, policy.at_least + 1)]


def _policy_faults(policy: Policy | None, ask: DrillAsk) -> list[Fault]:
    if policy is None or not policy.enabled:
        return [Fault("/policy", "unknown_policy", f"No policy {ask.policy} watches now.")]
    if policy.at_least > MOST_PROBLEMS:
        return [Fault("/policy", "too_many", f"A policy that needs more than {MOST_PROBLEMS} problems is not tried.")]
    return []


def _channel_faults(uow: Uow, ask: DrillAsk) -> list[Fault]:
    known = set(
        uow.session.scalars(
            sa.select(col(Subscription.code)).where(
                col(Subscription.kind) != ReceiverKind.SUBSCRIPTION.value, col(Subscription.enabled)
            )
        )
    )
    return [
        Fault(f"/channels/{place}", "unknown_channel", f"There is no channel {code} that takes messages.")
        for place, code in enumerate(ask.channels)
        if code not in known
    ]


def _reports(uow: Uow, ids: list[int]) -> dict[int, Mapping[str, Any]]:
    rows = uow.session.execute(
        sa.select(col(Event.data)).where(
            col(Event.subject).in_([_subject(id_) for id_ in ids]), col(Event.type) == EventType.DRILL_FILED.value
        )
    )
    return {data["alert"]: data["report"] for (data,) in rows}


def _subject(alert_id: int) -> str:
    return f"drill/{alert_id}"
