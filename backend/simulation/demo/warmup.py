"""Bring the demo network up to now: seed it once, then live through the last hours at full speed.

The same simulator does it through the same services, on a clock that is moved in strides, so every row carries its true
time, clocks run out when they should, and the charts have a past. After a longer pause only the last hours are lived
through; what was open before is finished first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from backend.catalog.service import put_products
from backend.context import Context
from backend.inventory.service import count
from backend.jobs import waves
from backend.locations.service import put_locations
from backend.persistence.uow import Uow
from backend.simulation import facts
from backend.simulation.definitions import only_definitions
from backend.simulation.demo import floor, forks, rarities
from backend.simulation.demo.network import demo_sites, location_inputs, product_inputs, stock_counts
from backend.simulation.demo.promises import COLOURS, PROMISES
from backend.simulation.demo.simulator import Simulator
from backend.simulation.past import at_instant, tick_until
from backend.sla import samples
from backend.sla.service import put_grading

#: How much of the past is lived through at the most.
LIVED = timedelta(hours=2, minutes=20)
_STRIDE = timedelta(seconds=150)
#: A share of the orders is enough to colour the map, and is there sooner.
_SCALE = 0.45
_COUNTS = 1000
#: Waves are planned in the last part of it: enough for a board.
_WAVES = timedelta(minutes=45)

Show = Callable[[float], None]


def seed_network(uow: Uow, seed: int, *, now: datetime) -> None:
    """Put the whole demo network into an empty database."""
    sites = demo_sites(seed)
    put_locations(uow, location_inputs(sites, year=now.year))
    put_products(uow, product_inputs())
    stock = stock_counts(sites, seed)
    for start in range(0, len(stock), _COUNTS):
        count(uow, stock[start : start + _COUNTS])
    rarities.seed_stock(uow, sites, now=now)
    rarities.seed_strategy(uow)
    forks.seed_workflow(uow)
    floor.seed_floor(uow, sites, seed)
    only_definitions(uow, PROMISES)
    put_grading(uow, "", COLOURS)
    facts.update(uow, facts.NETWORK, {"kind": "demo", "seed": seed})


def catch_up(ctx: Context, simulator: Simulator, *, now: datetime, show: Show) -> datetime:
    """Live through what is missing until `now`; return `now`. `show` hears the share done, 0 to 1."""
    with ctx.read() as uow:
        stored = facts.read(uow, facts.DEMO).get("reached")
    begin = now - LIVED
    reached = datetime.fromisoformat(stored) if stored else begin
    past, clock = at_instant(ctx, reached)
    simulator.use(past)
    simulator.recall(reached)
    if reached < begin:
        clock.set(begin)
        simulator.finish_old(begin)
        tick_until(past, begin)
        reached = begin
    whole = (now - reached).total_seconds()
    while reached < now:
        end = min(now, reached + _STRIDE)
        clock.set(end)
        simulator.step(reached, end, scale=_SCALE)
        tick_until(past, end)
        if now - end < _WAVES:
            waves.run(past)
        with past.uow() as uow:
            samples.sample_network(uow)
            samples.sample_locations(uow)
        reached = end
        show(1 - (now - reached).total_seconds() / whole)
    simulator.use(ctx)
    return now
