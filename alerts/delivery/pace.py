"""How fast a tool may be told: a token bucket, kept as one instant (the generic cell rate algorithm). Pure.

`spent_until` is when the bucket would be full again; the next message may go `burst - 1` intervals before that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from alerts.connectors.base import Pace


def pace_of(usual: Pace | None, config: Mapping[str, Any]) -> Pace | None:
    """Return a channel's pace: what its `config` says (`{"per", "seconds", "burst"}`), else what its tool takes."""
    wanted = config.get("pace")
    if not isinstance(wanted, Mapping):
        return usual
    return Pace(int(wanted["per"]), float(wanted["seconds"]), int(wanted.get("burst", 1)))


def ready_at(pace: Pace, spent_until: datetime) -> datetime:
    """Return when the next message may go."""
    return spent_until - _interval(pace) * (pace.burst - 1)


def room(pace: Pace, spent_until: datetime | None, *, now: datetime) -> int:
    """Return how many messages may go now."""
    full = now if spent_until is None else max(spent_until, now)
    left = now - ready_at(pace, full)
    return 0 if left < timedelta() else left // _interval(pace) + 1


def spend(pace: Pace, spent_until: datetime | None, count: int, *, now: datetime) -> datetime:
    """Return the bucket after `count` messages went."""
    full = now if spent_until is None else max(spent_until, now)
    return full + _interval(pace) * count


def hold(pace: Pace | None, until: datetime) -> datetime:
    """Return the bucket of a tool that wants no message before `until`."""
    return until if pace is None else until + _interval(pace) * (pace.burst - 1)


def _interval(pace: Pace) -> timedelta:
    return timedelta(seconds=pace.seconds / pace.per)
