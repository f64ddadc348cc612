"""Open hours of a location as arithmetic on instants: DST-true, IANA zones. Pure; validation is `hours.py`.

Wall-clock intervals become UTC instants: an ambiguous local time is its first, one that does not exist is the first
instant after the gap. An interval that crosses midnight belongs to the day on which it starts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from models.enums import Method

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: No calendar repeats later than this; further ahead there is nothing new to find.
HORIZON = timedelta(days=800)

_SECOND = 1_000_000
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")

Minutes = tuple[int, int]  # of a day, local wall clock; the end may lie past 1440
Span = tuple[int, int]  # microseconds since the epoch, UTC


class NeverOpenError(ValueError):
    """The calendar has no open second within the horizon."""


def minutes_of(text: str) -> int:
    """Return minutes since midnight for "HH:MM", up to "24:00"; ValueError for anything else."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise ValueError(f"{text!r} is no time of day")
    return int(text[:2]) * 60 + int(text[3:])


def interval_of(pair: Any) -> Minutes:
    """Return `["22:00", "02:00"]` or `"22:00-02:00"` as minutes; an end at or before the start is on the next day."""
    start, end = pair.split("-") if isinstance(pair, str) else pair
    opens, closes = minutes_of(start), minutes_of(end)
    return opens, closes if closes > opens else closes + 1440


@dataclass(frozen=True)
class OpenHours:
    """When a place is open. Made by `parse`; with no weekly hours it is always open but for its exceptions."""

    zone: ZoneInfo
    weekly: tuple[tuple[Minutes, ...], ...]  # Monday first
    exceptions: Mapping[date, tuple[Minutes, ...]]
    cutoffs: Mapping[Method, int]
    always: bool
    _days: dict[date, tuple[Span, ...]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def parse(cls, hours: Mapping[str, Any], time_zone: str) -> OpenHours:
        """Return the calendar of a valid hours document (`hours_faults` says what is wrong with another)."""
        weekly_doc = hours.get("weekly") or {}
        exceptions: dict[date, tuple[Minutes, ...]] = {_holiday(day): () for day in hours.get("holidays") or ()}
        for entry in hours.get("exceptions") or ():
            intervals = () if entry.get("closed") else tuple(interval_of(pair) for pair in entry.get("intervals") or ())
            exceptions[date.fromisoformat(entry["date"])] = tuple(sorted(intervals))
        if weekly_doc:
            weekly = tuple(tuple(sorted(interval_of(pair) for pair in weekly_doc.get(day) or ())) for day in DAYS)
        else:
            weekly = (((0, 1440),),) * 7
        return cls(
            zone=ZoneInfo(time_zone),
            weekly=weekly,
            exceptions=exceptions,
            cutoffs={Method(m): minutes_of(t) for m, t in (hours.get("cutoffs") or {}).items()},
            always=not weekly_doc and not exceptions,
        )

    def is_open(self, at: datetime) -> bool:
        """Return whether the place is open at the instant; the opening second is, the closing second is not."""
        if self.always:
            return True
        instant = _micros(at)
        return any(start <= instant < end for start, end in self._spans(at, at + timedelta(days=1)))

    def between(self, start: datetime, end: datetime) -> int:
        """Return the whole open seconds from `start` until `end`; 0 when `end` is not after `start`."""
        if end <= start:
            return 0
        first, last = _micros(start), _micros(end)
        if self.always:
            return (last - first) // _SECOND
        return sum(max(0, min(e, last) - max(s, first)) for s, e in self._spans(start, end)) // _SECOND

    def add(self, start: datetime, seconds: int) -> datetime:
        """Return the first instant by which `seconds` open seconds have passed since `start`.

        Raises NeverOpenError when the calendar runs out of open time.
        """
        if seconds <= 0 or self.always:
            return start + timedelta(seconds=max(0, seconds))
        left = seconds * _SECOND
        now, until = _micros(start), start + HORIZON + timedelta(days=seconds // 60)
        for opens, closes in self._spans(start, until):
            begins = max(opens, now)
            if closes - begins >= left:
                return _instant(begins + left)
            left -= max(0, closes - begins)
        raise NeverOpenError(f"less than {seconds} open seconds after {start.isoformat()}")

    def next_change(self, at: datetime) -> datetime | None:
        """Return the first instant after `at` at which the place opens or closes; None within the horizon."""
        if self.always:
            return None
        instant, closing = _micros(at), 0
        for opens, closes in self._spans(at, at + HORIZON):
            if closing and opens > closing:
                return _instant(closing)
            if opens > instant and not closing:
                return _instant(opens)
            if closes > instant:
                closing = closes
        return _instant(closing) if closing and closing < _micros(at + HORIZON) else None

    def open_from(self, at: datetime) -> datetime:
        """Return the first open instant from `at` on, whatever the cut-offs. Raises NeverOpenError."""
        while not self.is_open(at):
            change = self.next_change(at)
            if change is None:
                raise NeverOpenError(f"no open second after {at.isoformat()}")
            at = change
        return at

    def cutoff_after(self, at: datetime, method: Method) -> datetime | None:
        """Return the first carrier cut-off of `method` after `at`, on a day with open hours; None if there is none."""
        minutes = self.cutoffs.get(method)
        if minutes is None:
            return None
        day = at.astimezone(self.zone).date()
        for offset in range(HORIZON.days):
            local = day + timedelta(days=offset)
            moment = _localize(local, minutes, self.zone)
            if self._day(local) and moment > _micros(at):
                return _instant(moment)
        return None

    def work_from(self, at: datetime, method: Method) -> datetime:
        """Return the first open instant from `at` on, in hours of a day whose cut-off of `method` is still ahead.

        At the cut-off's own second it is too late for that day. Raises NeverOpenError.
        """
        minutes = self.cutoffs.get(method)
        if self.always and minutes is None:
            return at
        instant, day = _micros(at), at.astimezone(self.zone).date() - timedelta(days=1)
        for _ in range(HORIZON.days):
            spans = self._day(day)
            if spans and spans[-1][1] > instant and (minutes is None or _localize(day, minutes, self.zone) > instant):
                return _instant(next(max(opens, instant) for opens, closes in spans if closes > instant))
            day += timedelta(days=1)
        raise NeverOpenError(f"no open second after {at.isoformat()}")

    def opens_on(self, day: date) -> bool:
        """Return whether open hours begin on that local day."""
        return bool(self._day(day))

    def _spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield open spans that may touch start … end, in order and without overlap."""
        day = start.astimezone(self.zone).date() - timedelta(days=1)
        last = end.astimezone(self.zone).date()
        covered = 0
        while day <= last:
            for opens, closes in self._day(day):
                if closes > covered:
                    yield max(opens, covered), closes
                    covered = closes
            day += timedelta(days=1)

    def _day(self, day: date) -> tuple[Span, ...]:
        """Return the UTC spans that start on the local `day`."""
        known = self._days.get(day)
        if known is None:
            intervals = self.exceptions.get(day, self.weekly[day.weekday()])
            spans = ((_localize(day, a, self.zone), _localize(day, b, self.zone)) for a, b in intervals)
            known = self._days[day] = tuple(sorted(span for span in spans if span[0] < span[1]))
        return known


def _holiday(entry: Any) -> date:
    return date.fromisoformat(entry["date"] if isinstance(entry, Mapping) else entry)


def _micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def _instant(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def _localize(day: date, minutes: int, zone: ZoneInfo) -> int:
    """Return the UTC instant of a wall-clock minute of a local day."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001  # a wall clock
    return _micros(to_instant(wall, zone))


@lru_cache(maxsize=50_000)
def to_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a naive wall-clock time: the first if ambiguous, the end of the gap if it never was."""
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    low, high = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), first
    after = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=1) // 2)
        if middle.astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high


@lru_cache(maxsize=20_000)
def calendar_of(hours_text: str, time_zone: str) -> OpenHours:
    """Return the calendar of a stored hours document given as JSON text; locations with the same hours share one."""
    return OpenHours.parse(json.loads(hours_text), time_zone)


def open_now(hours_text: str, time_zone: str, *, at: datetime) -> bool:
    """Return whether a place with these stored hours is open at the instant."""
    return calendar_of(hours_text, time_zone).is_open(at)
