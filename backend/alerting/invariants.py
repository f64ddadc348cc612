"""What must always be true of alerts, as SELECTs that find what is not (`backend/invariants.py` runs them)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from alerts.states import IS_DUE, IS_OPEN
from backend.persistence.bulk import table_of
from models.alerting import AlertStatus
from models.enums import DefinitionStatus
from models.tables import Alert, AlertPolicy, AlertProblem, AlertStep

_ALERT, _PROBLEM, _STEP = table_of(Alert), table_of(AlertProblem), table_of(AlertStep)
_POLICY = table_of(AlertPolicy)


def rules() -> Iterator[tuple[str, sa.Select[*tuple[Any, ...]]]]:
    """Yield each rule in words, with the rows that break it."""
    yield "What tells of an open alert is open itself", _told_by_what_is_over()
    yield "No step of an escalation is due for what is over", _steps_of_what_is_over()
    yield "A problem belongs to a policy that watches", _problems_of_nobody()


def _told_by_what_is_over() -> sa.Select[*tuple[Any, ...]]:
    parent = _ALERT.alias("parent")
    return (
        sa.select(_ALERT.c.id.label("alert"), parent.c.id.label("told_by"))
        .join(parent, parent.c.id == _ALERT.c.parent_id)
        .where(IS_OPEN, parent.c.status == AlertStatus.RESOLVED.value)
    )


def _steps_of_what_is_over() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(_ALERT.c.id.label("alert"), _STEP.c.number.label("step"))
        .join(_STEP, _STEP.c.alert_id == _ALERT.c.id)
        .where(_ALERT.c.status == AlertStatus.RESOLVED.value, IS_DUE)
    )


def _problems_of_nobody() -> sa.Select[*tuple[Any, ...]]:
    active = sa.and_(_POLICY.c.code == _PROBLEM.c.policy_code, _POLICY.c.status == DefinitionStatus.ACTIVE.value)
    return (
        sa.select(_PROBLEM.c.policy_code.label("policy"), _PROBLEM.c.subject)
        .outerjoin(_POLICY, active)
        .where(_POLICY.c.id.is_(None))
    )
