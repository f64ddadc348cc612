"""Many new alerts of one policy become one: its parent tells of them together. When that is: `alerts/storm.py`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from alerts.policy import STORM, Policy, Storm
from alerts.states import IS_OPEN
from alerts.storm import (
    Candidate,
    gathered,
    parent_key,
    region_of,
    storm_labels,
    storm_level,
    storm_title,
    worst,
)
from backend.alerting.cases import Case, lock_alerts, locked
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from models.alerting import AlertStatus, Muted, Severity
from models.tables import Alert

_ALERTS = table_of(Alert)
_LOUD = sa.or_(_ALERTS.c.muted.is_(None), _ALERTS.c.muted == Muted.QUIET.value)


def gather(uow: Uow, cases: Sequence[Case]) -> list[Alert]:
    """Put new alerts under the parent of their region, where there is one or now has to be; return those parents."""
    by_policy: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.policy is not None and case.policy.storm is not None and _new(case):
            by_policy[case.policy.code].append(case)
    parents: list[Alert] = []
    for _, began in sorted(by_policy.items()):
        policy = began[0].policy
        assert policy is not None  # noqa: S101  # chosen above
        assert policy.storm is not None  # noqa: S101  # likewise
        parents += _gather(uow, policy, policy.storm, [case.alert for case in began if case.alert is not None])
    return parents


def _new(case: Case) -> bool:
    """A live alert that has not been told of, and nothing mutes for good."""
    alert = case.alert
    if alert is None or alert.status != AlertStatus.FIRING.value or alert.notified_at is not None or alert.drill:
        return False
    return alert.muted in (None, Muted.QUIET.value) and not alert.group_key.startswith(STORM)


def _gather(uow: Uow, policy: Policy, storm: Storm, began: Sequence[Alert]) -> list[Alert]:
    keys = {parent_key(region): region for region in (region_of(storm, alert.group_code) for alert in began)}
    found = lock_alerts(uow, [(policy.code, key) for key in keys])
    parents = {keys[alert.group_key]: alert for alert in found.values()}
    candidates = {
        one.id: one for one in (*_recent(uow, policy, storm), *(_candidate(storm, alert) for alert in began)) if one
    }
    joined = gathered(storm, candidates.values(), open_in=parents.keys(), now=uow.now)
    if not joined:
        return []
    mine = {alert.id: alert for alert in began}
    earlier = locked(uow, (id_ for ids in joined.values() for id_ in ids if id_ not in mine))
    children = mine | {alert.id: alert for alert in earlier}
    for region, ids in sorted(joined.items(), key=lambda item: item[0] or ""):
        chosen = [children[id_] for id_ in ids if id_ in children]
        if region not in parents:
            parents[region] = _begin(uow, policy, region, chosen)
        for child in chosen:
            child.parent_id, child.muted, child.check_at = parents[region].id, Muted.STORM.value, None
    uow.session.flush()
    return [parents[region] for region in joined]


def _candidate(storm: Storm, alert: Alert) -> Candidate | None:
    if alert.id is None or alert.opened_at is None:
        return None
    return Candidate(alert.id, region_of(storm, alert.group_code), alert.opened_at)


def _recent(uow: Uow, policy: Policy, storm: Storm) -> list[Candidate]:
    """Return the policy's alerts that fire since a short while and are told of one by one."""
    mine = sa.and_(
        _ALERTS.c.policy_code == policy.code,
        _ALERTS.c.status == AlertStatus.FIRING.value,
        _LOUD,
        _ALERTS.c.parent_id.is_(None),
        _ALERTS.c.opened_at > uow.now - storm.within,
        _ALERTS.c.drill.is_(False),
        _ALERTS.c.group_key.not_like(STORM + "%"),
    )
    rows = uow.session.connection().execute(
        sa.select(_ALERTS.c.id, _ALERTS.c.group_code, _ALERTS.c.opened_at).where(IS_OPEN, mine)
    )
    return [Candidate(row.id, region_of(storm, row.group_code), row.opened_at) for row in rows]


def _begin(uow: Uow, policy: Policy, region: str | None, children: Sequence[Alert]) -> Alert:
    parent = Alert(
        policy_code=policy.code,
        policy_version=policy.version,
        group_key=parent_key(region),
        level=storm_level(region).value,
        severity=worst(child.severity for child in children).value,
        status=AlertStatus.FIRING.value,
        title=storm_title(policy, region, len(children)),
        labels=storm_labels(policy, region),
        problems=len(children),
        group_code=region,
        since=min(child.since for child in children),
        opened_at=uow.now,
    )
    uow.session.add(parent)
    uow.session.flush()
    return parent


def review(uow: Uow, parents: Iterable[Alert], policies: Mapping[str, Policy]) -> list[Case]:
    """Return the cases of storms' parents: how many they tell of now, how bad that is; without any they are over."""
    rows = {alert.id: alert for alert in parents if alert.id is not None}
    if not rows:
        return []
    columns = sa.select(_ALERTS.c.parent_id, _ALERTS.c.severity, sa.func.count().label("number")).where(IS_OPEN)
    counted = fetch_in(
        uow.session, columns.group_by(_ALERTS.c.parent_id, _ALERTS.c.severity), _ALERTS.c.parent_id, rows
    )
    inside: dict[int, dict[str, int]] = defaultdict(dict)
    for row in counted:
        inside[row.parent_id][row.severity] = row.number
    return [
        _reviewed(alert, inside.get(id_, {}), policies.get(alert.policy_code)) for id_, alert in sorted(rows.items())
    ]


def _counted(severity: str, number: int) -> str:
    """Return the word of a severity as it is counted: "1 warning", "6 warnings", "2 critical"."""
    return f"{severity}s" if number != 1 and severity in (Severity.WARNING, Severity.ERROR) else severity


def _reviewed(parent: Alert, inside: Mapping[str, int], policy: Policy | None) -> Case:
    key, was = (parent.policy_code, parent.group_key), AlertStatus(parent.status)
    case = Case(key, policy, parent, None, was, parent.severity)
    if not inside:
        parent.status = AlertStatus.RESOLVED.value
        return case
    parent.problems = sum(inside.values())
    parent.severity = max((Severity(word) for word in inside), key=lambda severity: severity.rank).value
    worst_first = sorted(inside.items(), key=lambda one: Severity(one[0]).rank, reverse=True)
    parent.summary = ", ".join(f"{number:,} {_counted(word, number)}" for word, number in worst_first)
    if policy is not None:
        parent.title = storm_title(policy, parent.group_code, parent.problems)
    return case
