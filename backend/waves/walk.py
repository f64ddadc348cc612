"""The order in which a picker walks: aisle by aisle, up the one and down the next, without going back.

A stop's name is read as aisle, bay, level, … ("A-03-12", "B7/4/2", "12.05.1"): runs of digits are numbers, runs of
letters words, anything else only parts them. The first part with its letters is the aisle: in "A12-3", A12. Stops
without a name come last.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from itertools import groupby

#: One part of a name: words before numbers, so that a mixture can be compared too.
Part = tuple[int, str, int]

_SECTION = re.compile(r"[^\W_]+")
_PART = re.compile(r"(\d+)|([^\W\d_]+)")


@lru_cache(maxsize=65_536)
def parts(stop: str) -> tuple[tuple[Part, ...], ...]:
    """Return a name's sections (aisle, bay, level, …), each as words and numbers that compare naturally."""
    return tuple(
        tuple((1, "", int(number)) if number else (0, word.casefold(), 0) for number, word in _PART.findall(section))
        for section in _SECTION.findall(stop)
    )


def walking_order(stops: Collection[str]) -> list[str]:
    """Return the stops as they are walked: aisles ascending, every second visited one from its far end.

    Only aisles that are visited count, so the picker always enters the next one at the end where the last was left.
    Levels of one bay stay ascending: nobody climbs down to walk backwards.
    """
    ordered = sorted(set(stops), key=lambda stop: (not parts(stop), parts(stop), stop))
    walked: list[str] = []
    for turn, (_, aisle) in enumerate(groupby(ordered, key=lambda stop: parts(stop)[:1])):
        bays = [list(bay) for _, bay in groupby(aisle, key=lambda stop: parts(stop)[:2])]
        walked += [stop for bay in (reversed(bays) if turn % 2 else bays) for stop in bay]
    return walked
