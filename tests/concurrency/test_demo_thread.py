"""The thread that keeps the demo network alive: it goes on after a bad moment, stops when asked, and is only there for
the demo."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from backend.clock import ManualClock
from backend.context import Context
from backend.locations.rules import LocationInput
from backend.locations.service import put_locations
from backend.persistence.uow import Uow
from backend.simulation import facts
from backend.simulation.demo import service
from backend.simulation.demo.ensure import ensure_demo
from backend.simulation.demo.service import DemoSimulator
from backend.simulation.demo.simulator import Simulator
from models.enums import LocationKind, Method
from tests.support.ports import eventually

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make no test wait for the pace of a person who watches."""
    monkeypatch.setattr("backend.simulation.demo.warmup.LIVED", timedelta(0))
    monkeypatch.setattr(service, "_STEP_SECONDS", 0.01)
    monkeypatch.setattr(service, "_PAUSE_SECONDS", 0.01)


@pytest.fixture
def demo(ctx: Context) -> Iterator[DemoSimulator]:
    """Yield the stopped service on a database that holds the demo network."""
    ensure_demo(ctx)
    simulator = DemoSimulator(ctx)
    yield simulator
    simulator.stop()


def alive() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "demo"]


def reached(ctx: Context) -> datetime:
    with ctx.read() as uow:
        return datetime.fromisoformat(facts.read(uow, facts.DEMO)["reached"])


def test_it_follows_the_clock_until_it_is_stopped(ctx: Context, clock: ManualClock, demo: DemoSimulator) -> None:
    demo.start()
    for _ in range(3):
        now = clock.advance(timedelta(seconds=20))
        eventually(lambda now=now: reached(ctx) >= now, what="the demo to reach the clock")
    demo.stop()
    assert alive() == []
    stood = reached(ctx)
    later = clock.advance(timedelta(seconds=20))
    assert reached(ctx) == stood < later
    demo.start()
    eventually(lambda: reached(ctx) >= later, what="the demo to go on after a second start")


def test_a_bad_moment_is_logged_and_survived(
    ctx: Context,
    clock: ManualClock,
    demo: DemoSimulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    whole = Simulator.step
    crashes = iter([RuntimeError("one"), RuntimeError("two")])

    def step(self: Simulator, start: datetime, end: datetime, *, scale: float = 1.0) -> None:
        for crash in crashes:
            raise crash
        whole(self, start, end, scale=scale)

    monkeypatch.setattr(Simulator, "step", step)
    with caplog.at_level(logging.ERROR):
        demo.start()
        now = clock.advance(timedelta(seconds=20))
        eventually(lambda: reached(ctx) >= now, what="the demo to go on")
    assert sum("stumbled" in record.message for record in caplog.records) == 2
    assert next(crashes, None) is None


def test_two_processes_do_not_both_live_it(ctx: Context, demo: DemoSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, lived = threading.Event(), []
    ask = service.hold_lease

    def hold_lease(uow: Uow, job: str, *, seconds: float) -> bool:
        held = ask(uow, job, seconds=seconds)
        asked.set()
        return held

    monkeypatch.setattr(service, "hold_lease", hold_lease)
    monkeypatch.setattr("backend.simulation.demo.warmup.catch_up", lambda *_, now, **__: lived.append(now) or now)
    with ctx.uow() as uow:
        assert ask(uow, "demo network", seconds=3600)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("backend.persistence.claims.OWNER", "another process")
        demo.start()
        assert asked.wait(60)
        demo.stop()
    assert lived == []
    asked.clear()
    demo.start()  # whose lease it is
    assert asked.wait(60)
    demo.stop()
    assert lived


def test_another_network_is_left_alone(ctx: Context) -> None:
    with ctx.uow() as uow:
        put_locations(uow, [LocationInput("ATL", "Atlanta", LocationKind.STORE, "America/New_York", (Method.PICKUP,))])
    simulator = DemoSimulator(ctx)
    simulator.start()
    assert alive() == []
    simulator.stop()
