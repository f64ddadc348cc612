"""Distances on the globe: two ways that agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.routing.geometry import arc_km, direction, haversine_km

degrees = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def test_the_distance_of_paris_and_london() -> None:
    assert haversine_km((48.8566, 2.3522), (51.5074, -0.1278)) == pytest.approx(343.6, abs=0.5)


def test_a_place_without_coordinates_has_no_direction() -> None:
    assert direction(None, 1.0) is None
    assert direction(1.0, None) is None


@given(a=degrees, b=degrees)
def test_both_formulas_give_the_same_distance(a: tuple[float, float], b: tuple[float, float]) -> None:
    here, there = direction(*a), direction(*b)
    assert here is not None
    assert there is not None
    assert arc_km(here, there) == pytest.approx(haversine_km(a, b), abs=1e-3, rel=1e-6)


def test_near_places_are_told_apart() -> None:
    here, there = direction(52.5, 13.4), direction(52.500001, 13.4)
    assert here is not None
    assert there is not None
    assert arc_km(here, there) == pytest.approx(0.000111, rel=0.01)
