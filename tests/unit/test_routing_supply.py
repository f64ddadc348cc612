"""What the location that a pickup is for lacks comes from one other location: from which, and when from none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from backend.routing.engine import route, route_all
from backend.routing.explain import explain, why_not
from backend.routing.facts import Decision, Limit, LineFacts, Network, OrderFacts, Place
from backend.routing.reading import only_places, places_named
from models.enums import Method
from tests.support.routing import Shelf, given_to, left_over, order, place, strategy

TO_STORE = strategy({"transfer": True})
NAMES = {1: "Chicago", 2: "Web", 3: "Denver"}


def network(
    units: Mapping[int, Mapping[int, int]],
    *changed: Place,
    lanes: Mapping[tuple[int, int], int] | None = None,
    blocked: frozenset[tuple[int, int]] = frozenset(),
) -> Network:
    """Return three places on the equator, 1 the one that orders are for, with this stock by product and place."""
    places = {id_: place(id_) for id_ in (1, 2, 3)} | {one.location_id: one for one in changed}
    by_code = {one.code: one for one in places.values()}
    return Network(places, by_code, Shelf(units), blocked, lanes=lanes or {})


def pickup(*lines: tuple[int, int] | LineFacts, **facts: Any) -> OrderFacts:
    return order(*lines, **{"method": Method.PICKUP, "given": "L01", **facts})  # type: ignore[arg-type]


def sent(decision: Decision) -> tuple[str, dict[int, int]] | None:
    """Return who sends what, by line id."""
    (one,) = decision.assignments
    return None if one.supply is None else (one.supply.source.code, dict(one.supply.units))


def test_the_chosen_location_takes_all_of_it_and_waits_for_what_it_lacks() -> None:
    made = route(pickup((7, 3), (8, 1)), network({7: {1: 1, 2: 9}, 8: {1: 1}}), TO_STORE)
    assert given_to(made) == {"L01": {100: 3, 101: 1}}
    assert sent(made) == ("L02", {100: 2})
    assert made.leftovers == ()
    assert made.trace["brought"] == [[1, 2, [100, 2]]]
    assert made.trace["steps"][0]["did"] == "transfer"
    words = explain(made.trace, NAMES).under[0].text
    assert words.endswith("; 2 × SKU-7 from Web by transfer, because Chicago has only 1")
    assert why_not(made.trace, 2, NAMES).under[0].text == "It sends what is lacking there, by transfer."
    assert places_named(made.trace) >= {1, 2}
    assert only_places(made.trace, {1})["brought"] == made.trace["brought"]


def test_nothing_is_sent_where_everything_is_or_nobody_says_so() -> None:
    stock = {7: {1: 3, 2: 9}}
    assert sent(route(pickup((7, 3)), network(stock), TO_STORE)) is None
    lacking = network({7: {2: 9}})
    assert left_over(route(pickup((7, 3)), lacking, strategy({}))) == [
        (100, 3, "unassigned", "given_location_lacks_stock")
    ]


@pytest.mark.parametrize("facts", [{"method": Method.SHIP}, {"given": None, "refused_by": frozenset({2, 3})}])
def test_only_what_a_customer_collects_where_he_chose_waits(facts: dict[str, Any]) -> None:
    assert route(pickup((7, 3), **facts), network({7: {2: 9}}), TO_STORE).assignments == ()


def test_a_lane_beats_distance_and_the_quickest_lane_the_others() -> None:
    stock = {7: {2: 9, 3: 9}}
    by_distance = route(pickup((7, 1)), network(stock), TO_STORE)
    by_lane = route(pickup((7, 1)), network(stock, lanes={(3, 1): 9_000, (1, 2): 1}), TO_STORE)
    quickest = route(pickup((7, 1)), network(stock, lanes={(3, 1): 90, (2, 1): 80}), TO_STORE)
    assert [sent(made) for made in (by_distance, by_lane, quickest)] == [
        ("L02", {100: 1}),
        ("L03", {100: 1}),
        ("L02", {100: 1}),
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"closed": True},
        {"methods": frozenset({Method.SHIP})},
        {"paused": frozenset({Method.TRANSFER})},
        {"limit": Limit(items=1)},
    ],
)
def test_who_sends_none_now_is_passed_over(changed: dict[str, Any]) -> None:
    made = route(pickup((7, 2)), network({7: {2: 9, 3: 9}}, place(2, **changed)), TO_STORE)
    assert sent(made) == ("L03", {100: 2})


def test_one_location_sends_all_of_it_that_is_not_blocked_and_did_not_refuse() -> None:
    stock = {7: {2: 1, 3: 2}, 8: {2: 9, 3: 1}}
    assert sent(route(pickup((7, 2), (8, 1)), network(stock), TO_STORE)) == ("L03", {100: 2, 101: 1})
    assert route(pickup((7, 2), (8, 2)), network(stock), TO_STORE).assignments == ()
    blocked = network(stock, blocked=frozenset({(3, 7)}))
    assert route(pickup((7, 2), (8, 1)), blocked, TO_STORE).assignments == ()
    refused = pickup((7, 2), (8, 1), refused_by=frozenset({3}))
    assert route(refused, network(stock), TO_STORE).assignments == ()


@pytest.mark.parametrize(
    "network_",
    [
        network({7: {2: 9}}, place(1, closed=True)),
        network({7: {2: 9}}, place(1, limit=Limit(items=1))),
        network({7: {1: 1, 2: 9}}, blocked=frozenset({(1, 7)})),
    ],
)
def test_a_location_that_may_not_have_it_waits_for_nothing(network_: Network) -> None:
    assert route(pickup((7, 2)), network_, TO_STORE).assignments == ()


def test_two_lines_of_a_product_share_what_is_there() -> None:
    made = route(pickup((7, 2), (7, 2)), network({7: {1: 3, 2: 9}}), TO_STORE)
    assert sent(made) == ("L02", {101: 1})


def test_a_split_is_made_only_when_nobody_sends_what_lacks() -> None:
    split = strategy({"transfer": True, "when_partial": "split_by_quantity", "rest": "backorder"})
    assert sent(route(pickup((7, 3)), network({7: {1: 1, 2: 2}}), split)) == ("L02", {100: 2})
    alone = route(pickup((7, 3)), network({7: {1: 1, 2: 1}}), split)
    assert (given_to(alone), sent(alone)) == ({"L01": {100: 1}}, None)


def test_a_batch_takes_what_is_sent_from_the_one_that_sends_it() -> None:
    orders = [pickup((7, 2), external_id=name) for name in "abc"]
    made = route_all(orders, network({7: {2: 3, 3: 2}}), TO_STORE)
    assert [sent(one) if one.assignments else None for one in made] == [("L02", {100: 2}), ("L03", {100: 2}), None]


def test_what_is_sent_counts_in_the_limit_of_who_sends_it() -> None:
    orders = [pickup((7, 2), external_id=name) for name in "ab"]
    made = route_all(orders, network({7: {2: 9, 3: 9}}, place(2, limit=Limit(orders=1))), TO_STORE)
    assert [sent(one) for one in made] == [("L02", {100: 2}), ("L03", {100: 2})]
