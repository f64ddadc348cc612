"""Calendar arithmetic against a reference that walks minute by minute, and against itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.sla.calendar import DAYS, OpenHours

ZONES = ("America/Chicago", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe")
MINUTE = timedelta(minutes=1)

#: Around both daylight saving changes of several zones, and plain days.
STARTS = st.sampled_from(
    [datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC)]
)
MOMENTS = st.builds(lambda day, minutes: day + minutes * MINUTE, STARTS, st.integers(0, 4 * 1440))


@st.composite
def _interval(draw: st.DrawFn) -> list[str]:
    # Away from the small hours: a wall-clock minute there may happen twice or never, which the reference cannot tell.
    opens, closes = draw(st.integers(4 * 60, 23 * 60)), draw(st.integers(4 * 60, 24 * 60))
    return [f"{value // 60:02d}:{value % 60:02d}" for value in (opens, closes)]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    weekly = {day: [draw(_interval())] for day in DAYS if draw(st.booleans())}
    weekly["wed"] = [draw(_interval())]  # never closed for good
    days = draw(st.lists(st.sampled_from(["2026-03-08", "2026-10-25", "2026-11-01"]), unique=True, max_size=2))
    return {"weekly": weekly, "exceptions": [{"date": day, "closed": True} for day in days]}


CALENDARS = st.builds(OpenHours.parse, documents(), st.sampled_from(ZONES))


def _open_minute(hours: OpenHours, at: datetime) -> bool:
    """Return whether the place is open, read off the wall clock of that minute."""
    wall = at.astimezone(hours.zone)

    def covers(day: date, minute: int) -> bool:
        intervals = hours.exceptions.get(day, hours.weekly[day.weekday()])
        return any(opens <= minute < closes for opens, closes in intervals)

    minute = wall.hour * 60 + wall.minute
    return covers(wall.date(), minute) or covers(wall.date() - timedelta(days=1), minute + 1440)


@settings(max_examples=60, deadline=None)
@given(CALENDARS, MOMENTS, st.integers(0, 2000))
def test_between_counts_the_open_minutes(hours: OpenHours, start: datetime, minutes: int) -> None:
    walked = sum(_open_minute(hours, start + i * MINUTE) for i in range(minutes))
    assert hours.between(start, start + minutes * MINUTE) == 60 * walked


@settings(max_examples=150, deadline=None)
@given(CALENDARS, MOMENTS, st.integers(0, 400_000))
def test_add_and_between_are_inverse(hours: OpenHours, start: datetime, seconds: int) -> None:
    end = hours.add(start, seconds)
    assert hours.between(start, end) == seconds
    if seconds:
        assert hours.between(start, end - timedelta(microseconds=1)) < seconds  # the first such instant


@settings(max_examples=150, deadline=None)
@given(CALENDARS, MOMENTS, st.integers(0, 200_000), st.integers(0, 200_000))
def test_add_in_two_steps_is_add_at_once(hours: OpenHours, start: datetime, one: int, two: int) -> None:
    assert hours.add(hours.add(start, one), two) == hours.add(start, one + two)
    assert hours.add(start, one) <= hours.add(start, one + two)


@settings(max_examples=100, deadline=None)
@given(CALENDARS, MOMENTS)
def test_nothing_changes_before_the_next_change(hours: OpenHours, start: datetime) -> None:
    change = hours.next_change(start)
    assert change is not None
    assert hours.is_open(change) is not hours.is_open(start)
    counted = hours.between(start, change)
    assert counted == (int((change - start).total_seconds()) if hours.is_open(start) else 0)


def test_the_reference_knows_a_zone() -> None:
    hours = OpenHours.parse({"weekly": {"mon": [["09:00", "10:00"]]}}, "Asia/Kolkata")
    assert hours.zone == ZoneInfo("Asia/Kolkata")
    assert _open_minute(hours, datetime(2026, 11, 16, 3, 30, tzinfo=UTC))
