"""Orders into a wave whose stops are given: as many units as stock and limits allow, greedily, scarce goods last."""

from __future__ import annotations

import numpy as np

from backend.waves.grid import Floats, Grid, Ints
from backend.waves.problem import Selection


def fill(grid: Grid, stops: Ints, *, kept: Ints | None = None, noise: Floats | None = None) -> Selection:
    """Return the wave from these stops; those that it does not need are left out of it.

    Orders that are `kept` are taken before others; `noise` (a factor per order) stirs the rest, to try another way.
    """
    stock = grid.stock(stops)
    covered = np.flatnonzero(
        np.bincount(grid.line_order[grid.line_units > stock[grid.line_item]], minlength=grid.orders) == 0
    )
    return _taken(grid, stops, stock, _by_worth(grid, covered, stock, kept, noise))


def _by_worth(grid: Grid, covered: Ints, stock: Ints, kept: Ints | None, noise: Floats | None) -> Ints:
    """Return the orders in the order of taking: what must be in, then units for the scarce goods they use up."""
    demand = grid.used(covered)
    scarce = np.maximum(0.0, demand - stock) / np.maximum(1, demand)
    used = np.bincount(grid.line_order, grid.line_units * scarce[grid.line_item], minlength=grid.orders)
    worth = used[covered] / grid.units[covered]
    turn = np.full(grid.orders, 2)
    turn[[] if kept is None else kept] = 1
    turn[list(grid.problem.must)] = 0
    units = grid.units[covered].astype(np.float64)
    if noise is not None:
        units, worth = units * noise[covered], worth * (noise[covered] > 0.5)
    return covered[np.lexsort((covered, -units, worth, turn[covered]))]


def _taken(grid: Grid, stops: Ints, stock: Ints, queue: Ints) -> Selection:
    problem = grid.problem
    first, items, units, sizes = grid.listed
    free = stock.tolist()
    room = problem.upper
    orders_left = problem.max_orders if problem.max_orders is not None else grid.orders
    lines_left = problem.max_lines if problem.max_lines is not None else len(items)
    taken: list[int] = []
    for order in queue.tolist():
        lines = range(first[order], first[order + 1])
        if sizes[order] > room or orders_left < 1 or len(lines) > lines_left:
            continue
        if any(units[line] > free[items[line]] for line in lines):
            continue
        for line in lines:
            free[items[line]] -= units[line]
        room -= sizes[order]
        orders_left -= 1
        lines_left -= len(lines)
        taken.append(order)
    kept = _needed(grid, stops, np.array(free, dtype=np.int64))
    return Selection(tuple(sorted(taken)), tuple(sorted(kept)), problem.upper - room)


def _needed(grid: Grid, stops: Ints, free: Ints) -> list[int]:
    """Return the stops without those that the others make up for."""
    kept = []
    for stop in sorted(int(stop) for stop in stops):
        grid.open(free, stop, -1)
        if (free < 0).any():
            grid.open(free, stop, 1)
            kept.append(stop)
    return kept
