"""What a carrier's document says: how long it takes where, and on which days it collects and delivers. Pure.

What is wrong with a document is `carrier_faults.py`; this reads a valid one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from backend.sla.calendar import DAYS, HORIZON, NeverOpenError, OpenHours, minutes_of, to_instant

#: When what is delivered on a day is there at the latest, unless the carrier says otherwise.
DELIVERED_BY = "20:00"
#: The service that stands in for one that a carrier does not know.
USUAL_SERVICE = "standard"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


@dataclass(frozen=True, slots=True, eq=False)
class Travel:
    """How long a parcel is on its way: business days of the carrier, or minutes around the clock. `why` in words."""

    why: str
    days: int | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """One service level: first the areas (state, postal prefix), then distance bands, then what holds elsewhere."""

    usual: Travel | None = None
    bands: tuple[tuple[float, Travel], ...] = ()  # ascending kilometres, upper bounds inclusive
    states: Mapping[str, Travel] = field(default_factory=dict)
    prefixes: tuple[tuple[str, Travel], ...] = ()  # longest first

    def travel(self, *, distance_km: float | None, state: str, postal_code: str) -> Travel | None:
        """Return how long it takes to a place; None when the service does not go there or nothing is known."""
        for prefix, travel in self.prefixes:
            if postal_code.startswith(prefix):
                return travel
        if state in self.states:
            return self.states[state]
        if distance_km is not None:
            for to_km, travel in self.bands:
                if distance_km <= to_km:
                    return travel
        return self.usual


@dataclass(frozen=True, eq=False)
class Schedule:
    """A carrier as dates are worked out with it; `zone` None means that of the place it collects from."""

    code: str
    name: str
    services: Mapping[str, Service]
    zone: ZoneInfo | None
    pickup_days: frozenset[int]  # 0 is Monday
    delivery_days: frozenset[int]
    holidays: frozenset[date]
    pickup_cutoff: int | None  # minutes of the day
    delivered_by: int

    @classmethod
    def parse(cls, code: str, name: str, document: Mapping[str, Any]) -> Schedule:
        """Return the schedule of a valid document."""
        calendar = document.get("calendar") or {}
        cutoff = calendar.get("pickup_cutoff")
        return cls(
            code=code,
            name=name,
            services={level: _service(entry) for level, entry in (document.get("services") or {}).items()},
            zone=ZoneInfo(calendar["time_zone"]) if calendar.get("time_zone") else None,
            pickup_days=_days(calendar.get("pickup_days")),
            delivery_days=_days(calendar.get("delivery_days")),
            holidays=frozenset(date.fromisoformat(day) for day in calendar.get("holidays") or ()),
            pickup_cutoff=minutes_of(cutoff) if cutoff else None,
            delivered_by=minutes_of(calendar.get("delivered_by") or DELIVERED_BY),
        )

    def service(self, level: str) -> Service | None:
        """Return the service of that level, or the usual one in its place."""
        return self.services.get(level) or self.services.get(USUAL_SERVICE)

    def collected(self, ready: datetime, hours: OpenHours) -> datetime:
        """Return when what is ready is collected; at the cut-off's own second the carrier has left.

        It comes on its pickup days on which the place has open hours: at its cut-off, without one as soon as somebody
        is there. Raises NeverOpenError.
        """
        zone = self.zone or hours.zone
        if self.pickup_cutoff is None:
            return self._at_the_door(ready, hours, zone)
        today = ready.astimezone(zone).date()
        for offset in range(HORIZON.days):
            day = today + timedelta(days=offset)
            leaves = to_instant(wall(day, self.pickup_cutoff), zone)
            if leaves > ready and self._comes_on(day) and hours.opens_on(day):
                return leaves
        raise NeverOpenError(f"{self.code} collects on no day after {today}")

    def _at_the_door(self, ready: datetime, hours: OpenHours, zone: ZoneInfo) -> datetime:
        """Return the first open instant of a pickup day from `ready` on."""
        at = ready
        for _ in range(HORIZON.days):
            at = hours.open_from(at)
            day = at.astimezone(zone).date()
            if self._comes_on(day):
                return at
            at = to_instant(wall(day + timedelta(days=1), 0), zone)
        raise NeverOpenError(f"{self.code} collects on no day after {ready.date()}")

    def _comes_on(self, day: date) -> bool:
        return day.weekday() in self.pickup_days and day not in self.holidays

    def delivered(self, collected: datetime, days: int, zone: ZoneInfo) -> datetime:
        """Return when a parcel arrives: on the day of collection (0 days), or so many delivery days after it.

        Raises NeverOpenError.
        """
        day, left = collected.astimezone(zone).date(), days
        for offset in range(HORIZON.days):
            if (offset or not days) and day.weekday() in self.delivery_days and day not in self.holidays:
                left -= 1
                if left <= 0:
                    return max(collected, to_instant(wall(day, self.delivered_by), zone))
            day += timedelta(days=1)
        raise NeverOpenError(f"{self.code} delivers on no day after {collected.date()}")


def wall(day: date, minutes: int) -> datetime:
    """Return a wall-clock minute of a day, without a zone."""
    return datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001  # a wall clock


@lru_cache(maxsize=200)
def schedule_of(code: str, name: str, document_text: str) -> Schedule:
    """Return the schedule of a stored document given as JSON text."""
    return Schedule.parse(code, name, json.loads(document_text))


def _service(entry: Mapping[str, Any]) -> Service:
    areas = entry.get("areas") or ()
    states = {area["state"].upper(): _travel(area, f"to {area['state'].upper()}") for area in areas if "state" in area}
    prefixes = [
        (area["postal_prefix"].upper(), _travel(area, f"to {area['postal_prefix'].upper()}…"))
        for area in areas
        if "postal_prefix" in area
    ]
    bands = [(float(band["to_km"]), _travel(band, f"up to {band['to_km']:,g} km")) for band in entry.get("bands") or ()]
    return Service(
        usual=_travel(entry, "") if "days" in entry or "minutes" in entry else None,
        bands=tuple(sorted(bands, key=lambda band: band[0])),
        states=states,
        prefixes=tuple(sorted(prefixes, key=lambda pair: (-len(pair[0]), pair[0]))),
    )


def _travel(entry: Mapping[str, Any], why: str) -> Travel:
    return Travel(why, days=entry.get("days"), minutes=entry.get("minutes"))


def _days(names: Any) -> frozenset[int]:
    return frozenset(DAYS.index(name) for name in (WEEKDAYS if names is None else names))
