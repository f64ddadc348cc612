"""A wider alert tells of what is inside it: from when it begins, for as long as it is there and its policy says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.alerting import policies
from backend.clock import ManualClock
from backend.context import Context
from backend.jobs.escalation import run_steps
from models.events import EventType
from tests.support.alerting import COLOUR, LATE, add_channel, add_policy, alerts, becomes, settle, told, turns
from tests.support.events import make_location

ESCALATION = [{"after_s": 60, "notify": ["desk"]}]
#: Everything is down: nobody needs to hear of each location.
OUTAGE: dict[str, Any] = {
    "title": "Outage",
    "level": "network",
    "severity": "critical",
    "raise": [{"type": "channel.unhealthy"}],
    "clear": [{"type": "channel.recovered"}],
    "mutes": ["location"],
    "says": "Everything is down",
}


@pytest.fixture
def place(ctx: Context) -> int:
    add_policy(ctx, "colour", COLOUR, escalate=ESCALATION)
    add_channel(ctx, "desk")
    return make_location(ctx, "A")


def channel(ctx: Context, type_: EventType) -> None:
    with ctx.uow() as uow:
        uow.record(type_, subject="channel/x", data={"code": "x"})


def muted(ctx: Context, policy: str) -> list[str | None]:
    return [one.muted for one in alerts(ctx, policy=policy)]


def test_what_was_told_before_a_whole_network_alert_began_is_quiet_from_then_on(
    ctx: Context, clock: ManualClock, place: int
) -> None:
    add_policy(ctx, "outage", OUTAGE)
    turns(ctx, "A", "non_compliant", place)
    settle(ctx)
    channel(ctx, EventType.CHANNEL_UNHEALTHY)
    settle(ctx)
    assert muted(ctx, "colour") == ["inhibited"]
    clock.advance(timedelta(seconds=60))
    run_steps(ctx)
    assert [type_ for type_, _ in told(ctx)] == ["alert.opened", "alert.opened"]  # nobody is called next
    channel(ctx, EventType.CHANNEL_RECOVERED)
    settle(ctx)
    assert muted(ctx, "colour") == [None]
    clock.advance(timedelta(seconds=60))
    run_steps(ctx)
    assert told(ctx)[-1] == ("alert.escalated", "A is Non-Compliant")


def test_a_policy_that_mutes_no_more_lets_go_of_what_it_muted(ctx: Context, place: int) -> None:
    with ctx.uow() as uow:
        policies.put(uow, "colour", COLOUR)
    add_policy(ctx, "late", LATE)
    turns(ctx, "A", "non_compliant", place)
    settle(ctx)
    becomes(ctx, 1, "non_compliant", place)
    settle(ctx)
    assert muted(ctx, "late") == ["inhibited"]
    with ctx.uow() as uow:
        policies.put(uow, "colour", {**COLOUR, "mutes": []})
    settle(ctx)
    assert muted(ctx, "late") == [None]
    assert told(ctx)[-1] == ("alert.opened", "Shipment 1 is late")
    with ctx.uow() as uow:
        policies.put(uow, "colour", COLOUR)
    settle(ctx)
    assert muted(ctx, "late") == ["inhibited"]
