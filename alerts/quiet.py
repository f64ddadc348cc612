"""Quiet times: whether an instant lies in one, and when it ends. Pure; the same for policies and escalation steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alerts.document import DAYS


@dataclass(frozen=True, slots=True)
class Quiet:
    """A time of day during which nobody is called, on the days (0 Monday) on which it begins; no days: on all.

    `end` at or before `begin` means on the next day. Times are local.
    """

    begin: time
    end: time
    days: frozenset[int] = frozenset()


def quiet_times(documents: Iterable[Mapping[str, Any]]) -> tuple[Quiet, ...]:
    """Read quiet times from a policy document or an escalation step."""
    return tuple(
        Quiet(
            time.fromisoformat(one["from"]),
            time.fromisoformat(one["to"]),
            frozenset(DAYS.index(day) for day in one.get("days", ())),
        )
        for one in documents
    )


def quiet_until(times: Iterable[Quiet], at: datetime, zone: str = "UTC") -> datetime | None:
    """Return when the quiet that holds at an instant is over, None when it is not quiet. Quiet times that touch or
    overlap are one, for at most a week."""
    known = tuple(times)
    end: datetime | None = None
    for _ in range(64):
        further = max((until for one in known if (until := _end(one, end or at, ZoneInfo(zone)))), default=None)
        if further is None or (end is not None and further <= end) or further - at > timedelta(days=7):
            return further if end is None else end
        end = further
    return end


def _end(quiet: Quiet, at: datetime, zone: ZoneInfo) -> datetime | None:
    local = at.astimezone(zone)
    for day in (local.date(), local.date() - timedelta(days=1)):
        if quiet.days and day.weekday() not in quiet.days:
            continue
        ends = day if quiet.end > quiet.begin else day + timedelta(days=1)
        begin = datetime.combine(day, quiet.begin, zone).astimezone(UTC)
        end = datetime.combine(ends, quiet.end, zone).astimezone(UTC)
        if begin <= at < end:
            return end
    return None
