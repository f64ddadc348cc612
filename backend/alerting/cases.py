"""Alerts with their problems as they are worked on together: loaded and locked in one order, written at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from alerts.grouping import Group, Problem, group_of
from alerts.policy import Policy
from alerts.rules import Sent
from alerts.states import IS_OPEN
from backend.alerting.feed import Key
from backend.persistence.bulk import CHUNK, chunks, fetch_in, table_of
from backend.persistence.uow import Uow
from models.alerting import AlertStatus, Severity
from models.tables import Alert, AlertProblem

_ALERTS, _PROBLEMS = table_of(Alert), table_of(AlertProblem)


@dataclass(slots=True)
class Case:
    """One alert, or what may become one: `was` is its state before (None: there was none), `look_at` when it has to be
    looked at again for its state alone."""

    key: Key
    policy: Policy | None
    alert: Alert | None
    group: Group | None
    was: AlertStatus | None
    severity_was: str | None = None
    look_at: datetime | None = None
    mute_until: datetime | None = None
    zone: str = "UTC"

    @property
    def began(self) -> bool:
        """Whether it fires just now."""
        return self.alert is not None and self.was in (None, AlertStatus.PENDING) and _is(self.alert, "firing")

    @property
    def live(self) -> bool:
        """Whether it is an alert that is not over, and more than pending."""
        return self.alert is not None and (_is(self.alert, "firing") or _is(self.alert, "acknowledged"))


def _is(alert: Alert, word: str) -> bool:
    return alert.status == AlertStatus(word).value


def lock_alerts(uow: Uow, keys: Iterable[Key]) -> dict[Key, Alert]:
    """Return the open alerts of these keys, locked in ascending order of id, as they are in the database."""
    ids: list[int] = []
    for code, group_keys in sorted(_by_policy(keys).items()):
        mine = sa.select(_ALERTS.c.id).where(IS_OPEN, _ALERTS.c.policy_code == code)
        ids += [row.id for row in fetch_in(uow.session, mine, _ALERTS.c.group_key, group_keys)]
    return {(row.policy_code, row.group_key): row for row in locked(uow, ids)}


def locked(uow: Uow, ids: Iterable[int]) -> list[Alert]:
    """Return those of these alerts that are still open, locked in ascending order of id."""
    rows: list[Alert] = []
    for chunk in chunks(sorted(set(ids)), CHUNK):
        statement = sa.select(Alert).where(col(Alert.id).in_(chunk), IS_OPEN).order_by(col(Alert.id))
        rows += uow.session.scalars(statement.with_for_update().execution_options(populate_existing=True)).all()
    return rows


def problems_by_key(uow: Uow, keys: Iterable[Key]) -> dict[Key, list[Problem]]:
    """Return the problems of these keys, in the order in which they came."""
    found: dict[Key, list[Problem]] = defaultdict(list)
    for code, group_keys in sorted(_by_policy(keys).items()):
        columns = sa.select(_PROBLEMS).where(_PROBLEMS.c.policy_code == code)
        rows = fetch_in(uow.session, columns, _PROBLEMS.c.group_key, group_keys)
        for row in sorted(rows, key=lambda row: int(row.id)):
            found[code, row.group_key].append(
                Problem(row.subject, row.since, Severity(row.severity), row.seq, row.facts, row.born, row.location_id)
            )
    return found


def cases_of(uow: Uow, keys: Iterable[Key], policies: Mapping[str, Policy], alerts: Mapping[Key, Alert]) -> list[Case]:
    """Return the cases of these keys, ordered; `alerts` are their open alerts, locked."""
    wanted = sorted(set(keys))
    problems = problems_by_key(uow, wanted)
    cases = []
    for key in wanted:
        policy, alert = policies.get(key[0]), alerts.get(key)
        group = None if policy is None else group_of(problems.get(key, ()), policy)
        was = None if alert is None else AlertStatus(alert.status)
        cases.append(Case(key, policy, alert, group, was, None if alert is None else alert.severity))
    return cases


def sent_of(alert: Alert) -> Sent | None:
    """Return what was last told of an alert."""
    if alert.told_at is None:
        return None
    return Sent(alert.told_at, Severity(alert.told["severity"]), int(alert.told["problems"]))


def _by_policy(keys: Iterable[Key]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for code, group_key in keys:
        found[code].add(group_key)
    return found
