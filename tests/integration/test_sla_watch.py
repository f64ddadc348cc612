"""Locations that stall or fall silent, and those that move or are heard again: each told once, in turns."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col

from backend.clock import ManualClock
from backend.context import Context
from backend.jobs.sla import run_watch
from backend.sla import service
from backend.sla.facts import StepReached
from backend.sla.grading import Thresholds
from models.enums import Step
from models.tables import Event, Location
from tests.support.sla import add_location, open_shipment

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def told(ctx: Context) -> list[tuple[str, str]]:
    """Return which location was told to have stalled, moved, fallen silent or spoken, in order."""
    types = ("location.stalled", "location.moving", "location.stale", "location.fresh")
    query = sa.select(Event).where(col(Event.type).in_(types)).order_by(col(Event.id))
    with ctx.read() as uow:
        return [(row.type, row.data["location"]) for row in uow.session.scalars(query)]


def stalled(ctx: Context) -> list[str]:
    """Return which locations were told to have stalled, in order."""
    return [code for type_, code in told(ctx) if type_ == "location.stalled"]


def start(ctx: Context, code: str = "CHI", **more: object) -> tuple[int, int]:
    """Make a location with one shipment; return their ids."""
    with ctx.uow() as uow:
        service.ensure_defaults(uow)
        place = add_location(uow, code, **more)
        return place, open_shipment(uow, place)


def step(ctx: Context, shipment: int, reached: Step) -> None:
    with ctx.uow() as uow:
        service.reach_steps(uow, [StepReached(shipment, reached, uow.now)])


def test_a_location_stalls_and_moves_in_turns(ctx: Context, clock: ManualClock) -> None:
    _, shipment = start(ctx)
    clock.advance(59 * MINUTE)
    run_watch(ctx)
    assert told(ctx) == []
    clock.advance(MINUTE)
    for _ in range(3):
        run_watch(ctx)
    assert told(ctx) == [("location.stalled", "CHI")]
    step(ctx, shipment, Step.ACCEPTED)
    for _ in range(2):
        run_watch(ctx)
    assert told(ctx) == [("location.stalled", "CHI"), ("location.moving", "CHI")]
    with ctx.read() as uow:
        first = uow.session.scalars(sa.select(Event).where(col(Event.type) == "location.stalled")).one()
        assert first.data == {
            "location": "CHI",
            "name": "Store CHI",
            "since": "2026-11-27T15:00:00Z",
            "open": 1,
        }


def test_work_that_just_came_has_not_stalled(ctx: Context, clock: ManualClock) -> None:
    place, shipment = start(ctx)
    step(ctx, shipment, Step.SHIPPED)
    clock.advance(5 * HOUR)
    with ctx.uow() as uow:
        open_shipment(uow, place)
    run_watch(ctx)
    assert told(ctx) == []


def test_only_open_hours_count_and_a_group_has_its_own_limit(ctx: Context, clock: ManualClock) -> None:
    closed_soon = {"weekly": {day: [["09:00", "09:30"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}
    start(ctx, "DAY", hours=closed_soon)
    start(ctx, "SLOW", groups=("slow",))
    with ctx.uow() as uow:
        service.put_grading(uow, "slow", Thresholds(stalled_minutes=600))
    clock.advance(10 * HOUR - MINUTE)
    run_watch(ctx)
    assert stalled(ctx) == []
    clock.advance(MINUTE)
    run_watch(ctx)
    assert stalled(ctx) == ["SLOW"]
    clock.advance(14 * HOUR + 29 * MINUTE)  # the next morning: 59 open minutes in all
    run_watch(ctx)
    assert stalled(ctx) == ["SLOW"]
    clock.advance(24 * HOUR - 29 * MINUTE)
    run_watch(ctx)
    assert stalled(ctx) == ["SLOW", "DAY"]


def test_a_location_falls_silent_and_is_heard_again(ctx: Context, clock: ManualClock) -> None:
    place, shipment = start(ctx)
    clock.advance(HOUR + MINUTE)
    run_watch(ctx)
    run_watch(ctx)
    assert ("location.stale", "CHI") in told(ctx)
    step(ctx, shipment, Step.ACCEPTED)
    run_watch(ctx)
    run_watch(ctx)
    assert sorted(told(ctx)) == [
        ("location.fresh", "CHI"),
        ("location.moving", "CHI"),
        ("location.stale", "CHI"),
        ("location.stalled", "CHI"),
    ]
    with ctx.read() as uow:
        assert uow.session.get(Location, place) is not None
