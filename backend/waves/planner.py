"""Open shipments of one location → pick waves. Pure: facts in, a plan out, the same for the same facts.

The objective, in this order:

1. **Least slack first.** Slack is the latest safe start of a shipment minus now, read in bands (`urgency.py`). The
   next wave comes from the group whose most urgent shipment is the most urgent of all, and takes that group's bands one
   after the other: as long as a whole band fits, all of it is in. No shipment takes the place of one of an earlier band
   of its group, unless that one does not fit into what room is left.
2. **Most units per stop.** Of the first band that does not fit as a whole, those go along that make the wave's units
   per stop visited the largest (`best_wave`): that is the inner problem of `problem.py`, with what has to be in.

Limits hold for every wave. Scarce stock goes to who is more urgent. Every shipment is in one wave, or left out with a
reason, never both.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from backend.waves.choice import choose
from backend.waves.facts import LeftOut, PickTask, Plan, PlannedWave, Supply, WaveLimits
from backend.waves.layout import lay_out
from backend.waves.sift import sift
from backend.waves.stock import Stock
from backend.waves.urgency import ABOUT_TO_BREAK, Urgency, urgency
from models.enums import LeftOutReason, WaveKey, WaveLines

#: Steps of improvement for one wave, and for a plan unless somebody wants more.
STEPS_PER_WAVE = 30
EFFORT = 10 * STEPS_PER_WAVE

Group = tuple[tuple[WaveKey, str], ...]


def plan_waves(
    work: Sequence[PickTask],
    limits: WaveLimits,
    *,
    now: datetime,
    supply: Supply | None = None,
    effort: int = EFFORT,
) -> Plan:
    """Return the waves for this work, and who is in none.

    Without a `supply` every line is picked where it says; with one, lines without a stop are picked wherever its stock
    lies. `effort` is how many steps of improvement the plan is worth. They go to the waves that are picked next:
    what comes later is mostly planned anew before its turn.
    """
    stock = Stock(supply, work)
    rank = {task.task_id: urgency(task, limits.pace, now) for task in work}
    if len(rank) != len(work):
        raise ValueError("a shipment was given twice")
    kept, out = sift(sorted(work, key=lambda task: rank[task.task_id]), limits, stock, now)
    waves = _waves(_grouped(kept, limits, rank), limits, stock, rank, now=now, effort=effort)
    planned = {task.task_id for wave in waves for task in wave.tasks}
    ended = limits.max_waves is not None and len(waves) >= limits.max_waves
    out += [_not_reached(task, limits, ended=ended) for task in kept if task.task_id not in planned]
    return Plan(tuple(waves), tuple(out))


def group_of(task: PickTask, limits: WaveLimits) -> Group:
    """Return what keeps the task apart from others: shipments of different groups are never in one wave."""
    values = {
        WaveKey.CARRIER: task.carrier,
        WaveKey.SERVICE_LEVEL: task.service_level,
        WaveKey.ZONE: "+".join(sorted({line.zone for line in task.lines})),
        WaveKey.METHOD: task.method.value,
        WaveKey.LINES: WaveLines.SINGLE.value if task.line_count == 1 else WaveLines.MULTIPLE.value,
    }
    return tuple((key, values[key]) for key in WaveKey if key in limits.group_by)


def _grouped(
    tasks: Sequence[PickTask], limits: WaveLimits, rank: Mapping[int, Urgency]
) -> dict[Group, list[list[PickTask]]]:
    """Return the tasks of each group in bands; all by urgency, as they came."""
    groups: defaultdict[Group, list[PickTask]] = defaultdict(list)
    for task in tasks:
        groups[group_of(task, limits)].append(task)
    return {
        group: [list(band) for _, band in groupby(tasks, key=lambda task: rank[task.task_id][0])]
        for group, tasks in groups.items()
    }


def _waves(
    groups: Mapping[Group, list[list[PickTask]]],
    limits: WaveLimits,
    stock: Stock,
    rank: Mapping[int, Urgency],
    *,
    now: datetime,
    effort: int,
) -> list[PlannedWave]:
    """Return the waves, each from the group whose most urgent shipment is the most urgent of all that are left."""
    waves: list[PlannedWave] = []
    free_at = [now] * max(1, limits.pickers)
    left = dict(groups)
    turns = [(rank[bands[0][0].task_id], group) for group, bands in left.items()]
    heapq.heapify(turns)
    while turns and (limits.max_waves is None or len(waves) < limits.max_waves):
        head, group = heapq.heappop(turns)
        share = min(effort, STEPS_PER_WAVE)
        tasks, stops = choose(left[group], limits, stock, effort=share)
        effort -= share
        tasks.sort(key=lambda task: rank[task.task_id])
        if sum(task.units for task in tasks) < limits.min_units and head[0] >= ABOUT_TO_BREAK:
            continue
        start_at = heapq.heappop(free_at)
        wave = lay_out(tasks, stops, dict(group), limits, stock, number=len(waves) + 1, start_at=start_at, now=now)
        heapq.heappush(free_at, wave.predicted_finish_at)
        waves.append(wave)
        gone = {task.task_id for task in tasks}
        left[group] = list(_without(left[group], gone))
        if left[group]:
            heapq.heappush(turns, (rank[left[group][0][0].task_id], group))
    return waves


def _without(bands: Iterable[list[PickTask]], gone: set[int]) -> Iterator[list[PickTask]]:
    """Yield what is left of the bands. Those behind the last that gave any stay as they are."""
    count = len(gone)
    for band in bands:
        kept = [task for task in band if task.task_id not in gone] if count else band
        count -= len(band) - len(kept)
        if kept:
            yield kept


def _not_reached(task: PickTask, limits: WaveLimits, *, ended: bool) -> LeftOut:
    if ended:
        return LeftOut(task.task_id, LeftOutReason.NO_ROOM, f"the plan ends after {limits.max_waves} waves")
    return LeftOut(task.task_id, LeftOutReason.TOO_FEW, f"fewer than {limits.min_units} units to pick together")
