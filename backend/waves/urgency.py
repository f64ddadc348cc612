"""How urgent a shipment is: its slack, in bands. Within a band units per stop decide, between bands time does."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime, timedelta

from backend.waves.facts import Pace, PickTask

#: Upper ends of the bands, by slack: what starts too late already, then half an hour, one, two, four, … three days.
BANDS = tuple(timedelta(hours=hours) for hours in (0, 0.5, 1, 2, 4, 8, 24, 72))

#: What has to start within so many first bands is about to break.
ABOUT_TO_BREAK = 2

_LAST = datetime.max.replace(tzinfo=UTC)

Urgency = tuple[int, datetime, datetime, int]


def latest_start_at(task: PickTask, pace: Pace) -> datetime | None:
    """Return when picking the task, alone, has to start at the latest; None when nothing waits for it."""
    deadline = task.deadline_at
    return None if deadline is None else deadline - pace.duration(task.units, task.line_count)


def urgency(task: PickTask, pace: Pace, now: datetime) -> Urgency:
    """Return what tasks are sorted by: band, latest start, age, and their id so that no two are equal."""
    latest = latest_start_at(task, pace)
    band = len(BANDS) + 1 if latest is None else bisect_left(BANDS, latest - now)
    return band, latest or _LAST, task.placed_at or _LAST, task.task_id
