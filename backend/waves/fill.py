"""Orders into a wave whose stops are given: as many units as stock and limits allow, greedily, scarce goods last."""

from __future__ import annotations

import numpy as np

from backend.waves.grid import Floats, Grid, Ints, running
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
    """Take the orders one after the other, who does not fit any more is passed over."""
    problem = grid.problem
    at_once = _without_conflict(grid, stock, queue)
    taken = queue[:at_once].tolist()
    free = (stock - grid.used(queue[:at_once])).tolist()
    room = problem.upper - int(grid.units[taken].sum())
    orders_left = (grid.orders if problem.max_orders is None else problem.max_orders) - at_once
    lines_left = (len(grid.line_item) if problem.max_lines is None else problem.max_lines) - int(
        grid.lines[taken].sum()
    )
    first, items, units, sizes = grid.listed
    for order in queue[at_once:].tolist():
        if room < 1 or orders_left < 1:
            break
        lines = range(first[order], first[order + 1])
        if sizes[order] > room or len(lines) > lines_left:
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


def _without_conflict(grid: Grid, stock: Ints, queue: Ints) -> int:
    """Return how many orders at the head of the queue can be taken before anything is short."""
    problem = grid.problem
    most = int(np.searchsorted(np.cumsum(grid.units[queue]), problem.upper, side="right"))
    if problem.max_lines is not None:
        most = min(most, int(np.searchsorted(np.cumsum(grid.lines[queue]), problem.max_lines, side="right")))
    if problem.max_orders is not None:
        most = min(most, problem.max_orders)
    turn = np.full(grid.orders, most)
    turn[queue[:most]] = np.arange(most)
    lines = np.flatnonzero(turn[grid.line_order] < most)
    lines = lines[np.lexsort((turn[grid.line_order[lines]], grid.line_item[lines]))]
    short = lines[running(grid.line_item[lines], grid.line_units[lines]) > stock[grid.line_item[lines]]]
    return int(turn[grid.line_order[short]].min(initial=most))


def _needed(grid: Grid, stops: Ints, free: Ints) -> list[int]:
    """Return the stops without those that the others make up for."""
    kept = []
    for stop in sorted(stops.tolist()):
        items, units = grid.goods(stop)
        if (free[items] < units).any():
            kept.append(stop)
        else:
            free[items] -= units
    return kept
