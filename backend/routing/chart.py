"""Places as columns of numbers, so that hundreds of them are ranked by distance in one go. Pure.

Worked out for what a scenario and a method make of a snapshot, and kept with it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from backend.routing.geometry import EARTH_KM, Spot, Vector, km_of

#: Of so many places fewer than one in this many are ranked by themselves.
_FEW = 4
#: More distances than this are worked out as columns.
_MANY = 40


class Chart:
    """The places that were judged fit so far, in order of their codes."""

    __slots__ = ("_columns", "_ids", "_rows", "_spots")

    def __init__(self, spots: Mapping[int, Spot]) -> None:
        """`spots` must not change any more."""
        self._spots = spots
        listed = sorted(spots.items(), key=lambda item: item[1][4])
        self._ids = np.array([id_ for id_, _ in listed], dtype=np.int64)
        self._rows = {id_: row for row, (id_, _) in enumerate(listed)}
        self._columns = np.array([[spot[axis] for _, spot in listed] for axis in range(4)], dtype=np.float64)

    def __len__(self) -> int:
        return len(self._ids)

    def by_code(self, ids: Collection[int]) -> list[int]:
        """Return places of this chart in order of their codes."""
        return sorted(ids, key=self._rows.__getitem__)

    def by_distance(self, ids: Collection[int], here: Vector) -> list[int]:
        """Return places of this chart, the nearest first; equally near ones in order of their codes."""
        places, columns = self._ids, self._columns
        few = len(ids) * _FEW < len(places)  # else it is quicker to rank all and leave out the others
        if few:
            rows = np.sort(np.fromiter(map(self._rows.__getitem__, ids), dtype=np.intp, count=len(ids)))
            places, columns = places[rows], columns[:, rows]
        farness = -(here[0] * columns[0] + here[1] * columns[1] + here[2] * columns[2] + columns[3])
        nearest: list[int] = places[np.argsort(farness, kind="stable")].tolist()
        return nearest if few or len(ids) == len(places) else [id_ for id_ in nearest if id_ in ids]

    def km(self, ids: Collection[int], here: Vector | None) -> list[float | None]:
        """Return how far places are from a point; None where either is unknown."""
        if here is None:
            return [None] * len(ids)
        if len(ids) > _MANY:
            rows = np.fromiter(map(self._rows.__getitem__, ids), dtype=np.intp, count=len(ids))
            columns = self._columns[:, rows]
            cosines = np.clip(here[0] * columns[0] + here[1] * columns[1] + here[2] * columns[2], -1.0, 1.0)
            km: list[float | None] = (EARTH_KM * np.arccos(cosines)).tolist()
            for row in np.flatnonzero(columns[3]).tolist():
                km[row] = None
            return km
        ax, ay, az = here
        spots = [self._spots[id_] for id_ in ids]
        return [None if penalty else km_of(ax * x + ay * y + az * z) for x, y, z, penalty, _ in spots]
