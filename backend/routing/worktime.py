"""How much work a place can still do today, worked out only where a strategy asks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from backend.sla.calendar import OpenHours, to_instant
from models.enums import Method


class WorkTime(Mapping[Method, float | None]):
    """Minutes left by method, as `facts.Place.work_minutes_left` says; each is computed when it is first looked up."""

    __slots__ = ("_calendar", "_known", "_methods", "_minutes", "_now")

    def __init__(self, calendar: OpenHours, methods: frozenset[Method], now: datetime, *, processing: float) -> None:
        """`processing` is what an order takes there, in minutes."""
        self._calendar = calendar
        self._methods = methods
        self._now = now
        self._minutes = processing
        self._known: dict[Method, float | None] = {}

    def __getitem__(self, method: Method) -> float | None:
        """Return the minutes left for a method the place offers, or raise KeyError."""
        if method not in self._methods:
            raise KeyError(method)
        if method not in self._known:
            self._known[method] = minutes_left(self._calendar, method, self._now, processing=self._minutes)
        return self._known[method]

    def __iter__(self) -> Iterator[Method]:
        """Yield the methods."""
        return iter(self._methods)

    def __len__(self) -> int:
        """Return how many methods there are."""
        return len(self._methods)


def minutes_left(calendar: OpenHours, method: Method, now: datetime, *, processing: float = 0) -> float | None:
    """Return the open minutes until the place closes today or its carrier comes, less those an order takes.

    Below zero it cannot finish today; None when it never closes and no carrier comes.
    """
    cutoff = calendar.cutoffs.get(method)
    if calendar.always and cutoff is None:
        return None
    local = now.astimezone(calendar.zone).replace(tzinfo=None)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    until = to_instant(midnight + (timedelta(days=1) if cutoff is None else timedelta(minutes=cutoff)), calendar.zone)
    if until <= now:
        return (until - now).total_seconds() / 60 - max(1.0, processing)
    seconds = calendar.between(now, until)
    return seconds / 60 - processing if seconds else -max(1.0, processing)
