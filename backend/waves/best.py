"""The best wave that a budget allows: built greedily, then improved. One way for the product and for the bench."""

from __future__ import annotations

from backend.waves.greedy import greedy
from backend.waves.problem import Budget, Selection, WaveProblem

#: Up to so many orders a wave is also built order by order: that looks further ahead, and takes longer.
FEW = 2_000


def best_wave(problem: WaveProblem, budget: Budget | None = None, *, seed: int = 0) -> Selection:
    """Return the wave with the most units per stop that was found; without a budget, the first good one.

    The same problem, count of steps and seed give the same wave. It is always one that stock and limits allow, and
    has enough units (`lower`) if all stops together can serve so many by the same greedy rule.
    """
    few = len(problem.orders) <= FEW
    first = greedy(problem) if few or problem.must or budget is None else None
    if budget is None or not problem.stops or not problem.orders:
        return first or greedy(problem)
    from backend.waves.grid import Grid  # numpy only where it pays
    from backend.waves.search import Search

    return Search(Grid(problem), budget, seed=seed).run(first)
