"""Where an order goes: one place with all of it, else a split, else what the strategy says; and who is passed over."""

from __future__ import annotations

from typing import Any

import pytest

from backend.routing.defaults import default_strategy
from backend.routing.engine import lane_of, route, route_all
from backend.routing.facts import Limit, LineFacts, Load, Place
from models.enums import Method
from tests.support.routing import given_to, left_over, network, order, place, strategy


def test_the_nearest_with_all_of_it_takes_the_order() -> None:
    decision = route(
        order((1, 2)), network([place(1), place(2), place(3)], {1: {1: 1, 2: 2, 3: 9}}), default_strategy()
    )
    assert given_to(decision) == {"L02": {100: 2}}
    assert decision.assignments[0].distance_km == pytest.approx(222.39, abs=0.01)
    assert decision.leftovers == ()


def test_one_place_with_everything_beats_two_nearer_ones() -> None:
    stock = {1: {1: 5, 3: 5}, 2: {2: 5, 3: 5}}
    decision = route(order((1, 1), (2, 1)), network([place(1), place(2), place(3)], stock), default_strategy())
    assert given_to(decision) == {"L03": {100: 1, 101: 1}}


def test_lines_are_split_before_quantities() -> None:
    stock = {1: {1: 4, 2: 6}, 2: {3: 6}}
    decision = route(order((1, 6), (2, 6)), network([place(1), place(2), place(3)], stock), default_strategy())
    assert given_to(decision) == {"L02": {100: 6}, "L03": {101: 6}}


def test_a_quantity_is_split_into_at_most_three_and_the_rest_stays_unassigned() -> None:
    stock = {1: {1: 1, 2: 3, 3: 2, 4: 4}}
    decision = route(order((1, 12)), network([place(n) for n in range(1, 5)], stock), default_strategy())
    assert given_to(decision) == {"L02": {100: 3}, "L03": {100: 2}, "L04": {100: 4}}
    assert left_over(decision) == [(100, 3, "unassigned", "split_limit")]


def test_nobody_has_any() -> None:
    decision = route(order((1, 1)), network([place(1)], {}), default_strategy())
    assert (given_to(decision), left_over(decision)) == ({}, [(100, 1, "unassigned", "no_location_has_stock")])
    assert decision.trace["outcome"] == "none"


@pytest.mark.parametrize(
    ("chosen", "units", "why"),
    [
        (place(1, "SHOP", closed=True), 5, "given_location_closed"),
        (place(1, "SHOP", methods=frozenset({Method.SHIP})), 5, "given_location_lacks_method"),
        (place(1, "SHOP"), 1, "given_location_lacks_stock"),
        (place(1, "SHOP"), 0, "given_location_lacks_stock"),
        (place(1, "OTHER"), 5, "given_location_unknown"),
    ],
)
def test_an_order_for_one_location_goes_nowhere_else(chosen: Place, units: int, why: str) -> None:
    here = network([chosen, place(2)], {1: {1: units, 2: 9} if units else {2: 9}})
    decision = route(order((1, 2), method=Method.PICKUP, given="SHOP"), here, default_strategy())
    assert (given_to(decision), left_over(decision)) == ({}, [(100, 2, "unassigned", why)])


@pytest.mark.parametrize(
    ("facts", "blocked", "why"),
    [
        ({"limit": Limit(items=1)}, [], "given_location_left_out"),
        ({"limit": Limit(orders=0)}, [], "given_location_left_out"),
        ({}, [(1, 1)], "given_location_left_out"),
    ],
)
def test_the_given_location_may_be_left_out(facts: dict[str, Any], blocked: list[tuple[int, int]], why: str) -> None:
    here = network([place(1, "SHOP", **facts), place(2)], {1: {1: 5, 2: 5}}, blocked=frozenset(blocked))
    decision = route(order((1, 2), method=Method.PICKUP, given="SHOP"), here, default_strategy())
    assert left_over(decision) == [(100, 2, "unassigned", why)]


def test_an_order_for_one_location_goes_there_though_others_are_nearer() -> None:
    here = network([place(1), place(9, "SHOP")], {1: {1: 5, 9: 5}})
    decision = route(order((1, 2), method=Method.PICKUP, given="SHOP"), here, default_strategy())
    assert given_to(decision) == {"SHOP": {100: 2}}


def _out(decision: Any, word: str) -> list[int]:
    return [id_ for step in decision.trace["steps"] for id_ in step.get("out", {}).get(word, ())]


@pytest.mark.parametrize(
    ("nearest", "word"),
    [
        (place(1, closed=True), "closed"),
        (place(1, methods=frozenset({Method.PICKUP})), "method"),
        (place(1, work_minutes_left={Method.SHIP: -1.0}), "closing"),
        (place(1, cutoff_minutes_left={Method.SHIP: -0.5}), "cutoff"),
        (place(1, limit=Limit(orders=3), load=Load(orders=3)), "limit"),
        (place(1, limit=Limit(items=10), load=Load(items=10)), "limit"),
        (place(1, limit=Limit(money_minor=500), load=Load(money_minor=500)), "limit"),
    ],
)
def test_a_place_that_a_guard_stops_is_passed_over(nearest: Place, word: str) -> None:
    decision = route(order((1, 2)), network([nearest, place(2)], {1: {1: 5, 2: 5}}), default_strategy())
    assert given_to(decision) == {"L02": {100: 2}}
    assert _out(decision, word) == [1]


@pytest.mark.parametrize("limit", [Limit(items=10), Limit(money_minor=10_000)])
def test_an_order_that_would_go_over_a_limit_is_not_given(limit: Limit) -> None:
    line = LineFacts(100, 1, "TV", 3, unit_price_minor=1_000)
    near = place(1, limit=limit, load=Load(items=8, money_minor=8_000))
    here = network([near, place(2)], {1: {1: 5, 2: 5}})
    decision = route(order(line), here, default_strategy())
    assert given_to(decision) == {"L02": {100: 3}}
    assert decision.trace["steps"][0]["over_limit"] == [1]


def test_a_guard_can_be_turned_off() -> None:
    late = place(1, work_minutes_left={Method.SHIP: -1.0})
    here = network([late], {1: {1: 5}})
    assert route(order((1, 2)), here, strategy({})).assignments == ()
    assert given_to(route(order((1, 2)), here, strategy({}, guards={"closing": False}))) == {"L01": {100: 2}}
    assert given_to(route(order((1, 2)), here, strategy({"guards": {"closing": False}}))) == {"L01": {100: 2}}


def test_a_blocked_product_is_not_taken_there_but_others_are() -> None:
    stock = {1: {1: 5, 2: 5}, 2: {1: 5, 2: 5}}
    here = network([place(1), place(2)], stock, blocked=frozenset({(1, 1)}))
    assert given_to(route(order((1, 1)), here, default_strategy())) == {"L02": {100: 1}}
    assert given_to(route(order((2, 1)), here, default_strategy())) == {"L01": {100: 1}}


def test_a_location_that_gave_the_order_back_is_never_asked_again() -> None:
    decision = route(
        order((1, 1), refused_by=frozenset({1})), network([place(1), place(2)], {1: {1: 5, 2: 5}}), default_strategy()
    )
    assert given_to(decision) == {"L02": {100: 1}}
    assert _out(decision, "refused") == [1]


def test_an_order_routed_too_often_goes_to_customer_care() -> None:
    decision = route(order((1, 1), attempt=6), network([place(1)], {1: {1: 5}}), default_strategy())
    assert left_over(decision) == [(100, 1, "customer_care", "too_many_attempts")]


def test_shipments_the_order_has_already_count_as_splits() -> None:
    here = network([place(1), place(2)], {1: {1: 1, 2: 1}})
    decision = route(order((1, 2), splits=2), here, default_strategy())
    assert given_to(decision) == {"L01": {100: 1}}
    assert left_over(decision) == [(100, 1, "unassigned", "split_limit")]


def test_a_batch_sees_what_is_left() -> None:
    here = network([place(1), place(2)], {1: {1: 3, 2: 9}})
    decisions = route_all([order((1, 2), external_id=f"O-{n}") for n in range(3)], here, default_strategy())
    assert [given_to(decision) for decision in decisions] == [{"L01": {100: 2}}, {"L02": {100: 2}}, {"L02": {100: 2}}]


def test_a_batch_counts_limits() -> None:
    here = network([place(1, limit=Limit(orders=1)), place(2)], {1: {1: 9, 2: 9}})
    decisions = route_all([order((1, 1), external_id=f"O-{n}") for n in range(2)], here, default_strategy())
    assert [list(given_to(decision)) for decision in decisions] == [["L01"], ["L02"]]


def test_two_lines_of_one_product_share_its_stock() -> None:
    here = network([place(1), place(2)], {1: {1: 3, 2: 4}})
    assert given_to(route(order((1, 2), (1, 2)), here, default_strategy())) == {"L02": {100: 2, 101: 2}}


def test_stock_that_does_not_matter() -> None:
    here = network([place(1, methods=frozenset({Method.PICKUP})), place(2), place(3)], {})
    assert given_to(route(order((1, 2), stock_matters=False), here, default_strategy())) == {"L02": {100: 2}}
    given = order((1, 2), stock_matters=False, given="L03")
    assert given_to(route(given, here, default_strategy())) == {"L03": {100: 2}}


@pytest.mark.parametrize(
    ("facts", "lane"),
    [
        ({"customer": {"tier": "vip"}, "service_level": "express"}, 0),
        ({"customer": {"type": "b2b"}}, 1),
        ({"service_level": "same_day"}, 2),
        ({}, 9),
    ],
)
def test_the_first_lane_that_matches(facts: dict[str, Any], lane: int) -> None:
    assert lane_of(order((1, 1), **facts), default_strategy()) == lane
