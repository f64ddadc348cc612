"""`pickwatch check` finds what must never be of alerts: each rule is broken on purpose, and found."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from backend.context import Context
from backend.invariants import violations
from models.alerting import AlertStatus
from models.tables import Alert, AlertPolicy
from tests.support.alerting import COLOUR, LATE, add_channel, add_policy, becomes, settle, turns
from tests.support.events import make_location


@pytest.fixture
def alerted(ctx: Context) -> Context:
    place = make_location(ctx, "A")
    add_policy(ctx, "colour", COLOUR, escalate=[{"after_s": 600, "notify": ["desk"]}])
    add_policy(ctx, "late", LATE)
    add_channel(ctx, "desk")
    turns(ctx, "A", "non_compliant", place)
    becomes(ctx, 1, "non_compliant", place)
    settle(ctx)
    return ctx


def broken(ctx: Context) -> list[str]:
    with ctx.read() as uow:
        return [violation.rule for violation in violations(uow)]


def test_alerts_as_the_engine_leaves_them_break_no_rule(alerted: Context) -> None:
    assert broken(alerted) == []
    turns(alerted, "A", "compliant", 1)
    settle(alerted)
    assert broken(alerted) == []


def test_what_is_over_tells_of_nothing_and_calls_nobody(alerted: Context) -> None:
    with alerted.uow() as uow:
        uow.session.execute(sa.update(Alert).where(sa.column("id") == 1).values(status=AlertStatus.RESOLVED.value))
    assert broken(alerted) == [
        "What tells of an open alert is open itself",
        "No step of an escalation is due for what is over",
    ]


def test_problems_of_a_policy_that_is_gone_are_found(alerted: Context) -> None:
    with alerted.uow() as uow:
        uow.session.execute(sa.update(AlertPolicy).where(sa.column("code") == "late").values(status="retired"))
    assert broken(alerted) == ["A problem belongs to a policy that watches"]
