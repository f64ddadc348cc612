"""What the parts of a promise say. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from backend.promise.carriers import USUAL_SERVICE, Schedule, Travel
from backend.sla.calendar import OpenHours
from models.enums import Method


def clock(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as people there write it."""
    return f"{at.astimezone(zone):%a %d %b %H:%M} ({zone.key})"


def window_words(method: Method, location: str, hours: OpenHours, wait: tuple[datetime, datetime]) -> str:
    """Say from when on a location works on what comes in at the first instant of `wait`."""
    at, start = wait
    cutoff = hours.cutoffs.get(method)
    if start <= at:
        return f"{location} is open" + (", before the day's cut-off" if cutoff is not None else "")
    local = at.astimezone(hours.zone)
    late = cutoff is not None and local.hour * 60 + local.minute >= cutoff
    why = f"after the day's cut-off for {method.value}" if late else "closed"
    return f"{why}: {location} starts {clock(start, hours.zone)}"


def queue_words(ahead: int, per_hour: float) -> str:
    """Say how much work comes first, and how fast it gets done."""
    first = "1 shipment comes" if ahead == 1 else f"{ahead:,} shipments come"
    return f"{first} first, about {per_hour:,.{0 if per_hour >= 10 else 1}f} get done in an open hour"


def travel_words(carrier: Schedule, service_level: str, travel: Travel, there: str) -> str:
    """Say how long a carrier takes, and when it is there."""
    level = service_level if service_level in carrier.services else USUAL_SERVICE
    long = (
        f"{travel.days} delivery day{'s' if travel.days != 1 else ''}"
        if travel.days is not None
        else f"{travel.minutes} minutes"
    )
    where = f" {travel.why}" if travel.why else ""
    return f"{carrier.name}, {level}: {long}{where}, there {there}"
