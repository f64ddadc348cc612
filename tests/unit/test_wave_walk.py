"""Walking order: aisles ascending, every second visited one from its far end, numbers as numbers."""

from __future__ import annotations

import pytest

from backend.waves.walk import walking_order


@pytest.mark.parametrize(
    "walk",
    [
        ["A-1", "A-2", "A-10", "B-9", "B-3", "C-1", "C-4"],  # up, down, up; 10 after 2
        ["1.2", "1.5", "7.9", "7.1"],  # only visited aisles turn the picker round
        ["A2-1", "A2-7", "A10-7", "A10-1"],  # A10 is another aisle than A2
        ["A-1-1", "A-2-1", "B-5-1", "B-5-2", "B-1-1", "B-1-3"],  # levels of a bay stay ascending
        ["a/1", "A-2", "b 7", "B_3"],  # however it is written
        ["A-1", ""],  # no name, no place: last
    ],
)
def test_walks_in_a_serpentine(walk: list[str]) -> None:
    assert walking_order(walk) == walk
    assert walking_order(sorted(walk, key=hash)) == walk


def test_a_stop_is_walked_once() -> None:
    assert walking_order(["A-1", "A-1", "B-1"]) == ["A-1", "B-1"]
