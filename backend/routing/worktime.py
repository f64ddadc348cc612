"""How much work a place can still do today, worked out only where a strategy asks. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from backend.routing.facts import Place
from backend.sla.calendar import OpenHours, to_instant
from models.enums import Method


class OpenPlace(Protocol):
    """A place with its calendar and the open minutes that an order takes there, by method."""

    @property
    def place(self) -> Place:
        """The place."""
        ...

    @property
    def calendar(self) -> OpenHours:
        """When it is open."""
        ...

    @property
    def processing(self) -> Mapping[Method, float]:
        """Open minutes of work on an order; a method that is not there takes none."""
        ...


#: (calendar, method, now) → open minutes left, None for no end.
Left = Callable[[OpenHours, Method, datetime], float | None]


class WorkTime(Mapping[Method, float | None]):
    """Minutes left by method, less those that an order takes; each is computed when it is first looked up."""

    __slots__ = ("_known", "_left", "_now", "_site")

    def __init__(self, site: OpenPlace, now: datetime, left: Left) -> None:
        """`left` says which end counts."""
        self._site, self._now, self._left = site, now, left
        self._known: dict[Method, float | None] = {}

    def __getitem__(self, method: Method) -> float | None:
        """Return the minutes left for a method the place offers, or raise KeyError."""
        if method not in self._site.place.methods:
            raise KeyError(method)
        if method not in self._known:
            minutes = self._left(self._site.calendar, method, self._now)
            needs = self._site.processing.get(method, 0.0)
            self._known[method] = None if minutes is None else minutes - needs
        return self._known[method]

    def __iter__(self) -> Iterator[Method]:
        """Yield the methods."""
        return iter(self._site.place.methods)

    def __len__(self) -> int:
        """Return how many methods there are."""
        return len(self._site.place.methods)


def closing_left(calendar: OpenHours, _method: Method, now: datetime) -> float | None:
    """Return the open minutes left today; below zero when it opens no more, None when it never closes."""
    if calendar.always:
        return None
    midnight = now.astimezone(calendar.zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    seconds = calendar.between(now, to_instant(midnight + timedelta(days=1), calendar.zone))
    return seconds / 60 if seconds else -1.0


def cutoff_left(calendar: OpenHours, method: Method, now: datetime) -> float | None:
    """Return the open minutes left before the carrier comes today; below zero since when he was there, None: never."""
    cutoff = calendar.cutoffs.get(method)
    if cutoff is None:
        return None
    midnight = now.astimezone(calendar.zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    until = to_instant(midnight + timedelta(minutes=cutoff), calendar.zone)
    if until <= now:
        return min(-1.0, (until - now).total_seconds() / 60)
    return calendar.between(now, until) / 60
