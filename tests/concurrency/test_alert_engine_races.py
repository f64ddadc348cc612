"""The engine beside people and beside itself: whoever comes second sees what the first did; nothing is told twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.alerting import commands
from backend.alerting.engine import work
from backend.context import Context
from backend.jobs.alerts import run
from tests.support.alerting import COLOUR, LATE, add_channel, add_policy, alerts, becomes, number, settle, told, turns
from tests.support.events import make_location
from tests.support.races import wait_for_a_blocked_session


@pytest.fixture
def place(ctx: Context) -> int:
    add_policy(ctx, "colour", COLOUR)
    add_channel(ctx, "desk")
    return make_location(ctx, "A")


def test_two_engines_at_once_tell_everything_once(ctx: Context) -> None:
    add_policy(ctx, "late", LATE)
    add_channel(ctx, "desk")
    for shipment in range(300):
        becomes(ctx, shipment, "non_compliant", None)
    number(ctx)
    barrier = threading.Barrier(4)

    def engine() -> None:
        barrier.wait()
        for _ in range(40):
            with ctx.uow() as uow:
                work(uow, limit=10)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(engine) for _ in range(4)]:
            done.result()
    run(ctx)
    assert len(alerts(ctx)) == 300
    assert sorted(title for _, title in told(ctx)) == sorted(f"Shipment {n} is late" for n in range(300))


def test_the_engine_waits_for_who_acknowledges_and_sees_it(ctx: Context, place: int) -> None:
    turns(ctx, "A", "at_risk", place)
    settle(ctx)
    turns(ctx, "A", "non_compliant", place)
    number(ctx)
    if ctx.engine.dialect.name == "sqlite":  # one writer at a time: there is nothing in between
        return
    with ThreadPoolExecutor(1) as pool:
        with ctx.uow() as uow:
            commands.acknowledge(uow, 1)
            engine = pool.submit(run, ctx)
            wait_for_a_blocked_session(ctx)
        engine.result()
    (alert,) = alerts(ctx)
    assert (alert.status, alert.severity) == ("acknowledged", "critical")
    assert [type_ for type_, _ in told(ctx)] == ["alert.opened", "alert.acknowledged", "alert.changed"]


def test_what_happens_while_somebody_resolves_opens_anew(ctx: Context, place: int) -> None:
    turns(ctx, "A", "at_risk", place)
    settle(ctx)
    turns(ctx, "A", "non_compliant", place)
    number(ctx)
    if ctx.engine.dialect.name == "sqlite":  # as above
        return
    with ThreadPoolExecutor(1) as pool:
        with ctx.uow() as uow:
            commands.resolve(uow, 1)
            engine = pool.submit(run, ctx)
            wait_for_a_blocked_session(ctx)
        engine.result()
    assert [alert.status for alert in alerts(ctx)] == ["resolved", "firing"]
    assert [type_ for type_, _ in told(ctx)] == ["alert.opened", "alert.resolved", "alert.opened"]


def test_who_resolves_waits_for_the_engine_and_finds_it_over(ctx: Context, place: int) -> None:
    turns(ctx, "A", "at_risk", place)
    settle(ctx)
    turns(ctx, "A", "compliant", place)
    number(ctx)
    if ctx.engine.dialect.name == "sqlite":  # as above
        return

    def resolve() -> None:
        with ctx.uow() as uow:
            commands.resolve(uow, 1)

    with ThreadPoolExecutor(1) as pool:
        with ctx.uow() as uow:
            work(uow)
            person = pool.submit(resolve)
            wait_for_a_blocked_session(ctx)
        person.result()
    assert [(alert.status, alert.resolved_by) for alert in alerts(ctx)] == [("resolved", None)]
    assert [type_ for type_, _ in told(ctx)] == ["alert.opened", "alert.resolved"]
