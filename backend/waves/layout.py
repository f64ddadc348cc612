"""A chosen wave laid out for the floor: what is taken where, in walking order, into which slot, how long it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from backend.waves.facts import Pick, PickTask, PlannedTask, PlannedWave, Slot, WaveLimits
from backend.waves.stock import Stock
from backend.waves.walk import walking_order
from backend.waves.words import why
from models.enums import WaveKey


def lay_out(
    tasks: Sequence[PickTask],
    stops: Sequence[str],
    group: Mapping[WaveKey, str],
    limits: WaveLimits,
    stock: Stock,
    *,
    number: int,
    start_at: datetime,
    now: datetime,
) -> PlannedWave:
    """Return the wave of these shipments from these stops, and take its goods out of the stock."""
    planned = put_wall(tasks, limits)
    picks = _picks(tasks, planned, stops, stock)
    walked = tuple(walking_order({pick.stop for pick in picks}))
    place = {stop: index for index, stop in enumerate(walked)}
    units = sum(task.units for task in tasks)
    takes = limits.pace.duration(units, len(walked))
    deadline = min((task.deadline_at for task in tasks if task.deadline_at is not None), default=None)
    latest = None if deadline is None else deadline - takes
    return PlannedWave(
        number=number,
        group=group,
        tasks=planned,
        picks=tuple(
            sorted(picks, key=lambda pick: (place[pick.stop], pick.item, _slot(pick), pick.task_id, pick.line))
        ),
        stops=walked,
        units=units,
        lines=sum(task.line_count for task in tasks),
        start_at=start_at,
        predicted_finish_at=start_at + takes,
        deadline_at=deadline,
        latest_safe_start_at=latest,
        why=why(tasks, latest, start_at, limits, now),
    )


def put_wall(tasks: Sequence[PickTask], limits: WaveLimits) -> tuple[PlannedTask, ...]:
    """Return each shipment with a slot of its own, cart by cart; shipments of one line each are not sorted at all."""
    if all(task.line_count == 1 for task in tasks):
        return tuple(PlannedTask(task.task_id, None) for task in tasks)
    per_cart = limits.slots_per_cart or len(tasks)
    slots = (Slot(index // per_cart + 1, index % per_cart + 1) for index in range(len(tasks)))
    return tuple(PlannedTask(task.task_id, slot) for task, slot in zip(tasks, slots, strict=True))


def _slot(pick: Pick) -> tuple[int, int]:
    return (0, 0) if pick.slot is None else (pick.slot.cart, pick.slot.number)


def _picks(tasks: Sequence[PickTask], planned: Sequence[PlannedTask], stops: Sequence[str], stock: Stock) -> list[Pick]:
    chosen = frozenset(stops)
    return [
        Pick(stop, line.item, units, task.task_id, index, place.slot)
        for task, place in zip(tasks, planned, strict=True)
        for index, line in enumerate(task.lines)
        for stop, units in stock.take(line, chosen)
    ]
