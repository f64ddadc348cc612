"""What a valid location is. Pure. What valid opening hours are is `backend/sla/hours.py`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from backend.sla.hours import hours_faults
from models.enums import LoadWindow, LocationKind, Method
from models.errors import Fault

#: Open minutes of work on one shipment, at most: a month around the clock.
MAX_PROCESSING = 43_200


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
    processing: Mapping[str, Any] = field(default_factory=dict)
    capacity: Mapping[str, Any] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)


def check_location(location: LocationInput, *, at: str = "") -> list[Fault]:
    """Return everything wrong with a location; pointers start with `at`."""
    return [
        *_check_place(location, at),
        *_check_lists(location, at),
        *hours_faults(location.hours, pointer=f"{at}/hours"),
        *limit_faults(location.daily_limit, f"{at}/daily_limit"),
        *_check_processing(location.processing, f"{at}/processing"),
        *_check_capacity(location.capacity, f"{at}/capacity"),
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


def limit_faults(limit: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """Yield everything wrong with what a location may be given; pointers start with `at`."""
    for name, value in limit.items():
        if name == "per":
            if value not in list(LoadWindow):
                yield Fault(f"{at}/per", "unknown", f"A limit is per {', '.join(LoadWindow)}.")
        elif name == "money":
            if isinstance(value, bool) or not _MONEY.fullmatch(str(value)):
                yield Fault(f"{at}/money", "out_of_range", "Money is written 2500.00, not below zero.")
        elif name not in ("orders", "items"):
            words = 'A limit is in orders, items or money: {"orders": 200}, {"money": "2500.00", "per": "week"}.'
            yield Fault(f"{at}/{name}", "unknown_field", words)
        elif not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 100_000_000:
            yield Fault(f"{at}/{name}", "out_of_range", "A limit is a whole number from 0 to 100,000,000.")


_MONEY = re.compile(r"\d{1,12}(\.\d{1,2})?")


def _check_processing(processing: Mapping[str, Any], at: str) -> Iterator[Fault]:
    for method, minutes in processing.items():
        if method not in list(Method):
            yield Fault(f"{at}/{method}", "unknown", f"{method!r} is no method; use {', '.join(Method)}.")
        elif not isinstance(minutes, int) or isinstance(minutes, bool) or not 0 <= minutes <= MAX_PROCESSING:
            yield Fault(f"{at}/{method}", "out_of_range", f"Processing is whole minutes from 0 to {MAX_PROCESSING:,}.")


def _check_capacity(capacity: Mapping[str, Any], at: str) -> Iterator[Fault]:
    for name, value in capacity.items():
        if name != "shipments_per_hour":
            yield Fault(f"{at}/{name}", "unknown_field", 'Capacity is known as {"shipments_per_hour": 40}.')
        elif isinstance(value, bool) or not isinstance(value, int | float) or not 0.01 <= value <= 1_000_000:
            yield Fault(f"{at}/{name}", "out_of_range", "A capacity lies between 0.01 and 1,000,000 shipments an hour.")


@lru_cache(maxsize=1_000)
def known_zone(name: str) -> bool:
    """Return whether `name` is an IANA time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
