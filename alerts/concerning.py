"""Which open alerts are about certain subjects, such as an order and its shipments. SELECT only; whose they are, the
caller asks."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from models.alerting import AlertStatus
from models.tables import Alert, AlertProblem


def alerts_concerning(session: Session, subjects: Sequence[str], *, limit: int = 20) -> list[int]:
    """Return the ids of the open alerts that have one of these subjects among their problems."""
    if not subjects:
        return []
    same = sa.and_(
        col(AlertProblem.policy_code) == col(Alert.policy_code), col(AlertProblem.group_key) == col(Alert.group_key)
    )
    found = (
        sa.select(col(Alert.id))
        .join(AlertProblem, same)
        .where(col(AlertProblem.subject).in_(list(subjects)), col(Alert.status) != AlertStatus.RESOLVED.value)
        .distinct()
        .order_by(col(Alert.id))
        .limit(limit)
    )
    return [id_ for id_ in session.scalars(found) if id_ is not None]
