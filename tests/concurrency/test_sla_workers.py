"""Several workers and commands at once: nothing is told twice, nothing is lost, nobody deadlocks."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from backend.clock import ManualClock
from backend.context import Context
from backend.jobs.sla import run_tick
from backend.sla import repair, service
from backend.sla.facts import StepReached
from backend.sla.tick import tick
from models.enums import Step
from tests.support.sla import SHIP_100, add_location, clocks, events, health, numbers, open_shipment

MINUTE = timedelta(minutes=1)


def _together(*work: Callable[[], object]) -> None:
    start = threading.Barrier(len(work))

    def run(one: Callable[[], object]) -> None:
        start.wait()
        one()

    with ThreadPoolExecutor(len(work)) as pool:
        for done in [pool.submit(run, one) for one in work]:
            done.result(timeout=60)


def _network(ctx: Context, *, places: int, shipments: int) -> tuple[list[int], list[int]]:
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        locations = [add_location(uow, f"L{i}") for i in range(places)]
        return locations, [open_shipment(uow, locations[i % places]) for i in range(shipments)]


def test_ticks_at_once_never_tell_a_change_twice(ctx: Context, clock: ManualClock) -> None:
    places, shipments = _network(ctx, places=3, shipments=40)
    clock.advance(2 * 60 * MINUTE)

    def one() -> None:
        for _ in range(12):
            with ctx.uow() as uow:
                tick(uow, now=uow.now, limit=7)

    _together(one, one, one)
    run_tick(ctx)
    told = Counter((e.data["shipment"], e.data["to"]) for e in events(ctx, "sla.shipment.changed"))
    assert told == Counter({(id_, to): 1 for id_ in shipments for to in ("at_risk", "non_compliant")})
    assert sum(health(ctx, place).non_compliant for place in places) == 40
    coloured = Counter((e.data["location"], e.data["to"]) for e in events(ctx, "sla.location.changed"))
    assert set(coloured.values()) == {1}


def test_shipping_and_ticking_at_once_keep_the_counts(ctx: Context, clock: ManualClock) -> None:
    places, shipments = _network(ctx, places=4, shipments=40)
    clock.advance(100 * MINUTE)

    def ship(mine: list[int]) -> None:
        for id_ in mine:
            with ctx.uow() as uow:
                service.reach_steps(uow, [StepReached(id_, Step.SHIPPED, uow.now)])

    def ticking() -> None:
        for _ in range(10):
            with ctx.uow() as uow:
                tick(uow, now=uow.now, limit=9)

    _together(lambda: ship(shipments[::2]), lambda: ship(shipments[1::4]), ticking)
    run_tick(ctx)
    with ctx.read() as uow:
        assert list(repair.suspects(uow)) == []
    states = Counter(clocks(ctx, id_)[0].state for id_ in shipments)
    assert states == Counter(missed=30, running=10)
    assert [sum(column) for column in zip(*(numbers(health(ctx, p)) for p in places), strict=True)] == [0, 0, 10, 0, 30]


def test_batches_that_touch_the_same_locations_in_other_orders_do_not_deadlock(ctx: Context) -> None:
    _, shipments = _network(ctx, places=5, shipments=40)

    def ship(mine: list[int]) -> None:
        with ctx.uow() as uow:
            for id_ in mine:  # one call each: the locations come in any order within one transaction
                service.reach_steps(uow, [StepReached(id_, Step.SHIPPED, uow.now)])

    _together(lambda: ship(shipments[:20]), lambda: ship(shipments[:19:-1]))
    with ctx.read() as uow:
        assert list(repair.suspects(uow)) == []
    assert {clocks(ctx, id_)[0].state for id_ in shipments} == {"met"}
