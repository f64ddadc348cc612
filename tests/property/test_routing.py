"""Routing is a function: the order in which the network is listed never matters, and no unit is promised twice."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.routing.rules import OrderFacts, Place, route, route_all
from models.enums import Method

degrees = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
places = st.lists(
    st.builds(
        lambda id_, methods, closed, at: Place(id_, f"L{id_:02}", frozenset(methods), closed, *(at or (None, None))),
        st.integers(1, 20),
        st.sets(st.sampled_from([Method.SHIP, Method.PICKUP])),
        st.booleans(),
        st.none() | degrees,
    ),
    unique_by=lambda place: place.location_id,
    max_size=8,
)
orders = st.builds(
    lambda method, needs, at: OrderFacts(method, needs, None, *(at or (None, None))),
    st.sampled_from([Method.SHIP, Method.PICKUP]),
    st.dictionaries(st.integers(1, 3), st.integers(1, 3), min_size=1),
    st.none() | degrees,
)
stock = st.dictionaries(st.tuples(st.integers(1, 20), st.integers(1, 3)), st.integers(0, 6))


@given(order=orders, network=places, available=stock, seed=st.integers())
@settings(max_examples=150, deadline=None)
def test_the_listing_order_never_matters(
    order: OrderFacts, network: list[Place], available: dict[tuple[int, int], int], seed: int
) -> None:
    shuffled = network[:]
    random.Random(seed).shuffle(shuffled)
    first = route(order, {place.code: place for place in network}, available)
    assert first == route(order, {place.code: place for place in shuffled}, available)


@given(wanted=st.lists(orders, max_size=10), network=places, available=stock)
@settings(max_examples=150, deadline=None)
def test_no_unit_is_promised_twice_and_only_fitting_places_are_chosen(
    wanted: list[OrderFacts], network: list[Place], available: dict[tuple[int, int], int]
) -> None:
    left = dict(available)
    decisions = route_all(wanted, {place.code: place for place in network}, available)
    for order, decision in zip(wanted, decisions, strict=True):
        if decision.place is None:
            continue
        assert order.method in decision.place.methods
        assert not decision.place.closed
        for product, units in order.needs.items():
            left[decision.place.location_id, product] -= units
    assert all(units >= 0 for units in left.values())
