"""Ranking by distance: the nearest first, equally near ones by code, those whose place is unknown last."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from backend.routing.chart import Chart
from backend.routing.geometry import UNKNOWN, Spot, arc_km, direction, km_of

degrees = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def spot(at: tuple[float, float] | None, code: str) -> Spot:
    found = direction(*at) if at else None
    return (*found, 0.0, code) if found else (0.0, 0.0, 0.0, UNKNOWN, code)


@given(st.lists(st.none() | degrees, min_size=1, max_size=40), degrees, st.randoms())
def test_any_few_of_them_are_ranked_as_all_are(
    places: list[tuple[float, float] | None], at: object, chance: object
) -> None:
    here = direction(*at)  # type: ignore[misc]
    assert here
    chart = Chart({id_: spot(place, f"L{id_ * 7 % 41:02}") for id_, place in enumerate(places, 1)})
    all_ = chart.by_distance(range(1, len(places) + 1), here)
    far = dict(zip(all_, chart.km(all_, here), strict=True))
    known = [far[id_] for id_ in all_ if far[id_] is not None]
    assert [far[id_] is None for id_ in all_] == sorted(far[id_] is None for id_ in all_)
    assert all(one <= next_ + 1e-6 for one, next_ in pairwise(known))
    for size in (1, len(places) // 5, len(places) // 2):
        some = set(chance.sample(all_, size))  # type: ignore[attr-defined]
        assert chart.by_distance(some, here) == [id_ for id_ in all_ if id_ in some]


def test_equally_near_ones_go_by_their_codes() -> None:
    here = direction(10, 10)
    assert here
    chart = Chart({1: spot((20, 20), "B"), 2: spot((20, 20), "A"), 3: spot(None, "0"), 4: spot((10, 10), "Z")})
    assert chart.by_distance({1, 2, 3, 4}, here) == [4, 2, 1, 3]
    assert chart.by_code({1, 2, 3, 4}) == [3, 2, 1, 4]
    assert chart.km([3, 4], here)[0] is None
    assert chart.km([1], None) == [None]


@given(degrees, degrees)
def test_a_distance_from_the_product_is_exact_to_a_metre(one: tuple[float, float], other: tuple[float, float]) -> None:
    a, b = direction(*one), direction(*other)
    assert a
    assert b
    assert abs(km_of(a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) - arc_km(a, b)) < 0.001
