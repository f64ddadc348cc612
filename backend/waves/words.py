"""A wave in plain words, for its preview: who leaves when, when it has to start, what it yields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from backend.waves.facts import PickTask, WaveLimits


def at(instant: datetime, limits: WaveLimits, now: datetime) -> str:
    """Return the time at the location; with its day when that is not today."""
    local = instant.astimezone(limits.time_zone)
    same_day = local.date() == now.astimezone(limits.time_zone).date()
    return f"{local:%H:%M}" if same_day else f"{local.day} {local:%b %H:%M}"


def why(tasks: Sequence[PickTask], latest: datetime | None, start: datetime, limits: WaveLimits, now: datetime) -> str:
    """Return why the wave is what it is: "12 leave at 17:00 with UPS, latest start 16:10"."""
    if latest is None:
        return f"{len(tasks)} without a promise, oldest first"
    words = f"{_who(tasks, limits, now)}, latest start {at(latest, limits, now)}"
    if start > latest:
        words += f", starts {round((start - latest).total_seconds() / 60)} min too late"
    return words


def _who(tasks: Sequence[PickTask], limits: WaveLimits, now: datetime) -> str:
    first = min(task.deadline_at for task in tasks if task.deadline_at is not None)
    these = [task for task in tasks if task.deadline_at == first]
    leaving = [task for task in these if task.cut_off_at == first]
    if not leaving:
        return f"{len(these)} due at {at(first, limits, now)}"
    verb = "leaves" if len(leaving) == 1 else "leave"
    carriers = Counter(task.carrier for task in leaving)
    carrier = f" with {leaving[0].carrier}" if len(carriers) == 1 and leaving[0].carrier else ""
    return f"{len(leaving)} {verb} at {at(first, limits, now)}{carrier}"
