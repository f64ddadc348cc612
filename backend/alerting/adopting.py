"""A policy was edited or retired: what becomes of its problems and its open alerts. An edit calls nobody: what holds
already is listed, alerts that are open go on, and what no longer makes an alert ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from alerts.closing import wake_inside
from alerts.drill import is_drill
from alerts.grouping import Problem, event_of, facts_of
from alerts.policy import STORM, Happened, Policy, group_key_of, raised
from alerts.states import IS_OPEN
from backend.alerting.active import active_policies
from backend.alerting.cases import Case, cases_of, lock_alerts
from backend.alerting.evaluate import evaluate
from backend.alerting.feed import Key
from backend.alerting.replay import Replayed, replay
from backend.persistence.uow import Uow
from models.alerting import AlertStatus, Severity
from models.tables import Alert, AlertProblem


def adopt(uow: Uow, policy: Policy, *, reached: int) -> None:
    """Bring problems and alerts of a policy in line with its new version, which is stored; `reached` is how far the
    engine, which the caller made wait, has followed the feed."""
    replayed = replay(uow, policy, until=reached) if policy.enabled else Replayed({}, reached)
    keys = _open_keys(uow, policy.code) | {
        (policy.code, group_key_of(policy, i.event)) for i in replayed.holding.values()
    }
    alerts = lock_alerts(uow, keys)
    rows = {row.subject: row for row in _problems(uow, policy.code)}
    told_of = {key for key, alert in alerts.items() if _goes_on(uow, policy, alert)}
    for row in rows.values():
        _keep(uow, policy, row, replayed, told_of)
    ended = _ended_by_hand(uow, policy.code)
    for intent in replayed.holding.values():
        over_at = ended.get(group_key_of(policy, intent.event))
        if intent.subject in rows or (over_at is not None and over_at >= intent.event.at):
            continue
        assert intent.severity is not None  # noqa: S101  # only what holds is there
        uow.session.add(_row(policy, intent.event, intent.severity, subject=intent.subject))
    uow.session.flush()
    cases = cases_of(uow, keys | _keys(uow, policy.code), active_policies(uow), alerts)
    for case in cases:
        _hush(case)
        case.severity_was = None  # what it mutes may be other than before
    evaluate(uow, cases, active_policies(uow), why="Its policy was edited.")
    wake_inside(uow, [case.alert.id for case in cases if case.alert is not None and case.alert.id and _inhibits(case)])


def let_go(uow: Uow, code: str) -> None:
    """End everything of a policy that was retired."""
    keys = _open_keys(uow, code)
    alerts = lock_alerts(uow, keys)
    gone = sa.delete(AlertProblem).where(col(AlertProblem.policy_code) == code)
    uow.session.execute(gone.execution_options(synchronize_session=False))
    policies = {other: policy for other, policy in active_policies(uow).items() if other != code}
    evaluate(uow, cases_of(uow, keys, policies, alerts), policies, why="Its policy was retired.")


def _goes_on(uow: Uow, policy: Policy, alert: Alert) -> bool:
    """Whether an alert was one before the edit, and not only became one by it."""
    return alert.status != AlertStatus.PENDING.value or uow.now < alert.since + policy.for_


def _keep(uow: Uow, policy: Policy, row: AlertProblem, replayed: Replayed, told_of: set[Key]) -> None:
    """Carry a problem over into the new version, or delete it when that does not see it so."""
    if policy.enabled and is_drill(row.facts):  # it goes on as it began: on a key of its own, until its own end
        return
    intent = replayed.holding.get(row.subject)
    event, severity = (intent.event, intent.severity) if intent is not None else (None, None)
    if event is None and policy.enabled and row.seq <= replayed.since_seq:  # from before what was gone through again
        event = event_of(_as_problem(row))
        severity = raised(policy, event)
    if event is None or severity is None:
        uow.session.delete(row)
        return
    group_key = group_key_of(policy, event)
    row.born = row.born or group_key != row.group_key or (policy.code, group_key) not in told_of
    row.group_key, row.severity, row.facts = group_key, severity.value, facts_of(policy, event)
    row.until = None if policy.lasts is None else event.at + policy.lasts


def _inhibits(case: Case) -> bool:
    """Whether it may mute narrower alerts. What a storm gathered stays with it."""
    return case.live and not case.key[1].startswith(STORM)


def _hush(case: Case) -> None:
    """Have an alert that was told of not told again only because the edit sees it as worse, or as more."""
    if case.alert is not None and case.group is not None and case.alert.told_at is not None:
        counted = {"severity": case.group.severity.value, "problems": len(case.group.problems)}
        case.alert.told = {**case.alert.told, **counted}


def _row(policy: Policy, event: Happened, severity: Severity, *, subject: str) -> AlertProblem:
    return AlertProblem(
        policy_code=policy.code,
        subject=subject,
        group_key=group_key_of(policy, event),
        location_id=event.location_id,
        severity=severity.value,
        since=event.at,
        seq=event.seq,
        facts=facts_of(policy, event),
        born=True,
        until=None if policy.lasts is None else event.at + policy.lasts,
    )


def _as_problem(row: AlertProblem) -> Problem:
    return Problem(row.subject, row.since, Severity(row.severity), row.seq, row.facts, row.born, row.location_id)


def _problems(uow: Uow, code: str) -> Iterable[AlertProblem]:
    mine = sa.select(AlertProblem).where(col(AlertProblem.policy_code) == code).order_by(col(AlertProblem.id))
    return uow.session.scalars(mine.execution_options(populate_existing=True)).all()


def _ended_by_hand(uow: Uow, code: str) -> dict[str, datetime]:
    """Return when a person last said of each group key that it is over: an edit does not open it again."""
    by_hand = sa.and_(col(Alert.policy_code) == code, col(Alert.resolved_by).is_not(None))
    last = sa.select(col(Alert.group_key), sa.func.max(col(Alert.resolved_at)).label("at")).where(by_hand)
    return {row.group_key: row.at for row in uow.session.execute(last.group_by(col(Alert.group_key)))}


def _keys(uow: Uow, code: str) -> set[Key]:
    mine = sa.select(col(AlertProblem.group_key)).where(col(AlertProblem.policy_code) == code).distinct()
    return {(code, group_key) for group_key in uow.session.scalars(mine)}


def _open_keys(uow: Uow, code: str) -> set[Key]:
    """Return the keys of the policy's open alerts, and of its problems."""
    mine = sa.and_(col(Alert.policy_code) == code, IS_OPEN)
    return {(code, key) for key in uow.session.scalars(sa.select(col(Alert.group_key)).where(mine))} | _keys(uow, code)
