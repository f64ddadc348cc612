"""Alerts follow their problems: opened, kept, muted, gathered, told of, ended. One pass over the alerts that something
happened to, or whose time has come. What is decided is pure (`alerts/grouping.py`, `alerts/rules.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from alerts.closing import resolved, stop_steps
from alerts.drill import rehearsed, steps_for
from alerts.grouping import Group, event_of, next_step, summary_of, title_of_group
from alerts.notice import NAMED
from alerts.policy import STORM, Policy, is_local, labels_of
from alerts.rules import AT_ONCE, WORDS, AlertFacts, NotifyReason, needs_notify, next_notice_at
from alerts.steps import Plan, plan
from alerts.telling import Story, named, problem_named, tell
from backend.alerting.cases import Case, locked, sent_of
from backend.alerting.channels import Channels
from backend.alerting.muting import look_inside, settle
from backend.alerting.storms import gather, review
from backend.persistence.uow import Uow
from backend.wakeups import Topic
from models.alerting import AlertStatus, Severity
from models.tables import Alert

#: Whatever cannot be done at once is looked at again, but never in a circle.
_SOON = timedelta(seconds=1)


def evaluate(uow: Uow, cases: Sequence[Case], policies: Mapping[str, Policy], *, why: str = "") -> None:
    """Bring the alerts of these cases up to date, tell what has to be told, and note when to look again.

    `why` is what a notice says when it is over for another reason than that its problems are.
    """
    children = [case for case in cases if not case.key[1].startswith(STORM)]
    parents = {case.alert.id: case.alert for case in cases if case.key[1].startswith(STORM) and case.alert is not None}
    for case in children:
        _apply(uow, case, why=why)
    uow.session.flush()
    settle(uow, children, policies)
    uow.session.flush()
    parents |= {alert.id: alert for alert in gather(uow, children)}
    touched = locked(uow, _parents_of(children) - parents.keys())
    parents |= {alert.id: alert for alert in touched if alert.group_key.startswith(STORM)}
    uow.session.flush()
    storms = review(uow, parents.values(), policies)
    _end_storms(uow, storms)
    settle(uow, storms, policies)
    everything = [*children, *storms]
    channels = Channels(uow.session)
    begun = [case for case in everything if _tell(uow, case, channels) is NotifyReason.FIRST]
    uow.session.flush()
    _plan(uow, begun)
    over = [case.alert.id for case in everything if case.alert is not None and _over(case.alert) and case.alert.id]
    stop_steps(uow, over, why="It is over.")
    look_inside(uow, everything)


def _over(alert: Alert) -> bool:
    return alert.status == AlertStatus.RESOLVED.value


def _parents_of(cases: Sequence[Case]) -> set[int]:
    """Return the storms' parents that something changed for."""
    return {
        case.alert.parent_id
        for case in cases
        if case.alert is not None
        and case.alert.parent_id is not None
        and case.was is not None
        and (_over(case.alert) or case.alert.severity != case.severity_was)
    }


def _apply(uow: Uow, case: Case, *, why: str) -> None:
    """Give an alert its next state, or make it, or forget that it was pending."""
    alert, group = case.alert, case.group
    clear_since = None if alert is None else alert.clear_since
    policy = rehearsed(case.policy) if alert is not None and alert.drill else case.policy
    step = next_step(case.was, group, policy, clear_since=clear_since, now=uow.now)
    case.look_at = step.look_at
    if step.status is None:
        if alert is not None:
            uow.session.delete(alert)
            case.alert = None
        return
    if alert is None:
        if group is None or case.policy is None:
            return
        alert = case.alert = _begin(case.policy, case.key, group)
        uow.session.add(alert)
    if step.status is AlertStatus.RESOLVED:
        resolved(uow, alert, why=why or WORDS[NotifyReason.RESOLVED])
        return
    alert.clear_since = step.clear_since
    if group is not None and case.policy is not None:
        _describe(alert, case.policy, group)
    if step.status is not case.was:
        alert.status = step.status.value
        alert.opened_at = uow.now if step.status is AlertStatus.FIRING else None
        alert.version += 0 if case.was is None else 1


def _begin(policy: Policy, key: tuple[str, str], group: Group) -> Alert:
    event = event_of(group.newest)
    labels = labels_of(policy, event)
    return Alert(
        policy_code=policy.code,
        policy_version=policy.version,
        group_key=key[1],
        level=policy.level.value,
        severity=group.severity.value,
        status=AlertStatus.PENDING.value,
        title="",
        labels=labels,
        location_id=event.location_id if is_local(policy) else None,
        group_code=labels["group"][:64] if "group" in labels else None,
        since=group.since,
        drill=group.drill,
    )


def _describe(alert: Alert, policy: Policy, group: Group) -> None:
    """Write down what an alert is about now."""
    alert.policy_version = policy.version
    alert.problems = len(group.problems)
    alert.severity = group.severity.value
    alert.title = title_of_group(policy, group)
    alert.summary = summary_of(group)
    alert.facts = dict(group.newest.facts["data"])


def _end_storms(uow: Uow, storms: Sequence[Case]) -> None:
    for case in storms:
        if case.alert is not None and _over(case.alert):
            resolved(uow, case.alert, why="All of it is over.")


def _tell(uow: Uow, case: Case, channels: Channels) -> NotifyReason | None:
    """Tell what has to be told of an alert, note when to look at it again, and return why it was told."""
    alert = case.alert
    if alert is None:
        return None
    if alert.status == AlertStatus.PENDING.value:
        alert.check_at = case.look_at
        return None
    reason = needs_notify(sent_of(alert), _facts(case, alert), uow.now)
    if reason is not None:
        _say(uow, case, alert, reason, channels)
    if not _over(alert):
        times = (case.look_at, case.mute_until, next_notice_at(sent_of(alert), _facts(case, alert)))
        alert.check_at = _soonest(times, now=uow.now)
    return reason


def _plan(uow: Uow, begun: Sequence[Case]) -> None:
    """Plan the escalation of what was told of for the first time."""
    plans = [
        Plan(
            case.alert.id,
            steps_for(case.alert.facts, case.policy.escalate) if case.alert.drill else case.policy.escalate,
            case.zone,
        )
        for case in begun
        if case.policy is not None and case.policy.escalate and case.alert is not None and case.alert.id is not None
    ]
    first = plan(uow, plans)
    if first is not None:
        uow.wake(Topic.ALERTS, first)


def _soonest(times: Sequence[datetime | None], *, now: datetime) -> datetime | None:
    soonest = min((at for at in times if at is not None), default=None)
    return soonest if soonest is None or soonest > now else now + _SOON


def _facts(case: Case, alert: Alert) -> AlertFacts:
    return AlertFacts(
        status=AlertStatus(alert.status),
        severity=Severity(alert.severity),
        problems=alert.problems,
        opened_at=alert.opened_at,
        muted=alert.muted is not None,
        timing=AT_ONCE if case.policy is None else case.policy.timing,
        clearing=alert.clear_since is not None,
        taken=Severity(alert.told["severity"]) if alert.told and alert.told_at is None else None,
    )


def _say(uow: Uow, case: Case, alert: Alert, reason: NotifyReason, channels: Channels) -> None:
    why = alert.resolved_why if reason is NotifyReason.RESOLVED else WORDS[reason]
    told = alert.told.get("channels", ())
    mine = alert.facts.get("drill_channels", ()) if alert.drill else channels.of(case.policy)
    notify = told if reason is NotifyReason.RESOLVED else (*told, *mine)
    tell(uow, alert, reason.kind, why=why or "", notify=notify, story=_story(uow, case, alert))


def _story(uow: Uow, case: Case, alert: Alert) -> Story:
    clears = "" if case.policy is None else case.policy.clears_words
    if case.group is not None:
        first = case.group.problems[:NAMED]
        return Story(clears, tuple(problem_named(problem.subject, dict(problem.facts)) for problem in first))
    return Story(clears, named(uow.session, alert) if case.key[1].startswith(STORM) else ())
