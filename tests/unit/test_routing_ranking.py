"""Sorts, groups, after actions and limits of a scenario, one at a time."""

from __future__ import annotations

from typing import Any

import pytest

from backend.routing.engine import route
from backend.routing.facts import LineFacts, Load, Network
from tests.support.routing import given_to, left_over, network, order, place, strategy


def four() -> Network:
    places = [
        place(1, groups=frozenset({"far"}), load=Load(open_shipments=9), attributes={"size": 3}),
        place(2, groups=frozenset({"near"}), load=Load(open_shipments=1), attributes={"size": 8}),
        place(3, groups=frozenset({"near", "far"}), load=Load(open_shipments=5), attributes={"size": "large"}),
        place(4, load=Load(open_shipments=5)),
    ]
    return network(places, {1: {1: 7, 2: 6, 3: 9, 4: 8}})


def ranked(scenario: dict[str, Any]) -> list[int]:
    trace = route(order((1, 1)), four(), strategy(scenario)).trace
    return [row[0] for row in trace["steps"][0]["ranked"]]


@pytest.mark.parametrize(
    ("scenario", "ids"),
    [
        ({}, [1, 2, 3, 4]),
        ({"sorts": [{"by": "distance", "descending": True}]}, [4, 3, 2, 1]),
        ({"sorts": [{"by": "stock"}]}, [2, 1, 4, 3]),
        ({"sorts": [{"by": "stock", "descending": True}]}, [3, 4, 1, 2]),
        ({"sorts": [{"by": "load"}]}, [2, 3, 4, 1]),
        ({"sorts": [{"by": "load"}, {"by": "distance", "descending": True}]}, [2, 4, 3, 1]),
        ({"sorts": [{"by": "load"}, {"by": "stock"}]}, [2, 4, 3, 1]),
        ({"sorts": [{"by": "load"}, {"by": "stock", "descending": True}]}, [2, 3, 4, 1]),
        ({"sorts": [{"by": "stock"}, {"by": "load"}]}, [2, 1, 4, 3]),
        ({"sorts": [{"by": "attribute", "field": "location.attributes.size"}]}, [1, 2, 3, 4]),
        ({"sorts": [{"by": "attribute", "field": "location.attributes.size", "descending": True}]}, [3, 2, 1, 4]),
        ({"groups": ["near", "far"], "sorts": [{"by": "rank"}]}, [2, 3, 1]),
        ({"groups": ["far", "near"], "sorts": [{"by": "rank"}]}, [1, 3, 2]),
        ({"groups": ["far"]}, [1, 3]),
        ({"locations": ["L04", "L01"], "sorts": [{"by": "rank"}]}, [4, 1]),
        ({"locations": ["L04", "L01"]}, [1, 4]),
    ],
)
def test_a_ranking(scenario: dict[str, Any], ids: list[int]) -> None:
    assert ranked(scenario) == ids


def test_a_lot_is_drawn_by_seed_and_order() -> None:
    drawn = {tuple(ranked({"sorts": [{"by": "random", "seed": seed}]})) for seed in range(30)}
    assert len(drawn) > 12  # of 24
    assert ranked({"sorts": [{"by": "random", "seed": 1}]}) == ranked({"sorts": [{"by": "random", "seed": 1}]})


def test_ties_go_to_the_smaller_code() -> None:
    here = network([place(1, "Z", longitude=1.0), place(2, "A", longitude=1.0)], {1: {1: 5, 2: 5}})
    assert given_to(route(order((1, 1)), here, strategy())) == {"A": {100: 1}}
    assert given_to(route(order((1, 1), latitude=None), here, strategy())) == {"A": {100: 1}}


SHORT = {1: {1: 1, 2: 2}}


@pytest.mark.parametrize(
    ("scenario", "taken", "left"),
    [
        ({"when_partial": "backorder"}, {}, "backordered"),
        ({"when_partial": "customer_care"}, {}, "customer_care"),
        ({"when_partial": "cancel"}, {}, "cancel"),
        ({"when_partial": "unassigned"}, {}, "unassigned"),
        ({}, {}, "customer_care"),
        ({"when_partial": "split_by_quantity", "rest": "cancel"}, {"L01": {100: 1}, "L02": {100: 2}}, "cancel"),
        ({"when_partial": "split_by_quantity"}, {"L01": {100: 1}, "L02": {100: 2}}, "customer_care"),
        ({"when_partial": "split_by_quantity", "only_complete": True}, {}, "customer_care"),
        ({"when_partial": "split_by_quantity", "only_complete": True, "rest": "backorder"}, {}, "backordered"),
        ({"when_partial": "split_by_quantity", "only_complete": True, "rest": "restart"}, {}, "customer_care"),
        ({"when_partial": "split_by_quantity", "rest": "restart"}, {"L01": {100: 1}, "L02": {100: 2}}, "customer_care"),
    ],
)
def test_what_follows_when_nobody_has_everything(scenario: dict[str, Any], taken: dict[str, Any], left: str) -> None:
    decision = route(order((1, 5)), network([place(1), place(2)], SHORT), strategy(scenario, otherwise="customer_care"))
    assert given_to(decision) == taken
    assert {action for _, _, action, _ in left_over(decision)} == {left}


def test_what_follows_when_nobody_has_anything() -> None:
    decision = route(order((1, 5)), network([place(1)], {}), strategy({"when_none": "backorder"}))
    assert left_over(decision) == [(100, 5, "backordered", "no_location_has_stock")]


def test_the_rest_of_a_split_goes_on_to_the_next_scenario() -> None:
    here = network([place(1, kind="store"), place(2, kind="warehouse")], {1: {1: 5}, 2: {2: 5}})
    stores = {"filters": [{"field": "location.kind", "op": "equal", "value": "store"}], "when_partial": "split_by_line"}
    decision = route(order((1, 1), (2, 1)), here, strategy(stores, {}))
    assert given_to(decision) == {"L01": {100: 1}, "L02": {101: 1}}
    assert decision.trace["steps"][1]["wanted"] == [[1, 1]]


def test_the_rest_may_start_again_at_the_first_scenario() -> None:
    here = network([place(1), place(2)], {1: {1: 5}, 2: {2: 5}})
    whole = {"name": "Whole"}
    halves = {"name": "Halves", "locations": ["L01"], "when_partial": "split_by_line", "rest": "restart"}
    decision = route(order((1, 1), (2, 1)), here, strategy(whole, halves))
    assert given_to(decision) == {"L01": {100: 1}, "L02": {101: 1}}
    assert [step["scenario"] for step in decision.trace["steps"]] == ["Whole", "Halves", "Whole"]


def test_a_walk_empties_who_comes_first_and_the_fewest_do_not() -> None:
    here, want = network([place(1), place(2), place(3)], {1: {1: 1, 2: 1, 3: 6}}), order((1, 6))
    walk = strategy(
        {"when_partial": "split_by_quantity"},
        route={"prefer_whole": False, "candidates": "as_sorted"},
        limits={"splits_per_line": 3},
    )
    assert given_to(route(want, here, walk)) == {"L01": {100: 1}, "L02": {100: 1}, "L03": {100: 4}}
    whole = strategy({"when_partial": "split_by_quantity"}, limits={"splits_per_line": 3})
    assert given_to(route(want, here, whole)) == {"L03": {100: 6}}


def test_a_line_is_shared_by_no_more_than_allowed() -> None:
    here = network([place(n) for n in range(1, 5)], {1: dict.fromkeys(range(1, 5), 1)})
    decision = route(
        order((1, 4)), here, strategy({"when_partial": "split_by_quantity"}, limits={"splits_per_line": 2})
    )
    assert given_to(decision) == {"L01": {100: 1}, "L02": {100: 1}}


def test_a_line_shared_in_one_scenario_is_not_shared_further_in_the_next() -> None:
    first = {"locations": ["L01"], "when_partial": "split_by_quantity"}
    here, want = network([place(1), place(2)], {1: {1: 1, 2: 9}}), order((1, 3))
    one = route(want, here, strategy(first, {}, limits={"splits_per_line": 1}))
    assert (given_to(one), left_over(one)) == ({"L01": {100: 1}}, [(100, 2, "unassigned", "split_limit")])
    two = route(want, here, strategy(first, {}, limits={"splits_per_line": 2}))
    assert given_to(two) == {"L01": {100: 1}, "L02": {100: 2}}


def test_of_equal_places_a_split_takes_the_nearest() -> None:
    here = network([place(n) for n in range(1, 6)], {1: {2: 5, 3: 5}, 2: {1: 5, 4: 5}, 3: {5: 5}})
    decision = route(order((1, 1), (2, 1), (3, 1)), here, strategy({"when_partial": "split_by_line"}))
    assert given_to(decision) == {"L01": {101: 1}, "L02": {100: 1}, "L05": {102: 1}}


@pytest.mark.parametrize(("others", "why"), [({}, "not_enough_stock"), ({3: 1}, "split_limit")])
def test_a_rest_is_for_want_of_stock_or_of_shipments(others: dict[int, int], why: str) -> None:
    here = network([place(n) for n in range(1, 4)], {1: {1: 1, 2: 1, **others}})
    decision = route(order((1, 4)), here, strategy({"when_partial": "split_by_quantity"}))
    assert {reason for *_, reason in left_over(decision)} == {why}


def test_a_line_that_a_filter_refuses_goes_elsewhere() -> None:
    fridge = {
        "any": [
            {"not": {"field": "item.attributes.perishable", "op": "equal", "value": True}},
            {"field": "location.attributes.fridge", "op": "equal", "value": True},
        ]
    }
    milk = LineFacts(100, 1, "MILK", 1, attributes={"perishable": True})
    here = network([place(1), place(2, attributes={"fridge": True})], {1: {1: 5, 2: 5}, 2: {1: 5}})
    decision = route(order(milk, (2, 1)), here, strategy({"filters": [fridge], "when_partial": "split_by_line"}))
    assert given_to(decision) == {"L01": {101: 1}, "L02": {100: 1}}
