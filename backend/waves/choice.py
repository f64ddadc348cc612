"""One wave out of a group of shipments: whole bands of urgency while they fit, of the next band the best companions."""

from __future__ import annotations

from collections.abc import Sequence

from backend.waves.best import best_wave
from backend.waves.facts import PickTask, WaveLimits
from backend.waves.problem import WaveProblem, steps
from backend.waves.stock import Stock

#: A wave is chosen among so many times the shipments it can hold, the most urgent ones of the band.
WINDOW = 8

#: Shipments, and the names of the stops.
Chosen = tuple[list[PickTask], list[str]]


def choose(bands: Sequence[Sequence[PickTask]], limits: WaveLimits, stock: Stock, *, effort: int = 0) -> Chosen:
    """Return one wave of a group, whose tasks come in bands of urgency, and the stops it is picked at."""
    chosen: list[PickTask] = []
    stops: list[str] | None = None
    for band in bands:
        if len(band) <= limits.max_shipments and fits([*chosen, *band], limits):
            chosen, stops = [*chosen, *band], None
            continue
        chosen, stops = _best(chosen, band[: WINDOW * limits.max_shipments], limits, stock, effort=effort)
        if len(chosen) >= _most_shipments(chosen, limits):
            break
        inside = {task.task_id for task in chosen}
        if any(fits([*chosen, task], limits) for task in band if task.task_id not in inside):
            break  # who is left would fit: nobody less urgent may take the place
    if stops is None:
        chosen, stops = _best(chosen, [], limits, stock, effort=effort)
    return chosen, stops


def fits(tasks: Sequence[PickTask], limits: WaveLimits) -> bool:
    """Return whether these can be one wave."""
    return (
        len(tasks) <= _most_shipments(tasks, limits)
        and (limits.max_units is None or sum(task.units for task in tasks) <= limits.max_units)
        and (limits.max_lines is None or sum(task.line_count for task in tasks) <= limits.max_lines)
    )


def _most_shipments(tasks: Sequence[PickTask], limits: WaveLimits) -> int:
    """Return how many shipments a wave of these may have: a put wall is needed as soon as one has several lines."""
    if limits.slots_per_cart is None or all(task.line_count == 1 for task in tasks):
        return limits.max_shipments
    return min(limits.max_shipments, limits.carts * limits.slots_per_cart)


def _best(
    must: Sequence[PickTask], optional: Sequence[PickTask], limits: WaveLimits, stock: Stock, *, effort: int
) -> tuple[list[PickTask], list[str]]:
    tasks = [*must, *optional]
    orders = [stock.needs(task) for task in tasks]
    stops = stock.stops_with({good for order in orders for good in order})
    all_units = sum(task.units for task in tasks)
    most = _most_shipments(tasks, limits) if optional else len(tasks)
    problem = WaveProblem(
        orders=orders,
        stops=[stock.at[stop] for stop in stops],
        lower=max(limits.min_units, _full(tasks, limits) * limits.fill_percent // 100),
        upper=all_units if limits.max_units is None else limits.max_units,
        must=range(len(must)),
        max_orders=most,
        max_lines=limits.max_lines,
    )
    best = best_wave(problem, steps(effort) if effort else None)
    return [tasks[index] for index in best.orders], [stops[number] for number in best.stops]


def _full(tasks: Sequence[PickTask], limits: WaveLimits) -> int:
    """Return about how many units a full wave of these has: as many as the most urgent that fit together."""
    total = lines = 0
    for count, task in enumerate(tasks):
        total, lines = total + task.units, lines + task.line_count
        past = (limits.max_units or total) < total or (limits.max_lines or lines) < lines
        if past or count >= _most_shipments(tasks, limits):
            return total - task.units
    return total
