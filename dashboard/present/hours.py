"""Open hours in words: now, through the week, on days that differ. Pure; their arithmetic is `backend/sla/calendar`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from backend.sla.calendar import DAYS, OpenHours
from dashboard import format as say
from dashboard.present.common import Reader
from dashboard.views.location import HoursRow

_DAY_WORDS = dict(
    zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)
#: Exceptions further ahead are for the calendar's editor, not for who looks at today.
AHEAD = timedelta(days=60)


def now(hours: Mapping[str, Any], time_zone: str, closed_reason: str | None, reader: Reader) -> str:
    """Return whether it is open: "Open until 21:00", "Closed, opens Sat 09:00", "Closed: water damage"."""
    if closed_reason:
        return f"Closed: {closed_reason}"
    calendar = OpenHours.parse(hours, time_zone)
    if calendar.always:
        return "Always open"
    change = calendar.next_change(reader.now)
    is_open = calendar.is_open(reader.now)
    if change is None:
        return "Open" if is_open else "Closed"
    wall = say.wall_time(change, time_zone, reader.now, reader.locale)
    return f"Open until {wall}" if is_open else f"Closed, opens {wall}"


def week(hours: Mapping[str, Any], time_zone: str, reader: Reader) -> list[HoursRow]:
    """Return the seven days, Monday first, today marked."""
    weekly = hours.get("weekly") or {}
    today = reader.now.astimezone(ZoneInfo(time_zone)).weekday()
    return [
        HoursRow(
            _DAY_WORDS[day],
            _intervals(weekly.get(day) or ()) if weekly else "Always open",
            today=index == today,
        )
        for index, day in enumerate(DAYS)
    ]


def exceptions(hours: Mapping[str, Any], time_zone: str, reader: Reader) -> list[HoursRow]:
    """Return today's and coming days that differ from their weekday, soonest first."""
    today = reader.now.astimezone(ZoneInfo(time_zone)).date()
    entries = [dict(entry) for entry in hours.get("exceptions") or ()]
    for holiday in hours.get("holidays") or ():
        entries.append({**(holiday if isinstance(holiday, Mapping) else {"date": holiday}), "closed": True})
    coming = sorted(
        (entry for entry in entries if today <= date.fromisoformat(entry["date"]) <= today + AHEAD),
        key=lambda entry: str(entry["date"]),
    )
    return [
        HoursRow(
            _day(date.fromisoformat(entry["date"]), today, reader),
            "Closed" if entry.get("closed") else _intervals(entry.get("intervals") or ()),
            note=str(entry.get("label") or entry.get("name") or ""),
            today=date.fromisoformat(entry["date"]) == today,
        )
        for entry in coming
    ]


def _intervals(intervals: Sequence[Any]) -> str:
    pairs = (interval.split("-") if isinstance(interval, str) else interval for interval in intervals)
    return ", ".join(f"{start}–{end}" for start, end in pairs) or "Closed"


def _day(day: date, today: date, reader: Reader) -> str:
    if day == today:
        return "Today"
    text = f"{day:%b} {day.day}" if reader.locale.month_first else f"{day.day} {day:%b}"
    return f"{day:%a} {text}"
