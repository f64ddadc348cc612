"""Reading alerts as people look at them: lists, counts, one alert with all that belongs to it. SELECT only; the caller
says what its actor may see. What belongs to one alert is `about.py`, silences are `silence_rows.py`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from alerts.states import IS_DUE, IS_OPEN
from models.alerting import AlertLevel, AlertStatus, Muted, Severity
from models.tables import Alert, AlertStep, Location

#: Counting stops here: nobody pages that far, and a list must come at once.
MOST_COUNTED = 10_000

OPEN = (AlertStatus.PENDING, AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED)


class AlertSort(StrEnum):
    """Orders of the list."""

    WORST = "worst"  # open ones first, the worst of these on top, the oldest of equals first
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert as it is shown.

    `problems` is how many subjects it is about, `children` how many other alerts it tells of. `time_zone` is that of
    its location, UTC when it has none. `next_step_at` is when the next step of its escalation comes due.
    """

    id: int
    policy: str
    policy_version: int
    group_key: str
    level: AlertLevel
    severity: Severity
    status: AlertStatus
    title: str
    summary: str
    labels: Mapping[str, str]
    facts: Mapping[str, Any]
    problems: int
    children: int
    location: str | None
    location_name: str | None
    time_zone: str
    group: str | None
    parent_id: int | None
    muted: Muted | None
    silence_id: int | None
    drill: bool
    since: datetime
    opened_at: datetime | None
    notified_at: datetime | None
    told_at: datetime | None
    next_step_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    resolved_why: str | None
    version: int

    @property
    def open(self) -> bool:
        """Whether it is not over."""
        return self.status is not AlertStatus.RESOLVED


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts to show; empty fields match all. `within` is what the actor may see. `muted`: told of to nobody
    (True) or not so (False), `why_muted` why. `text` is looked for in titles and keys. `parent_id`: those that
    one tells of. `ids`: none but these, if it is not None."""

    within: sa.ColumnElement[bool] = field(default_factory=sa.true)
    statuses: Sequence[AlertStatus] = ()
    severities: Sequence[Severity] = ()
    policy: str | None = None
    location: str | None = None
    group: str | None = None
    level: AlertLevel | None = None
    muted: bool | None = None
    why_muted: Muted | None = None
    drill: bool | None = None
    text: str = ""
    parent_id: int | None = None
    ids: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class AlertPage:
    """One page of alerts; `total` is at most `MOST_COUNTED` + 1, which means more than that."""

    items: tuple[AlertView, ...]
    total: int


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """How many alerts there are: by status (all four), and of those that are open by severity, and muted ones."""

    by_status: Mapping[AlertStatus, int]
    by_severity: Mapping[Severity, int]
    muted: int

    @property
    def open(self) -> int:
        """How many are not over."""
        return sum(number for status, number in self.by_status.items() if status is not AlertStatus.RESOLVED)


def list_alerts(
    session: Session, which: AlertFilter, *, limit: int = 50, before_id: int | None = None
) -> list[AlertView]:
    """Return alerts, the newest first; go on with `before_id`."""
    query = _alerts().where(*_conditions(which))
    if before_id is not None:
        query = query.where(col(Alert.id) < before_id)
    return [_view(row) for row in session.execute(query.order_by(col(Alert.id).desc()).limit(limit))]


def find_alerts(
    session: Session, which: AlertFilter, *, sort: AlertSort = AlertSort.WORST, offset: int = 0, limit: int = 50
) -> AlertPage:
    """Return one page of alerts and how many there are in all: what the Alerts page shows."""
    asked = _conditions(which)
    counted = _within(sa.select(col(Alert.id)), asked).limit(MOST_COUNTED + 1).subquery()
    total = session.scalar(sa.select(sa.func.count()).select_from(counted)) or 0
    query = _alerts().where(*asked).order_by(*_ORDER[sort]).offset(offset).limit(limit)
    return AlertPage(tuple(_view(row) for row in session.execute(query)), total)


def count_alerts(session: Session, which: AlertFilter) -> AlertCounts:
    """Return how many alerts there are of each kind."""
    grouped = (col(Alert.status), col(Alert.severity), col(Alert.muted).is_not(None))
    counted: Any = sa.select(*grouped, sa.func.count())
    query = _within(counted, _conditions(which)).group_by(*grouped)
    by_status = dict.fromkeys(AlertStatus, 0)
    by_severity = dict.fromkeys(Severity, 0)
    muted = 0
    for status, severity, quiet, number in session.execute(query):
        by_status[AlertStatus(status)] += number
        if status != AlertStatus.RESOLVED:
            by_severity[Severity(severity)] += number
            muted += number if quiet else 0
    return AlertCounts(by_status, by_severity, muted)


def count_by_policy(session: Session, which: AlertFilter) -> dict[str, int]:
    """Return how many alerts there are of each policy, by its code; policies without any are left out."""
    counted: Any = sa.select(col(Alert.policy_code), sa.func.count())
    found = session.execute(_within(counted, _conditions(which)).group_by(col(Alert.policy_code)))
    return dict(found.tuples().all())


def mark(session: Session) -> str:
    """Return what changes whenever an open alert does, or one opens or is over: an alert is there before it is told of,
    and until then no event says so."""
    open_ = sa.select(sa.func.count(), sa.func.sum(col(Alert.version))).where(IS_OPEN)
    many, versions = session.execute(open_).one()
    newest = session.execute(sa.select(sa.func.max(col(Alert.id)))).scalar()
    return f"{newest or 0}/{many}/{versions or 0}"


def get_alert(session: Session, alert_id: int, *, within: sa.ColumnElement[bool]) -> AlertView | None:
    """Return one alert, or None."""
    row = session.execute(_alerts().where(col(Alert.id) == alert_id, within)).first()
    return None if row is None else _view(row)


_child = aliased(Alert)
_CHILDREN = sa.select(sa.func.count()).where(col(_child.parent_id) == col(Alert.id)).correlate(Alert).scalar_subquery()
_NEXT_STEP = (
    sa.select(sa.func.min(col(AlertStep.due_at)))
    .where(col(AlertStep.alert_id) == col(Alert.id), IS_DUE)
    .correlate(Alert)
    .scalar_subquery()
)
_RANK = sa.case({severity.value: severity.rank for severity in Severity}, value=col(Alert.severity), else_=0)
_ORDER: Mapping[AlertSort, tuple[Any, ...]] = {
    AlertSort.WORST: (
        sa.case((col(Alert.status) == AlertStatus.RESOLVED.value, 1), else_=0),
        sa.case((col(Alert.muted).is_(None), 0), else_=1),
        _RANK.desc(),
        col(Alert.resolved_at).desc().nulls_first(),
        col(Alert.since),
        col(Alert.id),
    ),
    AlertSort.NEWEST: (col(Alert.id).desc(),),
}
_SAME = (
    *("labels", "facts", "problems", "parent_id", "silence_id", "drill", "since", "opened_at", "notified_at"),
    *("told_at", "acknowledged_at", "acknowledged_by", "resolved_at", "resolved_by", "resolved_why", "version"),
    *("id", "policy_version", "group_key", "title", "summary"),
)


def _alerts() -> sa.Select[Any]:
    return sa.select(
        Alert,
        _CHILDREN,
        _NEXT_STEP,
        col(Location.code),
        col(Location.name),
        col(Location.time_zone),
    ).outerjoin(Location, col(Location.id) == col(Alert.location_id))


def _within(query: sa.Select[Any], asked: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    return query.select_from(Alert).outerjoin(Location, col(Location.id) == col(Alert.location_id)).where(*asked)


def _view(row: Any) -> AlertView:
    alert, children, next_step_at, code, name, time_zone = row
    return AlertView(
        **{each: getattr(alert, each) for each in _SAME},
        policy=alert.policy_code,
        level=AlertLevel(alert.level),
        severity=Severity(alert.severity),
        status=AlertStatus(alert.status),
        children=children,
        location=code,
        location_name=name,
        time_zone=time_zone or "UTC",
        group=alert.group_code,
        muted=None if alert.muted is None else Muted(alert.muted),
        next_step_at=next_step_at,
    )


def _conditions(which: AlertFilter) -> list[sa.ColumnElement[bool]]:
    exact = (
        (col(Alert.policy_code), which.policy),
        (col(Location.code), which.location),
        (col(Alert.group_code), which.group),
        (col(Alert.level), which.level),
        (col(Alert.drill), which.drill),
        (col(Alert.parent_id), which.parent_id),
        (col(Alert.muted), which.why_muted),
    )
    conditions = [which.within, *(column == value for column, value in exact if value is not None)]
    if which.statuses:
        conditions.append(col(Alert.status).in_([status.value for status in which.statuses]))
    if which.severities:
        conditions.append(col(Alert.severity).in_([severity.value for severity in which.severities]))
    if which.ids is not None:
        conditions.append(col(Alert.id).in_(sorted(which.ids)))
    if which.muted is not None:
        conditions.append(col(Alert.muted).is_not(None) if which.muted else col(Alert.muted).is_(None))
    if which.text.strip():
        words = which.text.strip()
        looked_in = (col(Alert.title), col(Alert.group_key), col(Alert.policy_code), col(Location.name))
        conditions.append(sa.or_(*(column.icontains(words, autoescape=True) for column in looked_in)))
    return conditions
