"""Routing decisions alone, with their traces: how many a second on one core, and what they cost on a larger network.

200 locations hold each of 1,000 SKUs; orders have one to three lines. The same orders are then routed on 5,000
locations of which the same 200 hold the stock, and on 5,000 where each SKU lies at 200 of its own, so that many are
split. Time is this process's own, so that other work on the machine does not count; traces are made, not serialised.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from backend.routing.defaults import default_strategy
from backend.routing.document import parse_strategy
from backend.routing.engine import route, route_all
from backend.routing.facts import Decision, Limit, LineFacts, Network, OrderFacts, Place
from bench.harness import Figure
from models.enums import Method

SKUS, HOLDERS = 1_000, 200
ORDERS = 400
ROUNDS, WARM_UP = 9, 2
PER_SECOND = 3_000


#: Filters on the location, on what it was given, on the distance and on the stock; ranked by load, then distance.
DEMANDING = {
    "title": "Demanding",
    "routes": [
        {
            "name": "All",
            "scenarios": [
                {
                    "name": "Near and free",
                    "filters": [
                        {"field": "location.kind", "op": "in", "value": ["store", "warehouse"]},
                        {"not": {"field": "location.load.used_percent", "op": "greater", "value": 90}},
                        {"field": "location.distance_km", "op": "less", "value": 4_000},
                        {"field": "inventory.available", "op": "greater", "value": 1},
                    ],
                    "sorts": [{"by": "load"}, {"by": "distance"}],
                    "when_partial": "split_by_quantity",
                }
            ],
        }
    ],
}


class Shelf:
    """Stock in memory."""

    def __init__(self, units: dict[int, dict[int, int]]) -> None:
        self.units = units

    def holders(self, product_id: int, order: OrderFacts) -> Mapping[int, int]:
        """Return units by location."""
        return self.units.get(product_id, {})

    def take(self, location_id: int, product_id: int, units: int, order: OrderFacts) -> None:
        """Take units away."""
        places = self.units[product_id]
        places[location_id] -= units
        if not places[location_id]:
            del places[location_id]


def run() -> Iterator[Figure]:
    """Measure decisions on both networks, on scattered stock, and in batches that take what they assign."""
    orders = _orders(random.Random(3))
    strategy = default_strategy()
    small = _network(HOLDERS, _everywhere)
    one = _measure(
        f"{HOLDERS} locations × {SKUS:,} SKUs, each order", lambda: [route(o, small, strategy) for o in orders]
    )
    decisions = [route(order, small, strategy) for order in orders]
    yield replace(
        one, target=round(1_000 / PER_SECOND, 2), note=f"{_per_second(one)}, trace {_trace_kb(decisions):.1f} KB"
    )
    large = _network(5_000, _everywhere)
    big = _measure("5,000 locations, the same 200 hold it", lambda: [route(o, large, strategy) for o in orders])
    ratio = big.median / one.median
    yield replace(big, target=round(2 * one.median, 2), ratios={"× at 200": ratio}, note=_per_second(big))
    scattered = _network(5_000, _scattered)
    far = _measure(
        "5,000 locations, each SKU at 200 of its own", lambda: [route(o, scattered, strategy) for o in orders]
    )
    splits = sum(len(route(order, scattered, strategy).assignments) > 1 for order in orders)
    yield replace(
        far, note=f"{_per_second(far)}, {splits / len(orders):.0%} split, {2 * HOLDERS:,} holders of two SKUs"
    )
    demanding, limited = parse_strategy(DEMANDING), _network(HOLDERS, _everywhere, limit=Limit(orders=500, items=9_000))
    asked = _measure("200 locations, limits and four filters", lambda: [route(o, limited, demanding) for o in orders])
    yield replace(asked, note=_per_second(asked))
    batch = _measure("a batch that takes what it assigns", lambda: route_all(orders, small, strategy))
    yield replace(batch, note=_per_second(batch))


def _measure(name: str, decide: Callable[[], object]) -> Figure:
    """Return milliseconds of this process per decision."""
    values = []
    for round_ in range(WARM_UP + ROUNDS):
        started = time.process_time()
        decide()
        if round_ >= WARM_UP:
            values.append((time.process_time() - started) * 1_000 / ORDERS)
    return Figure(name, values)


def _per_second(figure: Figure) -> str:
    return f"{1_000 / figure.median:,.0f} decisions/s"


def _trace_kb(decisions: Sequence[Decision]) -> float:
    return sum(len(json.dumps(one.trace, separators=(",", ":"))) for one in decisions) / len(decisions) / 1_024


def _everywhere(product: int, size: int) -> dict[int, int]:
    chance = random.Random(product)
    return {id_: chance.randint(1, 60) for id_ in range(1, HOLDERS + 1)}


def _scattered(product: int, size: int) -> dict[int, int]:
    chance = random.Random(product)
    return {id_: chance.randint(1, 60) for id_ in chance.sample(range(1, size + 1), HOLDERS)}


def _network(size: int, stock: Callable[[int, int], dict[int, int]], *, limit: Limit | None = None) -> Network:
    chance = random.Random(1)
    places = {}
    for id_ in range(1, size + 1):
        at = {"latitude": chance.uniform(25, 48), "longitude": chance.uniform(-122, -70)}
        places[id_] = Place(id_, f"L{id_:04}", frozenset({Method.SHIP}), limit=limit, **at)
    units = {product: stock(product, size) for product in range(1, SKUS + 1)}
    return Network(places, {place.code: place for place in places.values()}, Shelf(units))


def _orders(chance: random.Random) -> list[OrderFacts]:
    orders = []
    for number in range(ORDERS):
        products = chance.sample(range(1, SKUS + 1), chance.randint(1, 3))
        lines = tuple(
            LineFacts(n, product, f"SKU-{product}", chance.randint(1, 5)) for n, product in enumerate(products)
        )
        at = {"latitude": chance.uniform(25, 48), "longitude": chance.uniform(-122, -70)}
        orders.append(OrderFacts(f"O-{number}", "web", Method.SHIP, lines, **at))
    return orders
