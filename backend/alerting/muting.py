"""Who is told of open alerts and who is not: born breached, inhibited, silenced, in a storm, in quiet times.

The rules are pure (`alerts/inhibition.py`, `alerts/silences.py`, `alerts/quiet.py`); this gathers what they need.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from alerts.closing import wake_inside
from alerts.inhibition import Wider, Within, inhibited_by
from alerts.policy import STORM, Policy
from alerts.quiet import quiet_until
from alerts.silence_rows import standing
from alerts.silences import SilenceFacts, silencing
from alerts.states import IS_OPEN
from backend.alerting.cases import Case
from backend.alerting.feed import places_of
from backend.persistence.bulk import chunks, is_one_of, table_of
from backend.persistence.uow import Uow
from models.alerting import AlertLevel, AlertStatus, Muted, Severity
from models.tables import Alert, LocationGroupMember

_ALERTS, _MEMBERS = table_of(Alert), table_of(LocationGroupMember)
_LIVE = _ALERTS.c.status.in_((AlertStatus.FIRING.value, AlertStatus.ACKNOWLEDGED.value))
_TELLS = sa.and_(
    _LIVE,
    sa.or_(_ALERTS.c.muted.is_(None), _ALERTS.c.muted != Muted.BORN.value),
    _ALERTS.c.group_key.not_like(STORM + "%"),
)


def settle(uow: Uow, cases: Sequence[Case], policies: Mapping[str, Policy]) -> None:
    """Set for every live alert why nobody is told of it, or that there is no reason; what a storm gathered stays."""
    live = [case for case in cases if case.live and case.alert is not None]
    if not live:
        return
    places = places_of(uow, (case.alert.location_id for case in live if case.alert is not None))
    wider = _wider(uow, live, policies)
    silences = standing(uow.session, uow.now)
    for case in live:
        assert case.alert is not None  # noqa: S101  # chosen above
        place = places.get(case.alert.location_id or 0)
        case.zone = "UTC" if place is None else place.time_zone
        if case.alert.muted != Muted.STORM.value or case.alert.parent_id is None:
            _settle(uow, case, case.alert, place, wider, silences)


def _settle(
    uow: Uow, case: Case, alert: Alert, place: Any, wider: Sequence[Wider], silences: Sequence[SilenceFacts]
) -> None:
    alert.muted = alert.parent_id = alert.silence_id = None
    if case.group is not None and case.group.born and alert.notified_at is None:
        alert.muted = Muted.BORN.value
        return
    around = None if alert.group_key.startswith(STORM) else inhibited_by(_within(alert, place), wider)
    if around is not None:
        alert.muted, alert.parent_id = Muted.INHIBITED.value, around.id
        return
    silence = silencing(silences, alert.labels, uow.now)
    if silence is not None:
        alert.muted, alert.silence_id, case.mute_until = Muted.SILENCED.value, silence.id, silence.ends_at
        return
    quiet = None if case.policy is None else quiet_until(case.policy.quiet, uow.now, case.zone)
    if quiet is not None:
        alert.muted, case.mute_until = Muted.QUIET.value, quiet


def _within(alert: Alert, place: Any) -> Within:
    assert alert.id is not None  # noqa: S101  # flushed before
    return Within(
        alert.id,
        AlertLevel(alert.level),
        Severity(alert.severity),
        alert.location_id,
        frozenset(() if place is None else place.groups),
        alert.drill,
    )


def _wider(uow: Uow, live: Sequence[Case], policies: Mapping[str, Policy]) -> list[Wider]:
    """Return the open alerts that could tell of these."""
    muting = sorted(code for code, policy in policies.items() if policy.mutes)
    if not muting:
        return []
    columns = sa.select(
        *(_ALERTS.c[name] for name in ("id", "level", "severity", "policy_code", "location_id", "group_code", "drill"))
    ).where(_TELLS, _ALERTS.c.policy_code.in_(muting))
    rows = list(
        uow.session.connection().execute(
            columns.where(_ALERTS.c.level.in_((AlertLevel.NETWORK.value, AlertLevel.GROUP.value)))
        )
    )
    around = {
        case.alert.location_id
        for case in live
        if case.alert is not None and case.alert.level == AlertLevel.SHIPMENT.value and case.alert.location_id
    }
    for chunk in chunks(sorted(around)):
        at = sa.and_(_ALERTS.c.level == AlertLevel.LOCATION.value, is_one_of(uow.session, _ALERTS.c.location_id, chunk))
        rows += uow.session.connection().execute(columns.where(at))
    return [
        Wider(
            row.id,
            AlertLevel(row.level),
            Severity(row.severity),
            policies[row.policy_code].mutes,
            row.location_id,
            row.group_code,
            row.drill,
        )
        for row in rows
    ]


def look_inside(uow: Uow, cases: Iterable[Case]) -> None:
    """Have alerts looked at again whose wider alert just began, became worse, or is over. Comes after all else."""
    over, everywhere, locations, groups = [], set[AlertLevel](), set[int](), set[str]()
    for case in cases:
        alert = case.alert
        if alert is None or alert.id is None or alert.level == AlertLevel.SHIPMENT.value:
            continue
        if alert.status == AlertStatus.RESOLVED.value:
            over.append(alert.id)
        elif case.policy is None or not case.policy.mutes or alert.group_key.startswith(STORM):
            continue
        elif case.began or alert.severity != case.severity_was:
            if alert.level == AlertLevel.NETWORK.value:
                everywhere |= case.policy.mutes
            elif alert.level == AlertLevel.LOCATION.value and alert.location_id is not None:
                locations.add(alert.location_id)
            elif alert.group_code is not None:
                groups.add(alert.group_code)
    wake_inside(uow, over)
    if everywhere:
        _look(uow, everywhere, sa.true())
    for chunk in chunks(sorted(locations)):
        _look(uow, (AlertLevel.SHIPMENT,), is_one_of(uow.session, _ALERTS.c.location_id, chunk))
    if groups:
        members = sa.select(_MEMBERS.c.location_id).where(_MEMBERS.c.group_code.in_(sorted(groups)))
        _look(uow, (AlertLevel.SHIPMENT, AlertLevel.LOCATION), _ALERTS.c.location_id.in_(members))


def _look(uow: Uow, levels: Collection[AlertLevel], where: sa.ColumnElement[bool]) -> None:
    narrower = _ALERTS.c.level.in_([level.value for level in levels])
    changeable = sa.or_(_ALERTS.c.muted.is_(None), _ALERTS.c.muted == Muted.INHIBITED.value)
    uow.session.connection().execute(
        sa.update(_ALERTS).where(_LIVE, IS_OPEN, narrower, changeable, where).values(check_at=uow.now)
    )
