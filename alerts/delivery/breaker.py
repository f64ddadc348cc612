"""When a channel that takes nothing is left alone for a while: its circuit breaker. Pure.

It opens after five failures in a row. Each time it is over, one message is let through: when that fails too, it is
left alone for twice as long. The first success closes it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

OPENS_AFTER = 5
FIRST = timedelta(seconds=15)
LONGEST = timedelta(minutes=10)
#: A channel whose breaker is open, and which has failed for so long, is said to be unhealthy.
UNHEALTHY_AFTER = timedelta(minutes=2)


def broken_until(failures: int, *, now: datetime) -> datetime | None:
    """Return until when nothing is sent after so many failures in a row; None while it stays closed."""
    if failures < OPENS_AFTER:
        return None
    doublings = min(failures - OPENS_AFTER, 16)
    return now + min(FIRST * (1 << doublings), LONGEST)


def is_unhealthy(failures: int, failing_since: datetime | None, *, now: datetime) -> bool:
    """Return whether others should be told that the channel takes nothing."""
    return failures >= OPENS_AFTER and failing_since is not None and now - failing_since >= UNHEALTHY_AFTER
