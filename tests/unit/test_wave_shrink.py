"""A walk without what left the wave."""

from __future__ import annotations

from typing import Any

from backend.waves.shrink import Size, size_of, without


def stop(name: str, *items: tuple[str, dict[int, int]]) -> dict[str, Any]:
    return {
        "bin": name,
        "zone": name[:1],
        "items": [
            {
                "sku": sku,
                "quantity": sum(units.values()),
                "shipments": [{"id": id_, "slot": id_, "quantity": count} for id_, count in units.items()],
            }
            for sku, units in items
        ],
    }


PLAN = {
    "why": "words",
    "stops": [
        stop("A-1", ("tea", {1: 2, 2: 1})),
        stop("B-9", ("rye", {1: 1})),
        stop("B-1", ("tea", {1: 1}), ("soap", {2: 4})),
        stop("C-1", ("jam", {2: 1})),
        stop("C-7", ("pot", {3: 1})),
    ],
}


def test_who_leaves_as_a_whole_leaves_no_trace_and_the_rest_is_walked_anew() -> None:
    left = without(PLAN, {1: None})
    assert left == {
        "why": "words",
        "stops": [
            stop("A-1", ("tea", {2: 1})),
            stop("B-1", ("soap", {2: 4})),
            stop("C-1", ("jam", {2: 1})),
            stop("C-7", ("pot", {3: 1})),
        ],
    }
    assert [one["bin"] for one in without(PLAN, {1: {"tea": 1, "rye": 1}, 2: {"soap": 4}})["stops"]] == [
        "A-1",
        "C-7",  # one aisle less on the way: the next is walked the other way round
        "C-1",
    ]


def test_units_go_from_the_last_stops_first_and_never_more_than_are_there() -> None:
    left = without(PLAN, {1: {"tea": 2, "none": 5}, 2: {"soap": 9}})
    assert left["stops"][0] == stop("A-1", ("tea", {1: 1, 2: 1}))
    assert size_of(left) == Size(units=5, lines=5, stops=4)


def test_a_plan_counts_units_lines_and_stops() -> None:
    assert size_of(PLAN) == Size(units=11, lines=6, stops=5)
    assert size_of({}) == Size(0, 0, 0)
    assert without({}, {1: None}) == {"stops": []}
