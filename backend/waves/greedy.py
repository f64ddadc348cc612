"""A wave order by order: what open stops cover is taken at once, else the order whose new stops promise the most.

A new stop is worth the units of the order that needs it and of all others that want the same items from there; an order
that needs other stops too counts for its share. Good when stops are bins of few items; `best.py` improves on it.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable

from backend.waves.problem import Room, Selection, WaveProblem

#: So many orders that are not worth their stops, and the wave is left as it is: the next promise no more.
PATIENCE = 25


def greedy(problem: WaveProblem) -> Selection:
    """Return a wave with everything that must be in, filled until more would lower the units per stop."""
    wave = _Wave(problem)
    for index in problem.must:
        wave.take(index, wave.stops_for(wave.missing(index)) or ())
    wave.fill()
    wave.close_idle_stops()
    return wave.selection()


class _Wave:
    """The wave as it grows: open stops, what lies free there, the orders still outside with their promise."""

    def __init__(self, problem: WaveProblem) -> None:
        self.problem = problem
        self.units = [sum(order.values()) for order in problem.orders]
        self.room = Room.of(problem)
        self.taken: set[int] = set()
        self.total = 0
        self.open: set[int] = set()
        self.free: defaultdict[int, int] = defaultdict(int)
        wanted = {item for order in problem.orders for item in order}
        self.where: defaultdict[int, list[int]] = defaultdict(list)
        for number, stop in enumerate(problem.stops):
            for item in stop:
                if item in wanted:
                    self.where[item].append(number)
        self.wish: defaultdict[int, float] = defaultdict(float)
        self.who: defaultdict[int, list[int]] = defaultdict(list)
        for index, order in enumerate(problem.orders):
            for item, units in order.items():
                self.wish[item] += units / len(order)
                self.who[item].append(index)

    def missing(self, index: int) -> dict[int, int]:
        """Return what open stops do not have for the order."""
        free = self.free
        return {item: units - free[item] for item, units in self.problem.orders[index].items() if units > free[item]}

    def stops_for(self, missing: dict[int, int]) -> list[int] | None:
        """Return new stops that have what is missing, for the rarest item first; None when there is not enough."""
        left = missing
        chosen: list[int] = []
        stops = self.problem.stops
        while left:
            rarest = min(left, key=lambda item: (len(self.where[item]), item))
            near = [stop for stop in self.where[rarest] if stop not in self.open and stop not in chosen]
            if not near:
                return None
            best = near[0]
            if len(near) > 1:
                best = max(near, key=lambda stop: (self._covers(stop, left), self._wish(stop), -stop))
            chosen.append(best)
            left = {item: units - stops[best].get(item, 0) for item, units in left.items()}
            left = {item: units for item, units in left.items() if units > 0}
        return chosen

    def _covers(self, stop: int, left: dict[int, int]) -> int:
        here = self.problem.stops[stop]
        return sum([here.get(item, 0) >= units for item, units in left.items()])

    def _wish(self, stop: int) -> float:
        wish = self.wish
        return sum([min(units, wish[item]) for item, units in self.problem.stops[stop].items() if item in wish])

    def take(self, index: int, opening: Iterable[int]) -> None:
        """Take the order and open the stops that it needs."""
        order = self.problem.orders[index]
        for stop in opening:
            self.open.add(stop)
            for item, units in self.problem.stops[stop].items():
                self.free[item] += units
        for item, units in order.items():
            self.free[item] -= units
            self.wish[item] -= units / len(order)
        self.room.take(order, self.units[index])
        self.taken.add(index)
        self.total += self.units[index]

    def promise(self, index: int) -> float:
        """Return what a new stop for the order is likely to yield, in units; without a new stop, everything."""
        missing = self.missing(index)
        if not missing:
            return float("inf")
        order = self.problem.orders[index]
        gained = self.units[index] + sum([max(0.0, self.wish[item] - order[item]) for item in missing])
        return gained / len(missing)

    def fill(self) -> None:
        """Take orders by their promise. A promise is looked at again when its turn comes and when its stops opened."""
        waiting = [(-self.promise(i), i) for i in range(len(self.units)) if i not in self.taken]
        heapq.heapify(waiting)
        refused = 0
        while waiting and refused < PATIENCE and self.room.orders >= 1 and self.room.units > 0:
            promised, index = heapq.heappop(waiting)
            if index in self.taken or not self.room.holds(self.problem.orders[index], self.units[index]):
                continue
            now = -self.promise(index)
            if now > promised:
                heapq.heappush(waiting, (now, index))
                continue
            missing = self.missing(index)
            if missing and not self._worth(index, 1):
                continue
            opening = self.stops_for(missing)
            if opening is None or not self._worth(index, len(opening)):
                refused += 1
                continue
            self.take(index, opening)
            for other in self._touched(opening):
                heapq.heappush(waiting, (-self.promise(other), other))

    def _worth(self, index: int, opening: int) -> bool:
        enough = self.total >= self.problem.lower
        return not enough or not opening or self.units[index] * len(self.open) >= self.total * opening

    def _touched(self, opening: Iterable[int]) -> set[int]:
        items = {item for stop in opening for item in self.problem.stops[stop]}
        return {index for item in items for index in self.who.get(item, ()) if index not in self.taken}

    def close_idle_stops(self) -> None:
        """Close stops that the others make up for, those with the least first."""
        for stop in sorted(self.open, key=lambda number: (sum(self.problem.stops[number].values()), number)):
            here = self.problem.stops[stop]
            if all(self.free[item] >= units for item, units in here.items() if item in self.who):
                self.open.discard(stop)
                for item, units in here.items():
                    self.free[item] -= units

    def selection(self) -> Selection:
        """Return the wave as it is."""
        return Selection(tuple(sorted(self.taken)), tuple(sorted(self.open)), self.total)
