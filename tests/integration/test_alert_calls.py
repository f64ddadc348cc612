"""Whom the engine calls and whom not: what is kept, what was taken on untold, and how escalations are planned."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend.alerting import commands
from backend.clock import ManualClock
from backend.context import Context
from tests.support.alerting import COLOUR, LATE, add_channel, add_policy, alerts, becomes, settle, told, turns
from tests.support.events import make_location
from tests.support.open_alerts import step_rows


def test_what_is_over_while_it_is_kept_calls_nobody(ctx: Context, clock: ManualClock) -> None:
    place = make_location(ctx, "A")
    add_policy(ctx, "colour", COLOUR, wait_s=60, keep_s=600, repeat_s=60)
    add_channel(ctx, "desk")
    turns(ctx, "A", "at_risk", place)
    settle(ctx)
    turns(ctx, "A", "compliant", place)
    settle(ctx)
    clock.advance(timedelta(seconds=300))
    settle(ctx)
    assert told(ctx) == []
    turns(ctx, "A", "at_risk", place)
    settle(ctx)
    assert told(ctx) == [("alert.opened", "A is At Risk")]
    turns(ctx, "A", "compliant", place)
    settle(ctx)
    clock.advance(timedelta(seconds=300))
    settle(ctx)
    assert len(told(ctx)) == 1
    clock.advance(timedelta(seconds=300))
    settle(ctx)
    assert [type_ for type_, _ in told(ctx)] == ["alert.opened", "alert.resolved"]


def test_taken_on_before_it_was_told_and_then_worse_is_told(ctx: Context, clock: ManualClock) -> None:
    place = make_location(ctx, "A")
    add_policy(ctx, "colour", COLOUR, wait_s=60)
    add_channel(ctx, "desk")
    turns(ctx, "A", "at_risk", place)
    settle(ctx)
    with ctx.uow() as uow:
        commands.acknowledge(uow, 1)
    clock.advance(timedelta(seconds=90))
    settle(ctx)
    assert "alert.opened" not in [type_ for type_, _ in told(ctx)]
    turns(ctx, "A", "non_compliant", place)
    settle(ctx)
    assert told(ctx)[-1] == ("alert.opened", "A is Non-Compliant")
    turns(ctx, "A", "compliant", place)
    settle(ctx)
    assert told(ctx)[-1] == ("alert.resolved", "A is Non-Compliant")


def test_escalations_of_a_batch_are_planned_by_one_query(ctx: Context) -> None:
    add_policy(ctx, "late", LATE, escalate=[{"after_s": 600, "notify": ["desk"]}])
    add_channel(ctx, "desk")
    for shipment in range(20):
        becomes(ctx, shipment, "non_compliant", None)
    asked: list[str] = []

    def hear(*said: Any) -> None:
        asked.append(said[2])

    sa.event.listen(ctx.engine, "before_cursor_execute", hear)
    settle(ctx)
    sa.event.remove(ctx.engine, "before_cursor_execute", hear)
    assert len([one for one in asked if one.startswith("SELECT") and "FROM alert_step" in one]) == 1
    assert [len(step_rows(ctx, alert.id or 0)) for alert in alerts(ctx)] == [1] * 20
