"""Improves a wave: closes a stop or two, opens those that complete the most, and keeps what is better.

A local search over sets of stops with cooling: a change for the worse is kept now and then, less and less often until
the end of a cycle, then it goes on from the best wave so far. Which orders the stops serve is `fill.py`'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.waves.fill import fill
from backend.waves.grid import Grid, Ints
from backend.waves.problem import Budget, Selection

CYCLE = 300  # steps until it is cold
HEAT = 0.02  # of the value, at first and with one stop: what a change for the worse may cost
HOPELESS = 0.97  # of the present value: a bound below it is not worth a closer look
REPACK = 0.1  # of the steps try other orders at the same stops
INSERT = 0.25  # of the other steps start from an order that is not covered
SHORT = 3  # the power by which units short of the lower bound count

Stops = list[int]


@dataclass(slots=True)
class At:
    """Where the search stands: stops, their value, and the orders that they serve, if these were tried in."""

    stops: Stops
    value: float
    orders: Sequence[int] = ()
    stock: Ints | None = None  # what lies at the stops, kept for the next step


class Search:
    """The best wave found so far, and the set of stops that the search stands at."""

    def __init__(self, grid: Grid, budget: Budget, *, seed: int) -> None:
        self.grid, self.problem, self.budget = grid, grid.problem, budget
        self.dice = np.random.default_rng(seed)
        self.best = Selection((), (), 0)
        self.must = frozenset(self.problem.must)
        self.left = True

    def run(self, first: Selection | None) -> Selection:
        """Search on from the given wave and one built stop by stop, while the budget lasts."""
        self.best = first or Selection((), (), 0)
        self._record(self._fill(self._built()))
        if self.best.units < self.problem.lower:
            self._record(self._fill(list(range(self.grid.stops))))
        here = self._at_best()
        best = here.value
        step, hot = 0, HEAT
        while self.best.stops and self._go_on():
            cold = 1 - step % CYCLE / CYCLE
            step += 1
            if self.dice.random() < REPACK:
                self._repack(here if here.orders and self.dice.random() < 0.5 else self._at_best())
            if step % CYCLE == 0:
                here = self._restart()
                hot = HEAT * 10 ** self.dice.uniform(-1, 1)
            there = self._valued(*self._changed(here), here.value * HOPELESS)
            heat = here.value * hot * cold / np.sqrt(max(1, len(here.stops)))
            if there.value > best:
                best = there.value
                if self.grid.estimated:
                    self._record(self._fill(there.stops))
            if there.value >= here.value or self.dice.random() < np.exp((there.value - here.value) / max(heat, 1e-9)):
                here = there
        return self.best

    def _restart(self) -> At:
        """Return where a cycle starts: at the best wave, or at a new one from some of its stops or from none."""
        best = self._at_best()
        kind, share = self.dice.random(2)
        if kind < 0.5:
            return best
        stops = [stop for stop in best.stops if kind < 0.75 and self.dice.random() < share]
        stock = self.grid.stock(stops)
        while not stops or self._covered(self.grid.missing(self.grid.short_lines(stock))) < self.problem.lower:
            if self._opened(stops, stock, eager=1.0, shunned=()) is None or not self._go_on():
                break
        return self._valued(stops, stock, 0.0)

    def _at_best(self) -> At:
        return At(list(self.best.stops), self._score(self.best.units, len(self.best.stops)), self.best.orders)

    def _go_on(self) -> bool:
        self.left = self.left and self.budget()
        return self.left

    def _fill(self, stops: Stops) -> Selection:
        return fill(self.grid, np.array(stops, dtype=np.int64))

    def _record(self, found: Selection) -> None:
        if self.must <= set(found.orders) and found.better_than(self.best, self.problem.lower):
            self.best = found

    def _repack(self, here: At) -> None:
        """Try other orders at the same stops: some of them stay, the rest is drawn anew."""
        taken = np.array(here.orders, dtype=np.int64)
        kept = taken[self.dice.random(len(taken)) < self.dice.random()]
        noise = self.dice.random(self.grid.orders)
        self._record(fill(self.grid, np.array(here.stops, dtype=np.int64), kept=kept, noise=noise))

    def _score(self, units: float, stops: int) -> float:
        """Return units per stop, less when there are not enough units."""
        if not stops:
            return 0.0
        enough = min(1.0, units / max(1, self.problem.lower))
        return float(min(units, self.problem.upper) / stops * enough**SHORT)

    def _valued(self, stops: Stops, stock: Ints, floor: float) -> At:
        """Return where these stops are, without idle ones; of hopeless ones, only a bound of their value."""
        missing = self.grid.missing(self.grid.short_lines(stock))
        if missing[list(self.must)].any():
            return At(stops, 0.0)
        bound = self._score(self._covered(missing), len(stops))
        if self.grid.estimated or bound < floor:
            return At(stops, bound)
        found = self._fill(stops)
        self._record(found)
        same = stock if len(found.stops) == len(stops) else None
        return At(list(found.stops), self._score(found.units, len(found.stops)), found.orders, same)

    def _covered(self, missing: Ints) -> float:
        """Return the units of all orders that lack nothing."""
        return float(self.grid.units[missing == 0].sum())

    def _built(self) -> Stops:
        """Return the best stops of a row in which each next one completes and furthers the most."""
        stock = self.grid.stock([])
        stops: Stops = []
        best, size = -1.0, 0
        while len(stops) < self.grid.stops and self._go_on():
            following = self._opened(stops, stock, eager=1.0, shunned=())
            if following is None:
                break
            value = self._valued(list(stops), stock, best).value
            if value > best:
                best, size = value, len(stops)
            elif len(stops) > 2 * size + 5 and best > 0:
                break
        return stops[:size]

    def _changed(self, here: At) -> tuple[Stops, Ints]:
        """Return other stops near these: one closed, one opened, one or two exchanged, or those that an order lacks."""
        if here.stock is None:
            here.stock = self.grid.stock(here.stops)
        there, stock = list(here.stops), here.stock.copy()
        kind = self.dice.random()
        closing = 0 if 0.1 <= kind < 0.2 else 1 if kind < 0.75 else 2
        closed = [self._closed(there, stock) for _ in range(min(closing, len(there)))]
        if kind < 0.1 and there:
            return there, stock
        if here.orders and self.dice.random() < INSERT:
            self._cover(here.orders, there, stock)
            return there, stock
        shunned = closed if self.dice.random() < 0.8 else ()
        for _ in range(max(1, len(closed))):
            self._opened(there, stock, eager=self.dice.random() / 2, shunned=shunned)
        return there, stock

    def _cover(self, taken: Sequence[int], stops: Stops, stock: Ints) -> None:
        """Open what one more order lacks beside those taken, the stops first that help it with the most lines."""
        order = int(self.dice.integers(self.grid.orders))
        used = self.grid.used(np.array([*taken, order], dtype=np.int64))
        while True:
            help_ = self.grid.help_for(order, stock - used) * self.dice.uniform(0.6, 1.0, self.grid.stops)
            help_[stops] = 0.0
            stop = int(help_.argmax())
            if help_[stop] <= 0:
                return
            stops.append(stop)
            self.grid.open(stock, stop, 1)

    def _closed(self, stops: Stops, stock: Ints) -> int:
        stop = stops.pop(int(self.dice.integers(len(stops))))
        self.grid.open(stock, stop, -1)
        return stop

    def _opened(self, stops: Stops, stock: Ints, *, eager: float, shunned: Stops | tuple[()]) -> int | None:
        """Open the stop that completes the most; `eager` says what furthering an order counts beside completing it."""
        short = self.grid.short_lines(stock)
        whole, partly = self.grid.gains(short, self.grid.missing(short))
        gain = whole + eager * partly
        if self.dice.random() < 0.5:
            gain = gain * (1 + 0.1 * self.dice.random(len(gain)))
        gain[stops] = -1.0
        if len(stops) + len(shunned) < len(gain):
            gain[list(shunned)] = -1.0
        stop = int(gain.argmax())
        if gain[stop] < 0:
            return None
        stops.append(stop)
        self.grid.open(stock, stop, 1)
        return stop
