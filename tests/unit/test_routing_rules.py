"""Where an order goes: the given place, or the nearest open one that offers the method and has all of it."""

from __future__ import annotations

import pytest

from backend.routing.rules import OrderFacts, Place, Reason, haversine_km, route
from models.enums import Method

SHIP = frozenset({Method.SHIP})


def network(*places: Place) -> dict[str, Place]:
    return {place.code: place for place in places}


NEAR = Place(1, "NEAR", SHIP, latitude=41.9, longitude=-87.6)
FAR = Place(2, "FAR", SHIP, latitude=34.0, longitude=-118.2)
ORDER = OrderFacts(Method.SHIP, {10: 2}, latitude=41.88, longitude=-87.63)
BOTH = {(1, 10): 2, (2, 10): 2}


def test_the_distance_of_paris_and_london() -> None:
    assert haversine_km((48.8566, 2.3522), (51.5074, -0.1278)) == pytest.approx(343.6, abs=0.5)


def test_the_nearest_with_all_the_stock_wins_and_the_distance_is_told() -> None:
    decision = route(ORDER, network(FAR, NEAR), BOTH)
    assert (decision.place, decision.reason) == (NEAR, Reason.NEAREST)
    assert decision.distance_km == pytest.approx(3.3, abs=0.2)


def test_a_nearer_place_that_lacks_one_unit_loses() -> None:
    assert route(ORDER, network(NEAR, FAR), {(1, 10): 1, (2, 10): 2}).place is FAR


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (Place(1, "A", SHIP, closed=True), Reason.NO_LOCATION),
        (Place(1, "A", frozenset({Method.PICKUP})), Reason.NO_LOCATION),
        (Place(3, "A", SHIP), Reason.NO_STOCK),
    ],
)
def test_who_is_left_out_and_why(place: Place, reason: Reason) -> None:
    decision = route(ORDER, network(place), BOTH)
    assert (decision.place, decision.reason) == (None, reason)


def test_the_given_place_is_taken_though_another_is_nearer() -> None:
    given = OrderFacts(Method.SHIP, {10: 2}, location="FAR", latitude=41.88, longitude=-87.63)
    assert route(given, network(NEAR, FAR), BOTH).place is FAR


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (Place(1, "A", SHIP, closed=True), Reason.GIVEN_CLOSED),
        (Place(1, "A", frozenset({Method.PICKUP})), Reason.GIVEN_METHOD),
        (Place(3, "A", SHIP), Reason.GIVEN_STOCK),
    ],
)
def test_a_given_place_that_cannot_says_why(place: Place, reason: Reason) -> None:
    decision = route(OrderFacts(Method.SHIP, {10: 2}, location="A"), network(place, NEAR), BOTH)
    assert (decision.place, decision.reason) == (None, reason)


def test_without_coordinates_the_smaller_code_wins() -> None:
    places = network(Place(1, "B", SHIP), Place(2, "A", SHIP))
    decision = route(OrderFacts(Method.SHIP, {10: 2}), places, BOTH)
    assert decision.place is places["A"]
    assert decision.distance_km is None


def test_a_history_without_stock_control_needs_no_stock() -> None:
    assert route(OrderFacts(Method.SHIP, {}, location="NEAR"), network(NEAR), {}).place is NEAR
