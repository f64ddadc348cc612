"""Forgetting alerts that were over long ago, with their escalation and the links that were followed.

Never one that is open, that an open one belongs to, of which somebody is still to be told, or whose problems hold (what
a person ended is not opened again by an edit). Ages are by the business clock, as alerts' times are.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col

from alerts.delivery.states import IS_OWED
from alerts.links import MOST_LIFE
from backend.clock import system_now
from backend.persistence.uow import Uow
from models.alerting import AlertStatus
from models.tables import Alert, AlertLinkUse, AlertProblem, Delivery

#: So many rows a transaction: others wait for it on SQLite.
BATCH = 1000
_OVER = AlertStatus.RESOLVED.value


def forget_alerts(uow: Uow, *, days: int) -> int:
    """Delete a batch of alerts that were over more than `days` ago; return how many, 0 when done."""
    inside = sa.orm.aliased(Alert, name="inside")
    old = (
        sa.select(col(Alert.id))
        .where(
            col(Alert.status) == _OVER,
            col(Alert.resolved_at) < uow.now - timedelta(days=days),
            ~sa.exists().where(col(inside.parent_id) == col(Alert.id), col(inside.status) != _OVER),
            ~sa.exists().where(col(Delivery.alert_id) == col(Alert.id), IS_OWED),
            ~sa.exists().where(
                col(AlertProblem.policy_code) == col(Alert.policy_code),
                col(AlertProblem.group_key) == col(Alert.group_key),
            ),
        )
        .order_by(col(Alert.id))
        .limit(BATCH)
    )
    ids = list(uow.session.scalars(old))
    gone = sa.delete(Alert).where(col(Alert.id).in_(ids))
    return uow.session.connection().execute(gone).rowcount if ids else 0


def forget_links(uow: Uow) -> int:
    """Delete what is kept of links that are too old to be followed again; return how many."""
    old = sa.delete(AlertLinkUse).where(col(AlertLinkUse.used_at) < system_now() - MOST_LIFE)
    return uow.session.connection().execute(old).rowcount
