"""How many events one browser tab may send: a token bucket each. Uses no clock but a monotonic one. Not persisted."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_TABS = 10_000


class RateLimit:
    """`burst` events at once, then `per_second`; the longest unheard-of tabs are forgotten first."""

    def __init__(
        self, *, per_second: float, burst: float, now: Callable[[], float] = time.monotonic, tabs: int = MOST_TABS
    ) -> None:
        self._per_second = per_second
        self._burst = burst
        self._now = now
        self._tabs = tabs
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, tab: str) -> bool:
        """Take one event out of the tab's bucket; return False, and take nothing, when it is empty."""
        now = self._now()
        left, at = self._buckets.pop(tab, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._per_second)
        allowed = left >= 1
        self._buckets[tab] = (left - 1 if allowed else left, now)
        if len(self._buckets) > self._tabs:
            self._buckets.popitem(last=False)
        return allowed
