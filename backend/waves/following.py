"""What is left of an open wave when something left it: its walk, its size, its times are those of what remains."""

from __future__ import annotations

from backend.persistence.uow import Uow
from backend.promise import queries as promises
from backend.waves import shrink, words, work
from backend.waves.facts import WaveLimits
from backend.waves.rows import change, members
from backend.waves.settings import pace_of
from backend.waves.shrink import Gone
from models.tables import PickWave


def follow(uow: Uow, wave: PickWave, gone: Gone) -> None:
    """Take out of a locked wave what left it, and work out anew when it has to start and will be done. What waits no
    more for anybody has no deadline in it."""
    wave_id, place = int(wave.id or 0), promises.network(uow).places[wave.location_id]
    inside, pace = members(uow, wave_id), pace_of(wave.plan, wave.limits)
    took = pace.duration(wave.units, wave.stops)
    plan = shrink.without(wave.plan, gone)
    size = shrink.size_of(plan)
    takes = pace.duration(size.units, size.stops)
    tasks = work.inside(uow, place, inside)
    deadline = min((task.deadline_at for task in tasks if task.deadline_at is not None), default=None)
    latest = None if deadline is None else deadline - takes
    start = uow.now if wave.predicted_finish_at is None else wave.predicted_finish_at - took
    if tasks:
        plan["why"] = words.why(tasks, latest, start, WaveLimits(time_zone=place.hours.zone), uow.now)
    change(
        uow,
        wave,
        plan=plan,
        shipments=len(inside),
        units=size.units,
        lines=size.lines,
        stops=size.stops,
        due_at=min((task.due_at for task in tasks if task.due_at is not None), default=None),
        cutoff_at=min((task.cut_off_at for task in tasks if task.cut_off_at is not None), default=None),
        latest_safe_start_at=latest,
        predicted_finish_at=start + takes,
    )
