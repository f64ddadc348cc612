"""The inner problem of one wave: which orders together, from which stops, so that each stop visited yields the most.

Given orders (item → units) and stops (item → units in stock there), choose orders S and stops A, so that what lies at
A covers all of S, `lower` ≤ units(S) ≤ `upper`, and **units(S) / |A| is largest**. This is the problem of the first
Mercado Libre optimisation challenge (SBPO 2025). A wave adds to it: orders that `must` be in because they are more
urgent, and limits on the number of orders and lines. Orders and stops go by their place in the sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

#: Asked between steps of a search: whether there is time for another. Makes a search as repeatable as what it counts.
Budget = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class WaveProblem:
    """Orders in the order of their urgency, stops, bounds. What `must` be in has to fit together."""

    orders: Sequence[Mapping[int, int]]
    stops: Sequence[Mapping[int, int]]
    lower: int
    upper: int
    must: Sequence[int] = ()
    max_orders: int | None = None
    max_lines: int | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Orders and stops of one wave, ascending. Below `lower` only when a wave of the problem cannot reach it."""

    orders: tuple[int, ...]
    stops: tuple[int, ...]
    units: int

    @property
    def units_per_stop(self) -> float:
        """Return the objective; nothing chosen is 0."""
        return self.units / len(self.stops) if self.stops else 0.0

    def better_than(self, other: Selection | None, lower: int) -> bool:
        """Return whether to prefer this one: first enough units, then more of them per stop."""
        if other is None:
            return True
        return (min(self.units, lower), self.units_per_stop) > (min(other.units, lower), other.units_per_stop)


def steps(count: int) -> Budget:
    """Return a budget of so many steps: the same result on every machine."""
    left = iter(range(count))
    return lambda: next(left, None) is not None


@dataclass(slots=True)
class Room:
    """What a wave still takes."""

    units: int
    orders: float = field(default=float("inf"))
    lines: float = field(default=float("inf"))

    @classmethod
    def of(cls, problem: WaveProblem) -> Room:
        """Return the room of an empty wave."""
        return cls(problem.upper, *(most if most is not None else float("inf") for most in _counts(problem)))

    def holds(self, order: Mapping[int, int], units: int) -> bool:
        """Return whether the order fits as well."""
        return units <= self.units and self.orders >= 1 and len(order) <= self.lines

    def take(self, order: Mapping[int, int], units: int) -> None:
        """Book the order."""
        self.units -= units
        self.orders -= 1
        self.lines -= len(order)


def _counts(problem: WaveProblem) -> tuple[int | None, int | None]:
    return problem.max_orders, problem.max_lines
