"""How candidates are ranked: the smallest first unless turned round, what is unknown last.

Ties go to the nearer location, then to the smaller code.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from backend.routing.cost import cost_minor, parcel
from backend.routing.document import Sort
from backend.routing.facts import Load, Place
from backend.routing.fields import Env, find_field
from backend.routing.geometry import Vector, arc_km
from backend.routing.operators import kind
from backend.routing.prepare import ReadyScenario
from backend.routing.words import SortBy

if TYPE_CHECKING:
    from backend.routing.chart import Chart

LoadOf = Callable[[Place], Load]


class Ranking:
    """What ranking one order needs to know."""

    __slots__ = ("chart", "env", "here", "load_of", "places")

    def __init__(
        self,
        env: Env,
        here: Vector | None,
        places: Mapping[int, Place],
        chart: Chart,
        load_of: LoadOf,
    ) -> None:
        self.env, self.here, self.places, self.chart, self.load_of = env, here, places, chart, load_of

    def ordered(self, ids: Collection[int], ready: ReadyScenario, units: Mapping[int, int]) -> list[int]:
        """Return location ids, the best first; `units` is what each has of the order's lines, for sorts by stock."""
        sorts = ready.scenario.sorts
        if len(sorts) == 1 and sorts[0].by is SortBy.DISTANCE and not sorts[0].descending:
            return self._by_distance(ids)
        ranked = self._by_distance(ids)
        if sorts[-1].by is SortBy.DISTANCE:
            last = sorts[-1]
            sorts = sorts[:-1]
            if last.descending:
                ranked = _sorted(self.chart.by_code(ids), self.km(ids), last)
        for sort in reversed(sorts):
            ranked = _sorted(ranked, self.values(ranked, sort, ready, units), sort)
        return ranked

    def values(
        self, ids: Collection[int], sort: Sort, ready: ReadyScenario, units: Mapping[int, int]
    ) -> dict[int, Any]:
        """Return what a sort compares, by location id; None for unknown."""
        places = self.places
        if sort.by is SortBy.DISTANCE:
            return self.km(ids)
        if sort.by is SortBy.RANK:
            return {id_: _rank(places[id_], ready) for id_ in ids}
        if sort.by is SortBy.STOCK:
            return {id_: units.get(id_, 0) for id_ in ids}
        if sort.by is SortBy.LOAD:
            return {id_: self.load_of(places[id_]).open_shipments for id_ in ids}
        if sort.by is SortBy.RANDOM:
            external = self.env.order.external_id
            return {id_: _lot(f"{sort.seed}:{external}:{places[id_].code}") for id_ in ids}
        if sort.by is SortBy.COST:
            order = self.env.order
            what = parcel(order, [(line, line.quantity) for line in order.lines])
            return {id_: cost_minor(places[id_], what, km) for id_, km in self.km(ids).items()}
        return self._field(ids, sort.field or "")

    def km(self, ids: Collection[int]) -> dict[int, float | None]:
        """Return how far places are from where the order goes."""
        return dict(zip(ids, self.chart.km(ids, self.here), strict=True))

    def _by_distance(self, ids: Collection[int]) -> list[int]:
        return self.chart.by_code(ids) if self.here is None else self.chart.by_distance(ids, self.here)

    def _field(self, ids: Collection[int], name: str) -> dict[int, Any]:
        field, env = find_field(name), self.env
        values = {}
        for id_ in ids:
            env.place = self.places[id_]
            env.load = self.load_of(env.place)
            values[id_] = None if field is None else field.read(env)
        return values


def distance_of(here: Vector | None, place: Place) -> float | None:
    """Return the distance as a decision tells it, in km to the metre; None when either place is unknown."""
    return None if here is None or place.direction is None else round(arc_km(here, place.direction), 3)


def _rank(place: Place, ready: ReadyScenario) -> int | None:
    if ready.scenario.locations:
        return ready.ranks.get(place.code)
    return min((ready.ranks[group] for group in place.groups if group in ready.ranks), default=None)


def _sorted(ids: list[int], values: Mapping[int, Any], sort: Sort) -> list[int]:
    """Return ids ordered by their values; equal ones keep their order, those without a value come last."""
    types = set(map(type, values.values()))
    if types <= _PLAIN:
        return sorted(ids, key=values.__getitem__, reverse=sort.descending)
    known = [id_ for id_ in ids if kind(values[id_]) is not None]
    known.sort(key=lambda id_: (str(kind(values[id_])), values[id_]), reverse=sort.descending)
    return known + [id_ for id_ in ids if kind(values[id_]) is None]


def _lot(text: str) -> int:
    """Return a number drawn from text. A checksum would not do: its lots for similar texts hang together."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")


_PLAIN: set[type] = {int, float}
