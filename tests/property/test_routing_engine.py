"""The engine on any small network: deterministic, blind to listing order, conserving units, never over a limit.

Fewest shipments by line is compared with every possible choice of locations.
"""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.routing.document import parse_strategy
from backend.routing.engine import route, route_all
from backend.routing.explain import explain, why_not
from backend.routing.facts import Assignment, Limit, LineFacts, Load, Network, OrderFacts, Place
from backend.routing.reading import only_places, places_named
from models.enums import Method
from tests.support.routing import Shelf

PRODUCTS = (1, 2, 3)

limits = st.none() | st.builds(
    Limit,
    orders=st.none() | st.integers(0, 3),
    items=st.none() | st.integers(0, 12),
    money_minor=st.none() | st.integers(0, 2_000),
)


@st.composite
def some_place(draw: st.DrawFn, id_: int) -> Place:
    at = draw(st.none() | st.tuples(st.integers(-3, 3), st.integers(-3, 3)))
    return Place(
        id_,
        f"L{id_:02}",
        frozenset(draw(st.sets(st.sampled_from([Method.SHIP, Method.PICKUP]), min_size=1))),
        kind=draw(st.sampled_from(["store", "warehouse"])),
        groups=frozenset(draw(st.sets(st.sampled_from(["east", "west"])))),
        closed=draw(st.integers(0, 5)) == 0,
        latitude=None if at is None else float(at[0]),
        longitude=None if at is None else float(at[1]),
        limit=draw(limits),
        load=Load(
            orders=draw(st.integers(0, 2)), items=draw(st.integers(0, 6)), open_shipments=draw(st.integers(0, 3))
        ),
        work_minutes_left={Method.SHIP: draw(st.sampled_from([None, -5.0, 60.0]))},
    )


networks = st.integers(0, 6).flatmap(lambda size: st.tuples(*(some_place(id_) for id_ in range(1, size + 1))))
stocks = st.dictionaries(
    st.sampled_from(PRODUCTS), st.dictionaries(st.integers(1, 6), st.integers(1, 5), max_size=6), max_size=3
)
blocks = st.frozensets(st.tuples(st.integers(1, 6), st.sampled_from(PRODUCTS)), max_size=3)


@st.composite
def some_order(draw: st.DrawFn) -> OrderFacts:
    asked = draw(st.lists(st.tuples(st.sampled_from(PRODUCTS), st.integers(1, 6)), min_size=1, max_size=4))
    lines = tuple(
        LineFacts(100 + number, product, f"SKU-{product}", units, unit_price_minor=draw(st.sampled_from([0, 100])))
        for number, (product, units) in enumerate(asked)
    )
    return OrderFacts(
        draw(st.sampled_from(["A", "B"])),
        "web",
        draw(st.sampled_from([Method.SHIP, Method.SHIP, Method.PICKUP])),
        lines,
        latitude=draw(st.none() | st.just(0.0)),
        longitude=0.0,
        given=draw(st.sampled_from([None, None, None, "L01", "L99"])),
        refused_by=draw(st.frozensets(st.integers(1, 6), max_size=2)),
        attempt=draw(st.integers(1, 4)),
        splits=draw(st.integers(0, 2)),
    )


filters = st.sampled_from(
    [
        {"field": "location.kind", "op": "equal", "value": "store"},
        {"field": "location.distance_km", "op": "less", "value": 200},
        {"field": "location.load.open_shipments", "op": "less", "value": 3},
        {"field": "inventory.available", "op": "greater", "value": 1},
        {"not": {"field": "item.sku", "op": "equal", "value": "SKU-2"}},
        {"field": "order.units", "op": "less", "value": 9},
        {"field": "location.attributes.none", "op": "greater", "value": 1},
    ]
)
sorts = st.sampled_from(
    [
        {"by": "distance"},
        {"by": "stock", "descending": True},
        {"by": "load"},
        {"by": "random", "seed": 7},
        {"by": "cost"},
        {"by": "attribute", "field": "location.load.used_percent"},
    ]
)


@st.composite
def scenario(draw: st.DrawFn, number: int, last: bool) -> dict[str, Any]:
    ends = ["unassigned", "backorder", "customer_care", "cancel", *([] if last else ["next"])]
    after = draw(st.sampled_from(["split_by_line", "split_by_quantity", *ends]))
    made = {"name": f"S{number}", "filters": draw(st.lists(filters, max_size=2)), "when_partial": after}
    made["sorts"] = draw(st.lists(sorts, max_size=2))
    made["when_none"] = draw(st.sampled_from(ends))
    if after.startswith("split"):
        made |= {"only_complete": draw(st.booleans()), "rest": draw(st.sampled_from([*ends, "restart"]))}
    if draw(st.booleans()):
        made["groups"] = ["west", "east"]
    return made


@st.composite
def some_strategy(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(st.integers(1, 3))
    return {
        "title": "Any",
        "limits": {
            "splits_per_order": draw(st.integers(1, 3)),
            "splits_per_line": draw(st.integers(1, 3)),
            "attempts": 3,
        },
        "routes": [
            {
                "name": "R",
                "prefer_whole": draw(st.booleans()),
                "candidates": draw(st.sampled_from(["fewest_shipments", "as_sorted"])),
                "scenarios": [draw(scenario(number, number == count - 1)) for number in range(count)],
            }
        ],
    }


def make(places: tuple[Place, ...], units: dict[int, dict[int, int]], blocked: frozenset[tuple[int, int]]) -> Network:
    return Network({p.location_id: p for p in places}, {p.code: p for p in places}, Shelf(units), blocked)


def shuffled(units: dict[int, dict[int, int]], chance: random.Random) -> dict[int, dict[int, int]]:
    return {
        product: dict(chance.sample(list(places.items()), len(places)))
        for product, places in chance.sample(list(units.items()), len(units))
    }


@given(places=networks, units=stocks, blocked=blocks, order=some_order(), document=some_strategy(), seed=st.integers())
@settings(max_examples=120, deadline=None)
def test_listing_order_and_history_never_matter(
    places: tuple[Place, ...],
    units: dict[int, dict[int, int]],
    blocked: frozenset[tuple[int, int]],
    order: OrderFacts,
    document: dict[str, Any],
    seed: int,
) -> None:
    chance = random.Random(seed)
    first = route(order, make(places, units, blocked), parse_strategy(document))
    mixed = make(tuple(chance.sample(places, len(places))), shuffled(units, chance), blocked)
    strategy = parse_strategy(document)
    other = OrderFacts("Z", "web", order.method, (LineFacts(1, 1, "SKU-1", 1),))
    route(other, mixed, strategy)  # what is remembered of another order must not show
    second = route(order, mixed, strategy)
    assert first == second
    assert json.dumps(first.trace) == json.dumps(second.trace)


UNMET = ("none of what the order needs", "is for L01 alone", "is for L99 alone", "No location was looked at")


@given(places=networks, units=stocks, blocked=blocks, order=some_order(), document=some_strategy())
@settings(max_examples=150, deadline=None)
def test_every_trace_can_be_read_and_told_to_somebody_who_sees_less(
    places: tuple[Place, ...],
    units: dict[int, dict[int, int]],
    blocked: frozenset[tuple[int, int]],
    order: OrderFacts,
    document: dict[str, Any],
) -> None:
    decision = route(order, make(places, units, blocked), parse_strategy(document))
    trace = json.loads(json.dumps(decision.trace))
    chosen = {one.place.location_id for one in decision.assignments}
    assert explain(trace, {}).text
    for id_ in range(1, 8):
        said = why_not(trace, id_, {})
        assert said.text.startswith("Why location" if id_ in chosen else "Why not")
        assert (id_ in places_named(trace)) is (id_ in chosen or not any(word in said.under[0].text for word in UNMET))
        assert places_named(only_places(trace, {id_})) <= chosen | {id_}
        alone = why_not(only_places(trace, {id_}), id_, {})
        assert alone.text == said.text
        assert alone.under == said.under or id_ in chosen


def book(one: Assignment, order: OrderFacts, load: Counter[str], blocked: frozenset[tuple[int, int]]) -> None:
    """Assert that a place may take what it is given, and count it."""
    place, lines = one.place, {line.line_id: line for line in order.lines}
    assert order.method in place.methods
    assert not place.closed
    assert place.location_id not in order.refused_by
    assert order.given in (None, place.code)
    assert (place.work_minutes_left.get(order.method) or 0) >= 0
    limit = place.limit or Limit()
    assert limit.orders is None or load["orders"] < limit.orders
    load["orders"] += 1
    for line_id, number in one.units:
        assert number > 0
        assert (place.location_id, lines[line_id].product_id) not in blocked
        load["items"] += number
        load["money"] += number * lines[line_id].unit_price_minor
    assert limit.items is None or load["items"] <= limit.items
    assert limit.money_minor is None or load["money"] <= limit.money_minor


@given(
    places=networks, units=stocks, blocked=blocks, orders=st.lists(some_order(), max_size=6), document=some_strategy()
)
@settings(max_examples=120, deadline=None)
def test_units_are_conserved_and_nothing_goes_where_it_may_not(
    places: tuple[Place, ...],
    units: dict[int, dict[int, int]],
    blocked: frozenset[tuple[int, int]],
    orders: list[OrderFacts],
    document: dict[str, Any],
) -> None:
    strategy = parse_strategy(document)
    loads = {p.location_id: Counter(orders=p.load.orders, items=p.load.items, money=p.load.money_minor) for p in places}
    decisions = route_all(orders, make(places, units, blocked), strategy)  # the shelf never gives more than it has
    for order, decision in zip(orders, decisions, strict=True):
        told: Counter[int] = Counter()
        assert len(decision.assignments) <= max(0, strategy.limits.splits_per_order - order.splits)
        assert len({one.place.location_id for one in decision.assignments}) == len(decision.assignments)
        for one in decision.assignments:
            book(one, order, loads[one.place.location_id], blocked)
            told.update(dict(one.units))
        sharing = Counter(line_id for one in decision.assignments for line_id, _ in one.units)
        assert max(sharing.values(), default=0) <= strategy.limits.splits_per_line
        for left in decision.leftovers:
            assert left.units > 0
            assert left.reason
            told[left.line_id] += left.units
        assert told == Counter({line.line_id: line.quantity for line in order.lines})


@given(
    held=st.lists(st.sets(st.integers(0, 3), max_size=4), min_size=1, max_size=7),
    lines=st.integers(1, 4),
    most=st.integers(1, 4),
)
@settings(max_examples=120, deadline=None)
def test_a_split_by_line_takes_the_fewest_shipments_there_can_be(held: list[set[int]], lines: int, most: int) -> None:
    places = tuple(
        Place(id_, f"L{id_}", frozenset({Method.SHIP}), latitude=0.0, longitude=float(id_))
        for id_ in range(1, len(held) + 1)
    )
    units = {n: {id_: 1 for id_, some in enumerate(held, 1) if n in some} for n in range(lines)}
    order = OrderFacts("A", "web", Method.SHIP, tuple(LineFacts(n, n, f"S{n}", 1) for n in range(lines)))
    document = {
        "title": "T",
        "limits": {"splits_per_order": most},
        "routes": [{"name": "R", "scenarios": [{"name": "S", "when_partial": "split_by_line"}]}],
    }
    decision = route(order, make(places, units, frozenset()), parse_strategy(document))
    wanted = set(range(lines))
    choices = [
        (-len(wanted & set().union(*(held[n] for n in chosen))), len(chosen))
        for size in range(min(most, len(held)) + 1)
        for chosen in itertools.combinations(range(len(held)), size)
    ]
    covered = sum(len(one.units) for one in decision.assignments)
    assert (-covered, len(decision.assignments)) == min(choices)
