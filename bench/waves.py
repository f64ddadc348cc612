"""10,000 open shipments of one location into waves: bins of an item or two, few products often, most rarely."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from backend.waves.facts import PickLine, PickTask, Plan, WaveLimits
from backend.waves.planner import plan_waves
from bench import waves_loading
from bench.harness import Figure, measure
from models.enums import WaveKey

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SHIPMENTS = 10_000
PRODUCTS = 2_000

LIMITS = {
    "40 shipments": WaveLimits(),
    "carts of 12, by carrier, single lines apart": WaveLimits(
        max_shipments=50, carts=4, slots_per_cart=12, group_by=frozenset({WaveKey.CARRIER, WaveKey.LINES})
    ),
}


def run() -> Iterator[Figure]:
    """Yield how long a plan takes, and what its waves yield per stop beside waves by due time alone."""
    tasks, supply = location()
    for name, limits in LIMITS.items():
        planned = partial(plan_waves, tasks, limits, now=NOW, supply=supply)
        yield measure(f"{SHIPMENTS:,} shipments, {name}", planned, repeat=3, warm_up=1, target=2_000)
        yield Figure(f"units per stop, {name}", [_units_per_stop([planned()])], unit="units")
    by_time = sorted(tasks, key=lambda task: (task.deadline_at or NOW, task.task_id))
    size = WaveLimits().max_shipments
    parts = [by_time[at : at + size] for at in range(0, SHIPMENTS, size)]
    alone = [plan_waves(part, WaveLimits(), now=NOW, supply=supply) for part in parts]
    yield Figure(f"units per stop, {size} shipments by due time alone", [_units_per_stop(alone)], unit="units")

    yield from waves_loading.run(tasks, supply)


def _units_per_stop(plans: list[Plan]) -> float:
    waves = [wave for plan in plans for wave in plan.waves]
    return sum(wave.units for wave in waves) / sum(len(wave.stops) for wave in waves)


def location(seed: int = 1) -> tuple[list[PickTask], dict[str, dict[int, int]]]:
    """Return shipments and what lies where: 20 aisles of 40 bays of 3 levels, every product in one bin or two."""
    dice = random.Random(seed)
    stops = [f"{aisle:02}-{bay:02}-{level}" for aisle in range(20) for bay in range(40) for level in (1, 2, 3)]
    supply: dict[str, dict[int, int]] = {stop: {} for stop in stops}
    for product in range(PRODUCTS):
        for stop in dice.sample(stops, dice.choice([1, 1, 2])):
            supply[stop][product] = SHIPMENTS
    share = [1 / (rank + 5) for rank in range(PRODUCTS)]
    return [_shipment(number, dice, share) for number in range(SHIPMENTS)], supply


def _shipment(number: int, dice: random.Random, share: list[float]) -> PickTask:
    products = dict.fromkeys(dice.choices(range(PRODUCTS), share, k=dice.choice([1, 1, 1, 2, 2, 3, 5])))
    return PickTask(
        number,
        tuple(PickLine(product, dice.choice([1, 1, 1, 2])) for product in products),
        due_at=NOW + timedelta(minutes=dice.randrange(-60, 3_000)),
        placed_at=NOW - timedelta(minutes=dice.randrange(600)),
        carrier=dice.choice(["UPS", "DHL", "FedEx"]),
    )
