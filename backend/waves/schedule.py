"""When a wave rule runs next. Pure: a schedule, the location's open hours and an instant in, an instant out."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.sla.calendar import OpenHours, minutes_of, to_instant
from backend.waves.settings import Schedule

#: A location that opens on no day within so many is not planned for.
_DAYS = 370


def next_run(schedule: Schedule, hours: OpenHours, after: datetime) -> datetime | None:
    """Return the first run after `after`; None when the location does not open any more.

    Every so many minutes: counted from `after` while it is open, else from when it opens. At local times: on days with
    open hours, true to the clock on the wall when it is set forward or back.
    """
    if schedule.every_minutes is not None:
        return _every(timedelta(minutes=schedule.every_minutes), hours, after)
    return _at(schedule.at, hours, after)


def _every(step: timedelta, hours: OpenHours, after: datetime) -> datetime | None:
    candidate = after + step
    if hours.is_open(candidate):
        return candidate
    opens = hours.next_change(candidate)
    return opens if opens is None or hours.is_open(opens) else None


def _at(times: tuple[str, ...], hours: OpenHours, after: datetime) -> datetime | None:
    today = after.astimezone(hours.zone).date()
    minutes = sorted(map(minutes_of, times))
    for offset in range(_DAYS):
        day = today + timedelta(days=offset)
        if not hours.opens_on(day):
            continue
        for minute in minutes:
            wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001  # a wall clock
            instant = to_instant(wall, hours.zone)
            if instant > after:
                return instant
    return None
