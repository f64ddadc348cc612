"""A wave's problem as arrays, so that every stop that could be opened next is judged at once.

What lies at the open stops is one number per item. An order is covered when all its lines are, each on its own: that
two orders may want the same last unit is left to `fill.py`. Only where every order has one line can that be estimated
here: a line then needs its own units and those of all smaller orders of the item.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from backend.waves.problem import WaveProblem

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


SMALL = 500  # orders of one line each, up to which they are tried in, not estimated


def running(groups: Ints, units: Ints) -> Ints:
    """Return running sums that begin anew with each group; groups come sorted."""
    sums = np.cumsum(units)
    first = np.diff(groups, prepend=-1) > 0
    return sums - np.maximum.accumulate(np.where(first, sums - units, 0))


class Grid:
    """The problem's orders, lines and stops by number, and which stop could help which line."""

    def __init__(self, problem: WaveProblem) -> None:
        self.problem = problem
        self.orders, self.stops = len(problem.orders), len(problem.stops)
        counts = [len(order) for order in problem.orders]
        self.line_order = np.repeat(np.arange(self.orders), counts)
        wanted = np.array([item for order in problem.orders for item in order], dtype=np.int64)
        self.line_units = np.array([units for order in problem.orders for units in order.values()], dtype=np.int64)
        names, self.line_item = np.unique(wanted, return_inverse=True)
        self.items = len(names)
        self.units = np.bincount(self.line_order, self.line_units, minlength=self.orders).astype(np.int64)
        self.lines = np.array(counts, dtype=np.int64)
        limited = problem.max_orders is not None or problem.max_lines is not None
        self.estimated = self.orders > SMALL and not limited and bool((self.lines == 1).all())
        self.need = self._cumulated() if self.estimated else self.line_units
        self.weight = self.units.astype(np.float64)
        self.weight[list(problem.must)] += self.units.sum()  # before anything else
        self._read_stops(names)
        self._join()

    def _cumulated(self) -> Ints:
        """Return for each line the units of its item that it and the smaller orders need together."""
        by_item = np.lexsort((self.line_order, self.line_units, self.line_item))
        need = np.empty_like(self.line_units)
        need[by_item] = running(self.line_item[by_item], self.line_units[by_item])
        return need

    def _read_stops(self, names: Ints) -> None:
        stop = np.repeat(np.arange(self.stops), [len(here) for here in self.problem.stops])
        item = np.array([item for here in self.problem.stops for item in here], dtype=np.int64)
        units = np.array([units for here in self.problem.stops for units in here.values()], dtype=np.int64)
        place = np.minimum(np.searchsorted(names, item), max(0, self.items - 1))
        known = (names[place] == item) & (units > 0) if self.items else np.zeros(len(item), dtype=bool)
        self.bin_stop, self.bin_item, self.bin_units = stop[known], place[known], units[known]
        self._first_bin = np.searchsorted(self.bin_stop, np.arange(self.stops + 1))

    def _join(self) -> None:
        """Pair every line with every stop that has its item; pairs of one order and one stop share a number."""
        by_item = np.argsort(self.bin_item, kind="stable")
        start = np.searchsorted(self.bin_item[by_item], np.arange(self.items + 1))
        count = np.diff(start)[self.line_item]
        self.pair_line = np.repeat(np.arange(len(self.line_item)), count)
        offset = np.arange(len(self.pair_line)) - np.repeat(np.cumsum(count) - count, count)
        bins = by_item[np.repeat(start[self.line_item], count) + offset]
        self.pair_units = self.bin_units[bins]
        self.first_line = np.searchsorted(self.line_order, np.arange(self.orders + 1))
        self.first_pair = np.searchsorted(self.pair_line, self.first_line)
        self.bin_of_pair = self.bin_stop[bins]
        keys, self.pair = np.unique(
            self.line_order[self.pair_line] * max(1, self.stops) + self.bin_of_pair, return_inverse=True
        )
        self.pair_order, self.pair_stop = np.divmod(keys, max(1, self.stops))

    @cached_property
    def listed(self) -> tuple[list[int], list[int], list[int], list[int]]:
        """Return for loops in Python: each order's first line, the lines' items and units, the orders' units."""
        return self.first_line.tolist(), self.line_item.tolist(), self.line_units.tolist(), self.units.tolist()

    def stock(self, stops: Ints | list[int]) -> Ints:
        """Return what lies at these stops, per item."""
        total = np.zeros(self.items, dtype=np.int64)
        for stop in stops:
            self.open(total, int(stop), 1)
        return total

    def open(self, stock: Ints, stop: int, sign: int) -> None:
        """Add a stop to the stock, or (sign −1) take it away."""
        items, units = self.goods(stop)
        stock[items] += sign * units

    def goods(self, stop: int) -> tuple[Ints, Ints]:
        """Return what lies at a stop: items, each once, and units."""
        here = slice(self._first_bin[stop], self._first_bin[stop + 1])
        return self.bin_item[here], self.bin_units[here]

    def used(self, orders: Ints) -> Ints:
        """Return what these orders use up, per item."""
        inside = np.zeros(self.orders, dtype=bool)
        inside[orders] = True
        lines = inside[self.line_order]
        return np.bincount(self.line_item[lines], self.line_units[lines], minlength=self.items).astype(np.int64)

    def short_lines(self, stock: Ints) -> Ints:
        """Return what each line lacks, 0 or less when it is covered."""
        return self.need - stock[self.line_item]

    def missing(self, short: Ints) -> Ints:
        """Return how many lines of each order are not covered."""
        return np.bincount(self.line_order[short > 0], minlength=self.orders)

    def help_for(self, order: int, free: Ints) -> Ints:
        """Return with how many of an order's lines each stop could help; `free` is what is left after it, or lacks."""
        lines = slice(self.first_line[order], self.first_line[order + 1])
        pairs = slice(self.first_pair[order], self.first_pair[order + 1])
        lacks = free[self.line_item[lines]] < 0
        helped = lacks[self.pair_line[pairs] - self.first_line[order]]
        return np.bincount(self.bin_of_pair[pairs][helped], minlength=self.stops)

    def gains(self, short: Ints, missing: Ints) -> tuple[Floats, Floats]:
        """Return what each stop would add: units of orders it completes, and its share in orders it furthers."""
        lacks = short[self.pair_line]
        helps = (lacks > 0) & (self.pair_units >= lacks)
        if self.estimated:  # one line each: whoever is helped is covered
            completed = self.weight[self.line_order[self.pair_line[helps]]]
            whole = np.bincount(self.bin_of_pair[helps], completed, minlength=self.stops).astype(np.float64)
            return whole, whole
        count = np.bincount(self.pair[helps], minlength=len(self.pair_order))
        touched = np.flatnonzero(count)
        order, stop = self.pair_order[touched], self.pair_stop[touched]
        share = count[touched] / missing[order]
        units = self.weight[order]
        whole = np.bincount(stop, np.where(share >= 1, units, 0.0), minlength=self.stops).astype(np.float64)
        partly = np.bincount(stop, units * share * share, minlength=self.stops).astype(np.float64)
        return whole, partly
