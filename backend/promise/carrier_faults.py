"""What is wrong with a carrier's document: every fault named. Reading a valid one is `carriers.py`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from backend.locations.rules import known_zone
from backend.sla.calendar import DAYS, minutes_of
from models.errors import Fault

MAX_DAYS = 90
MAX_MINUTES = 129_600
MAX_KM = 20_100  # half way round the globe
MAX_ENTRIES = 5_000

_TRAVEL = ("days", "minutes")
_CALENDAR = ("pickup_days", "delivery_days", "holidays", "pickup_cutoff", "delivered_by", "time_zone")


def carrier_faults(document: object, *, pointer: str = "") -> list[Fault]:
    """Return every fault of a carrier's document, each with a JSON pointer below `pointer`.

    `{"services": {"standard": {"days": 5, "bands": [{"to_km": 300, "days": 1}], "areas": [{"state": "IL", "days": 1},
    {"postal_prefix": "606", "minutes": 240}]}}, "calendar": {"pickup_days": ["mon"], "delivery_days": ["mon"],
    "holidays": ["2026-12-25"], "pickup_cutoff": "18:00", "delivered_by": "20:00", "time_zone": "America/Chicago"}}`
    """
    if not isinstance(document, Mapping):
        return [Fault(pointer, "type", "A carrier's document is an object with services and a calendar.")]
    faults = list(_unknown(document, ("services", "calendar"), pointer))
    faults += _services(document.get("services"), f"{pointer}/services")
    faults += _calendar(document.get("calendar"), f"{pointer}/calendar")
    return faults


def _unknown(document: Mapping[str, Any], known: Sequence[str], pointer: str) -> Iterator[Fault]:
    for name in document:
        if name not in known:
            yield Fault(f"{pointer}/{name}", "unknown_field", f"There is only {', '.join(known)}.")


def _services(services: object, pointer: str) -> Iterator[Fault]:
    if not isinstance(services, Mapping) or not services:
        yield Fault(pointer, "missing", 'State at least one service, such as {"standard": {"days": 3}}.')
        return
    for level, service in services.items():
        here = f"{pointer}/{level}"
        if not 0 < len(level.strip()) <= 64:
            yield Fault(here, "bad_name", "A service level has 1 to 64 characters.")
        if not isinstance(service, Mapping):
            yield Fault(here, "type", "A service is an object.")
            continue
        yield from _unknown(service, (*_TRAVEL, "bands", "areas"), here)
        if not any(service.get(name) is not None for name in (*_TRAVEL, "bands", "areas")):
            yield Fault(here, "missing", "Say how long it takes: days, minutes, bands or areas.")
        yield from _travel(service, here)
        yield from _entries(service.get("bands"), f"{here}/bands", _band)
        yield from _entries(service.get("areas"), f"{here}/areas", _area)
        yield from _repeated_bands(service.get("bands"), f"{here}/bands")


def _entries(entries: object, pointer: str, check: Any) -> Iterator[Fault]:
    if entries is None:
        return
    if not isinstance(entries, list) or len(entries) > MAX_ENTRIES:
        yield Fault(pointer, "type", f"This is a list of at most {MAX_ENTRIES:,} entries.")
        return
    for index, entry in enumerate(entries):
        here = f"{pointer}/{index}"
        if not isinstance(entry, Mapping):
            yield Fault(here, "type", "An entry is an object.")
            continue
        yield from check(entry, here)
        yield from _travel(entry, here)
        if all(entry.get(name) is None for name in _TRAVEL):
            yield Fault(here, "missing", "Say how long it takes: days or minutes.")


def _band(band: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    yield from _unknown(band, ("to_km", *_TRAVEL), pointer)
    to_km = band.get("to_km")
    if isinstance(to_km, bool) or not isinstance(to_km, int | float) or not 0 < to_km <= MAX_KM:
        yield Fault(f"{pointer}/to_km", "out_of_range", f"A band ends above 0 km and at {MAX_KM:,} km at most.")


def _repeated_bands(bands: object, pointer: str) -> Iterator[Fault]:
    ends = [(band.get("to_km"), index) for index, band in enumerate(bands if isinstance(bands, list) else [])
            if isinstance(band, Mapping) and isinstance(band.get("to_km"), int | float)]  # fmt: skip
    for (end, _), (next_end, index) in pairwise(sorted(ends)):
        if end == next_end:
            yield Fault(f"{pointer}/{index}/to_km", "duplicate", f"Two bands end at {end:g} km.")


def _area(area: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    yield from _unknown(area, ("state", "postal_prefix", *_TRAVEL), pointer)
    named = [name for name in ("state", "postal_prefix") if area.get(name) is not None]
    if len(named) != 1:
        yield Fault(pointer, "ambiguous", "An area is either a state or a postal_prefix.")
    for name in named:
        value = area[name]
        if not isinstance(value, str) or not 0 < len(value) <= 32 or value != value.strip():
            yield Fault(f"{pointer}/{name}", "bad_name", "This is text of 1 to 32 characters without blanks around it.")


def _travel(entry: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    if all(entry.get(name) is not None for name in _TRAVEL):
        yield Fault(pointer, "ambiguous", "State days or minutes, not both.")
    for name, most in (("days", MAX_DAYS), ("minutes", MAX_MINUTES)):
        value = entry.get(name)
        if name in entry and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most):
            yield Fault(f"{pointer}/{name}", "out_of_range", f"{name} is a whole number from 0 to {most:,}.")


def _calendar(calendar: object, pointer: str) -> Iterator[Fault]:
    if calendar is None:
        return
    if not isinstance(calendar, Mapping):
        yield Fault(pointer, "type", "A calendar is an object.")
        return
    yield from _unknown(calendar, _CALENDAR, pointer)
    for name in ("pickup_days", "delivery_days"):
        yield from _weekdays(calendar.get(name), f"{pointer}/{name}")
    for name in ("pickup_cutoff", "delivered_by"):
        yield from _time(calendar.get(name), f"{pointer}/{name}")
    yield from _holidays(calendar.get("holidays"), f"{pointer}/holidays")
    zone = calendar.get("time_zone")
    if zone is not None and (not isinstance(zone, str) or not known_zone(zone)):
        yield Fault(f"{pointer}/time_zone", "unknown_time_zone", f"{zone!r} is not an IANA time zone.")


def _weekdays(days: object, pointer: str) -> Iterator[Fault]:
    if days is None:
        return
    if not isinstance(days, list) or not days:
        yield Fault(pointer, "type", f"This is a list of days, of {', '.join(DAYS)}; leave it out for mon to fri.")
        return
    for index, day in enumerate(days):
        if day not in DAYS:
            yield Fault(f"{pointer}/{index}", "unknown", f"{day!r} is no day; use {', '.join(DAYS)}.")
        elif day in days[:index]:
            yield Fault(f"{pointer}/{index}", "duplicate", f"{day} is listed twice.")


def _time(time: object, pointer: str) -> Iterator[Fault]:
    try:
        if time is not None:
            minutes_of(time)  # type: ignore[arg-type]  # it refuses what is no text
    except ValueError:
        yield Fault(pointer, "time", "This is a time of day such as 18:00.")


def _holidays(days: object, pointer: str) -> Iterator[Fault]:
    if days is None:
        return
    if not isinstance(days, list) or len(days) > MAX_ENTRIES:
        yield Fault(pointer, "type", "Holidays are a list of dates.")
        return
    for index, day in enumerate(days):
        try:
            fine = isinstance(day, str) and date.fromisoformat(day).isoformat() == day
        except ValueError:
            fine = False
        if not fine:
            yield Fault(f"{pointer}/{index}", "date", "A date is written YYYY-MM-DD.")
