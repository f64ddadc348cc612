"""The day of `brunel.py` as a problem of flows, solved by HiGHS: the most orders, and the least cost of so many."""

from __future__ import annotations

from collections.abc import Mapping

import highspy
import numpy as np

#: order → plant → cost
Pairs = Mapping[int, Mapping[int, int]]


def most_orders(pairs: Pairs, capacities: Mapping[int, int]) -> int:
    """Return the most orders that can have a plant."""
    return round(-_solve(pairs, capacities, dict.fromkeys(_keys(pairs), -1.0), None))


def least_cost(pairs: Pairs, capacities: Mapping[int, int], orders: int) -> float:
    """Return the least that so many orders can cost."""
    costs = {(order, plant): float(cost) for order, plants in pairs.items() for plant, cost in plants.items()}
    return _solve(pairs, capacities, costs, orders)


def _keys(pairs: Pairs) -> list[tuple[int, int]]:
    return [(order, plant) for order, plants in pairs.items() for plant in plants]


def _solve(
    pairs: Pairs, capacities: Mapping[int, int], costs: Mapping[tuple[int, int], float], exactly: int | None
) -> float:
    """Return the least cost: each order at one plant at most, plants within capacity, `exactly` so many if stated."""
    keys = _keys(pairs)
    order_row = {order: row for row, order in enumerate(pairs)}
    plant_row = {plant: len(order_row) + row for row, plant in enumerate(capacities)}
    total_row = len(order_row) + len(plant_row)
    rows = total_row + (exactly is not None)
    per_column = 2 + (exactly is not None)
    index = [row for order, plant in keys for row in (order_row[order], plant_row[plant], total_row)[:per_column]]
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(keys), rows
    lp.col_cost_ = np.array([costs[key] for key in keys])
    lp.col_lower_, lp.col_upper_ = np.zeros(len(keys)), np.ones(len(keys))
    upper = [1.0] * len(order_row) + [float(most) for most in capacities.values()]
    lp.row_upper_ = np.array(upper + ([float(exactly)] if exactly is not None else []))
    lp.row_lower_ = np.array([0.0] * total_row + ([float(exactly)] if exactly is not None else []))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.arange(0, per_column * len(keys) + 1, per_column)
    lp.a_matrix_.index_ = np.array(index)
    lp.a_matrix_.value_ = np.ones(len(index))
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.passModel(lp)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"not solved: {solver.getModelStatus()}")
    return float(solver.getObjectiveValue())
