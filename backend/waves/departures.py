"""Which carrier takes a shipment, and which of its departures keeps the promise. Pure but for the calendars it asks.

A location's own cut-off for a method counts before the carrier's time of collection: it is what the SLA measures too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from backend.promise.carriers import USUAL_SERVICE, Schedule
from backend.promise.rules import COLLECTED_BY_CUSTOMER, NOT_CARRIED
from backend.sla.calendar import NeverOpenError, OpenHours
from models.enums import Method

#: Departures later than this decide about no wave.
_AHEAD = timedelta(days=14)


class Departures:
    """The next departures from one location, by method and carrier; each is worked out once."""

    def __init__(self, hours: OpenHours, carriers: Sequence[Schedule], now: datetime) -> None:
        self._hours = hours
        self._carriers = carriers
        self._now = now
        self._known: dict[tuple[Method, str], tuple[datetime, ...]] = {}

    def carrier(self, method: Method, service_level: str) -> str:
        """Return the code of the first carrier with that service, else of the first with the usual one; "" for none."""
        if method in NOT_CARRIED:
            return ""
        for level in (service_level, USUAL_SERVICE):
            for carrier in self._carriers:
                if level in carrier.services:
                    return carrier.code
        return ""

    def cut_off(self, method: Method, carrier: str, due_at: datetime | None) -> datetime | None:
        """Return the last departure by which the promise is kept; the next one when none keeps it or none is made."""
        if method in COLLECTED_BY_CUSTOMER:
            return None
        ahead = self._known.get((method, carrier))
        if ahead is None:
            ahead = self._known[method, carrier] = self._departures(method, carrier)
        if not ahead:
            return None
        in_time = list(takewhile(lambda at: due_at is not None and at <= due_at, ahead))
        return in_time[-1] if in_time else ahead[0]

    def _departures(self, method: Method, carrier: str) -> tuple[datetime, ...]:
        schedule = next((each for each in self._carriers if each.code == carrier), None)
        collects = schedule is not None and schedule.pickup_cutoff is not None
        found: list[datetime] = []
        at = self._now
        while at < self._now + _AHEAD:
            following = self._hours.cutoff_after(at, method)
            if following is None and collects and schedule is not None:
                following = _collected(schedule, at, self._hours)
            if following is None:
                break
            found.append(following)
            at = following
        return tuple(found)


def _collected(schedule: Schedule, after: datetime, hours: OpenHours) -> datetime | None:
    try:
        return schedule.collected(after, hours)
    except NeverOpenError:
        return None
