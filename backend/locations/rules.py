"""What a valid location is. Pure. How opening hours are counted is `backend/sla/calendar.py`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from models.enums import LocationKind, Method
from models.errors import Fault

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")


@dataclass(frozen=True, slots=True)
class LocationInput:
    """A location as its owner states it. Degrees are WGS 84; both coordinates or neither."""

    code: str
    name: str
    kind: LocationKind
    time_zone: str
    methods: tuple[Method, ...]
    latitude: float | None = None
    longitude: float | None = None
    hours: Mapping[str, Any] = field(default_factory=dict)
    daily_limit: Mapping[str, Any] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)


def check_location(location: LocationInput, *, at: str = "") -> list[Fault]:
    """Return everything wrong with a location; pointers start with `at`."""
    return [
        *_check_place(location, at),
        *_check_lists(location, at),
        *check_hours(location.hours, at=f"{at}/hours"),
        *_check_limit(location.daily_limit, f"{at}/daily_limit"),
    ]


def _check_place(location: LocationInput, at: str) -> Iterator[Fault]:
    if not known_zone(location.time_zone):
        yield Fault(f"{at}/time_zone", "unknown_time_zone", f"{location.time_zone!r} is not an IANA time zone.")
    if (location.latitude is None) != (location.longitude is None):
        yield Fault(f"{at}/latitude", "incomplete", "Give both latitude and longitude, or neither.")
    for name, value, bound in (("latitude", location.latitude, 90), ("longitude", location.longitude, 180)):
        if value is not None and not (math.isfinite(value) and -bound <= value <= bound):
            yield Fault(f"{at}/{name}", "out_of_range", f"{name} lies between -{bound} and {bound}.")


def _check_lists(location: LocationInput, at: str) -> Iterator[Fault]:
    if not location.methods:
        yield Fault(f"{at}/methods", "empty", "A location offers at least one fulfilment method.")
    for name, words in (("methods", location.methods), ("groups", location.groups)):
        seen: set[str] = set()
        for index, word in enumerate(words):
            if word in seen:
                yield Fault(f"{at}/{name}/{index}", "duplicate", f"{word} is listed twice.")
            seen.add(word)


def _check_limit(limit: Mapping[str, Any], at: str) -> Iterator[Fault]:
    for name, value in limit.items():
        if name != "orders":
            yield Fault(f"{at}/{name}", "unknown_field", 'Only a limit in orders is known: {"orders": 200}.')
        elif not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1_000_000:
            yield Fault(f"{at}/{name}", "out_of_range", "A daily limit is a whole number from 0 to 1,000,000.")


@lru_cache(maxsize=1_000)
def known_zone(name: str) -> bool:
    """Return whether `name` is an IANA time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def check_hours(hours: Mapping[str, Any], *, at: str) -> list[Fault]:
    """Return everything wrong with an `hours` document (its form is described at `models.tables.Location`)."""
    faults = [
        Fault(f"{at}/{name}", "unknown_field", "Known fields are weekly, exceptions and cutoffs.")
        for name in hours
        if name not in ("weekly", "exceptions", "cutoffs")
    ]
    weekly, exceptions, cutoffs = hours.get("weekly", {}), hours.get("exceptions", []), hours.get("cutoffs", {})
    faults.extend(_check_weekly(weekly, f"{at}/weekly"))
    faults.extend(_check_exceptions(exceptions, f"{at}/exceptions"))
    faults.extend(_check_cutoffs(cutoffs, f"{at}/cutoffs"))
    return faults


def _check_weekly(weekly: Any, at: str) -> Iterator[Fault]:
    if not isinstance(weekly, Mapping):
        yield Fault(at, "type", "weekly is an object from mon … sun to lists of [from, to].")
        return
    for day, intervals in weekly.items():
        if day not in DAYS:
            yield Fault(f"{at}/{day}", "unknown_day", f"Days are {', '.join(DAYS)}.")
            continue
        yield from _check_intervals(intervals, f"{at}/{day}")
    if weekly and not any(weekly.values()):
        yield Fault(at, "never_open", "At least one day has opening hours; close the location instead.")


def _check_exceptions(exceptions: Any, at: str) -> Iterator[Fault]:
    if not isinstance(exceptions, list | tuple):
        yield Fault(at, "type", "exceptions is a list.")
        return
    seen: set[str] = set()
    for index, item in enumerate(exceptions):
        here = f"{at}/{index}"
        if not isinstance(item, Mapping):
            yield Fault(here, "type", "An exception is an object with a date.")
            continue
        yield from _check_exception(item, here)
        day = item.get("date")
        if isinstance(day, str) and day in seen:
            yield Fault(f"{here}/date", "duplicate", f"{day} has two exceptions.")
        seen.add(str(day))


def _check_exception(item: Mapping[str, Any], at: str) -> Iterator[Fault]:
    for name in item:
        if name not in ("date", "closed", "intervals", "label"):
            yield Fault(f"{at}/{name}", "unknown_field", "Known fields are date, closed, intervals and label.")
    if not _is_date(item.get("date")):
        yield Fault(f"{at}/date", "bad_date", "A date is written 2026-11-26.")
    if not isinstance(item.get("label", ""), str) or len(item.get("label", "")) > 100:
        yield Fault(f"{at}/label", "type", "A label is text of at most 100 characters.")
    if item.get("closed") is True and "intervals" not in item:
        return
    if "intervals" not in item or item.get("closed", False) is not False:
        yield Fault(at, "ambiguous", "Say either closed: true or intervals.")
        return
    yield from _check_intervals(item["intervals"], f"{at}/intervals")


def _check_intervals(intervals: Any, at: str) -> Iterator[Fault]:
    if not isinstance(intervals, list | tuple):
        yield Fault(at, "type", "Opening hours are a list of [from, to].")
        return
    last = ""
    for index, pair in enumerate(intervals):
        here = f"{at}/{index}"
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(_is_time(end) for end in pair):
            yield Fault(here, "bad_interval", 'Opening hours are written ["09:00", "21:00"], 24:00 being midnight.')
            continue
        if pair[0] < last:
            yield Fault(here, "overlap", "Intervals of a day follow one another without overlap.")
        last = pair[1] if pair[1] > pair[0] else "99:99"  # closes on the next day: nothing can follow


def _check_cutoffs(cutoffs: Any, at: str) -> Iterator[Fault]:
    if not isinstance(cutoffs, Mapping):
        yield Fault(at, "type", "cutoffs is an object from method to time.")
        return
    for method, time in cutoffs.items():
        if method not in list(Method):
            yield Fault(f"{at}/{method}", "unknown_method", f"Methods are {', '.join(Method)}.")
        if not _is_time(time) or time == "24:00":
            yield Fault(f"{at}/{method}", "bad_time", "A cut-off is written 17:00.")


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None


def _is_date(value: Any) -> bool:
    if not isinstance(value, str) or len(value) != 10:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
