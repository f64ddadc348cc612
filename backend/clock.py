"""Business time. Deliveries, sessions and leases use `system_now`; everything a shop would call time uses a Clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


def system_now() -> datetime:
    """Return the machine's time as an aware UTC instant."""
    return datetime.now(UTC)


class Clock(Protocol):
    """Where business time comes from: the machine, a replay, or a test."""

    speed: float

    def now(self) -> datetime:
        """Return the current business instant, aware UTC."""
        ...

    def seconds_until(self, instant: datetime) -> float:
        """Return how many real seconds pass until the business instant; at least 0."""
        ...


class SystemClock:
    """Business time is the machine's time."""

    speed = 1.0

    def now(self) -> datetime:
        """Return the machine's time."""
        return system_now()

    def seconds_until(self, instant: datetime) -> float:
        """Return the real seconds until `instant`."""
        return max(0.0, (instant - self.now()).total_seconds())


class ReplayClock:
    """Business time that starts at `start` and runs `speed` times as fast as the machine's; 0 stands still."""

    def __init__(self, start: datetime, *, speed: float) -> None:
        self.start = start
        self.speed = speed
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """Return the replayed instant."""
        return self.start + timedelta(seconds=(time.monotonic() - self._origin) * self.speed)

    def seconds_until(self, instant: datetime) -> float:
        """Return the real seconds until the replayed `instant`; a day when time stands still."""
        if self.speed <= 0:
            return 86_400.0
        return max(0.0, (instant - self.now()).total_seconds() / self.speed)


class ManualClock:
    """Business time that moves only when told: for tests, and for fast-forwarding the demo network."""

    speed = 0.0

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        """Return the set instant."""
        return self.instant

    def set(self, instant: datetime) -> None:
        """Move to `instant`."""
        self.instant = instant

    def advance(self, delta: timedelta) -> datetime:
        """Move by `delta` and return the new instant."""
        self.instant += delta
        return self.instant

    def seconds_until(self, instant: datetime) -> float:
        """Return 0 when due, else a day: nobody should sleep on a manual clock."""
        return 0.0 if instant <= self.instant else 86_400.0
