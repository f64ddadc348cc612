"""Whoever touches several alerts and the engine, each holding what the other wants: one waits, nobody is refused."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from alerts.inbound import Asked, Told
from alerts.silences import Matcher
from backend.alerting import commands, silences
from backend.alerting.inbound import Result, take
from backend.alerting.silences import NewSilence
from backend.clock import ManualClock
from backend.context import Context
from backend.jobs.alerts import run
from backend.persistence.bulk import table_of
from models.tables import Alert
from tests.support.alerting import COLOUR, LATE, add_channel, add_policy, alerts, becomes, number, settle, told, turns
from tests.support.events import make_location
from tests.support.races import held, wait_for_a_blocked_session

ALERTS = table_of(Alert)
STORM = {"storm": {"more_than": 2, "within_s": 600, "by": "region"}, "wait_s": 1}


def between(ctx: Context, alert: int, act: Callable[[], object]) -> None:
    """Let the engine wait for an alert, act, then let the engine go on."""
    if ctx.engine.dialect.name == "sqlite":  # one writer at a time: there is nothing in between
        run(ctx)
        act()
        return
    with ThreadPoolExecutor(2) as pool:
        with held(ctx, ALERTS, alert):
            engine = pool.submit(run, ctx)
            wait_for_a_blocked_session(ctx)
            acting = pool.submit(act)
            wait_for_a_blocked_session(ctx, 2)
        engine.result()
        acting.result()


def look_again(ctx: Context, *ids: int) -> None:
    """Have the engine look at these alerts at its next turn."""
    with ctx.uow() as uow:
        uow.session.execute(sa.update(Alert).where(col(Alert.id).in_(ids)).values(check_at=uow.now))


def resolve(ctx: Context, alert: int) -> None:
    with ctx.uow() as uow:
        commands.resolve(uow, alert)


def by_tool(ctx: Context, alert: int) -> None:
    assert take(ctx, "desk", Told("m1", Asked.RESOLVE, alert=alert)) is Result.DONE


@pytest.mark.parametrize("ends", [resolve, by_tool])
def test_a_storm_is_ended_while_the_engine_works_on_what_it_tells_of(
    ctx: Context, clock: ManualClock, ends: Callable[[Context, int], None]
) -> None:
    places = {f"S{n}": make_location(ctx, f"S{n}", groups=("south",)) for n in range(5)}
    add_policy(ctx, "colour", COLOUR, **STORM)
    add_channel(ctx, "desk")
    for code, place in list(places.items())[:4]:
        turns(ctx, code, "at_risk", place)
    settle(ctx)
    turns(ctx, "S4", "at_risk", places["S4"])  # joins later: its id is behind its parent's
    clock.advance(timedelta(seconds=5))
    settle(ctx)
    (parent,) = [alert.id for alert in alerts(ctx) if alert.group_key == "storm:south"]
    (last,) = [alert.id for alert in alerts(ctx) if alert.labels.get("location") == "S4"]
    assert parent is not None
    assert last is not None
    assert parent < last
    look_again(ctx, parent)
    turns(ctx, "S4", "non_compliant", places["S4"])
    number(ctx)
    between(ctx, parent, lambda: ends(ctx, parent))
    settle(ctx)
    assert {alert.status for alert in alerts(ctx)} == {"resolved"}
    assert [type_ for type_, _ in told(ctx)][:2] == ["alert.opened", "alert.changed"]


def test_a_location_is_ended_while_the_engine_works_on_its_shipments(ctx: Context) -> None:
    place = make_location(ctx, "A", groups=("south",))
    add_policy(ctx, "colour", COLOUR)
    add_policy(ctx, "late", LATE)
    add_channel(ctx, "desk")
    becomes(ctx, 1, "non_compliant", place)
    settle(ctx)
    turns(ctx, "A", "non_compliant", place)
    settle(ctx)
    settle(ctx)
    rows = {alert.policy_code: alert for alert in alerts(ctx)}
    late, red = rows["late"].id, rows["colour"].id
    assert late is not None
    assert red is not None
    assert rows["late"].muted == "inhibited"
    look_again(ctx, late, red)
    assert late < red
    between(ctx, late, lambda: resolve(ctx, red))
    settle(ctx)
    assert [(alert.policy_code, alert.status, alert.muted) for alert in alerts(ctx, policy="late")] == [
        ("late", "firing", None)
    ]


def test_a_silence_is_made_while_the_engine_works_on_what_it_keeps_quiet(ctx: Context, clock: ManualClock) -> None:
    add_policy(ctx, "late", LATE)
    add_channel(ctx, "desk")
    for shipment in (1, 2):
        becomes(ctx, shipment, "non_compliant", None)
        settle(ctx)
    look_again(ctx, 1)  # its row lies behind the other's now
    look_again(ctx, 2)
    look_again(ctx, 1)

    def silence() -> None:
        with ctx.uow() as uow:
            until = uow.now + timedelta(hours=1)
            silences.make(uow, NewSilence((Matcher("policy", "late"),), "Works.", until))

    between(ctx, 1, silence)
    settle(ctx)
    assert [alert.muted for alert in alerts(ctx)] == ["silenced", "silenced"]
