"""A replay that runs on: business time passes `speed` times as fast, and what happens next in the files is applied.

The clock that everybody sees never runs ahead of what was applied. Else a clock could be found late a moment before the
collection that stopped it in time is read from the files.
"""

from __future__ import annotations

from datetime import datetime

from backend.clock import ReplayClock
from backend.context import Context
from backend.jobs.job import Job
from backend.simulation.olist.feed import Feed
from backend.simulation.past import at_instant

#: How often, in real seconds, the feed moves the clock on.
_PULSE_SECONDS = 0.25


class FollowingClock:
    """Business time that follows a ReplayClock, but only as far as the feed has got."""

    def __init__(self, start: datetime, *, speed: float) -> None:
        """Stand at `start` until the feed begins."""
        self.speed = speed
        self.reached = start
        self._ahead: ReplayClock | None = None

    def now(self) -> datetime:
        """Return the instant up to which everything has been applied."""
        return self.reached

    def target(self) -> datetime:
        """Return where the clock should be; the first call sets it going."""
        if self._ahead is None:
            self._ahead = ReplayClock(self.reached, speed=self.speed)
        return self._ahead.now()

    def seconds_until(self, instant: datetime) -> float:
        """Return the real seconds until `instant`."""
        return max(0.0, (instant - self.reached).total_seconds() / self.speed)


def feed_job(feed: Feed, clock: FollowingClock) -> Job:
    """Return the job that applies what has happened since it last ran, then moves the clock there."""

    def run(ctx: Context) -> datetime | None:
        target = clock.target()
        while clock.reached < target:
            end = feed.whole_until(clock.reached, target)
            past, _ = at_instant(ctx, end)
            with past.uow() as uow:
                feed.apply(uow, after=clock.reached, until=end)
            clock.reached = end
        return None

    return Job("replay feed", run, every_seconds=_PULSE_SECONDS)
