"""Which open alerts are about certain subjects, such as an order and its shipments. SELECT only; whose they are, the
caller asks."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.states import IS_OPEN
from models.enums import DefinitionStatus
from models.tables import Alert, AlertPolicy, AlertProblem


def alerts_concerning(session: Session, subjects: Sequence[str], *, limit: int = 20) -> list[int]:
    """Return the ids of the open alerts that have one of these subjects among their problems."""
    if not subjects:
        return []
    same = sa.and_(
        col(AlertProblem.policy_code) == col(Alert.policy_code), col(AlertProblem.group_key) == col(Alert.group_key)
    )
    watching = sa.select(col(AlertPolicy.code)).where(col(AlertPolicy.status) == DefinitionStatus.ACTIVE.value)
    found = (
        sa.select(col(Alert.id))
        .join(AlertProblem, same)
        # No problem is without its policy; with their codes a subject is found by the index of both.
        .where(col(AlertProblem.policy_code).in_(watching), col(AlertProblem.subject).in_(list(subjects)), IS_OPEN)
        .distinct()
        .order_by(col(Alert.id))
        .limit(limit)
    )
    return [id_ for id_ in session.scalars(found) if id_ is not None]
