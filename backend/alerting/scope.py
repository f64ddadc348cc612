"""Which alerts an actor may see and touch: those of his locations and groups."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import col

from alerts.browse import AlertView, get_alert
from alerts.steps import locked
from backend.auth.actor import LocationScope
from backend.auth.scope import visible
from backend.persistence.uow import Uow
from models.alerting import AlertLevel
from models.errors import DomainError, ErrorCode, not_found
from models.tables import Alert


def visible_alert(scope: LocationScope) -> sa.ColumnElement[bool]:
    """Return a condition on `Alert` that is true for those inside the scope: of its locations, or of a whole group."""
    if scope.everything:
        return sa.true()
    of_group = sa.and_(
        col(Alert.level) == AlertLevel.GROUP.value,
        col(Alert.location_id).is_(None),
        col(Alert.group_code).in_(sorted(scope.group_codes)),
    )
    return sa.or_(visible(scope, col(Alert.location_id)), of_group)


def shown(uow: Uow, alert_id: int) -> AlertView:
    """Return an alert that the actor may see; NOT_FOUND otherwise."""
    found = get_alert(uow.session, alert_id, within=visible_alert(uow.actor.scope))
    if found is None:
        raise not_found("alert", alert_id)
    return found


def taken(uow: Uow, alert_id: int, *, expected_version: int | None = None) -> Alert:
    """Lock an alert that the actor may see and return it as it is now; raises NOT_FOUND or STALE."""
    shown(uow, alert_id)
    row = locked(uow.session, alert_id)
    if row is None:
        raise not_found("alert", alert_id)
    if expected_version is not None and expected_version != row.version:
        words = f"Alert {alert_id} was changed meanwhile: it is at version {row.version}, not {expected_version}."
        raise DomainError(ErrorCode.STALE, words)
    return row
