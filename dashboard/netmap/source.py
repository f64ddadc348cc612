"""Where the map's answers come from: the backend's queries, and a short memory so that many tabs cost one of them."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from backend.auth.actor import Actor
from backend.context import Context
from backend.events.pulse import news
from backend.events.queries import latest_seq
from backend.sla.geo import geo_changes, geo_points
from backend.sla.queries import list_locations
from backend.sla.views import LocationFilter
from dashboard.netmap import payload
from dashboard.netmap.payload import Body

#: An answer names its version and the map then asks for what came since, so it may be a little old.
WHOLE_SECONDS = 5.0
#: Long enough for all tabs that were told of the same change to ask for it.
CHANGES_SECONDS = 2.0
MOST_ANSWERS = 64


class Memory:
    """Answers by key, each made once at a time and kept for some seconds. Thread-safe."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}
        self._answers: OrderedDict[Hashable, tuple[float, Body]] = OrderedDict()

    def recall(self, key: Hashable, *, seconds: float, make: Callable[[], Body]) -> Body:
        """Return the answer for `key` if it is younger than `seconds`, else make it; others wait and share it."""
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            known = self._fresh(key, seconds)
            if known is not None:
                return known
            body = make()
            with self._lock:
                self._answers[key] = (self._now(), body)
                self._answers.move_to_end(key)
                while len(self._answers) > MOST_ANSWERS:
                    oldest, _ = self._answers.popitem(last=False)
                    self._making.pop(oldest, None)
            return body

    def _fresh(self, key: Hashable, seconds: float) -> Body | None:
        with self._lock:
            made_at, body = self._answers.get(key, (0.0, None))
        return body if body is not None and self._now() - made_at <= seconds else None


class Source:
    """Answers the map's questions on one database for an actor; what he may not see never leaves the queries."""

    def __init__(self) -> None:
        self._memory = Memory()

    def whole(self, ctx: Context, actor: Actor, filters: LocationFilter) -> Body:
        """Return all points that pass the filters, with the version they are true at."""
        key = ("whole", actor.scope, filters)
        return self._memory.recall(key, seconds=WHOLE_SECONDS, make=lambda: _whole(ctx, actor, filters))

    def changes(self, ctx: Context, actor: Actor, filters: LocationFilter, *, after: int) -> Body:
        """Return what changed after version `after`: new looks, and codes that left the filtered set."""
        with ctx.read(actor) as uow:
            last = latest_seq(uow.session)
        key = ("changes", actor.scope, filters, after, last)
        return self._memory.recall(
            key, seconds=CHANGES_SECONDS, make=lambda: _changes(ctx, actor, filters, after=after)
        )


def _whole(ctx: Context, actor: Actor, filters: LocationFilter) -> Body:
    with ctx.read(actor) as uow:
        version = latest_seq(uow.session)  # first: what commits meanwhile is told again, never lost
        points = geo_points(uow, filters)
        total = list_locations(uow, filters, limit=1).total
    return payload.whole(points, version=version, undrawn=max(0, total - len(points)))


def _changes(ctx: Context, actor: Actor, filters: LocationFilter, *, after: int) -> Body:
    with ctx.read(actor) as uow:
        latest = news(uow, after=after)
        if latest.everything:
            return payload.reset(version=latest.last)
        if latest.since is None:
            return payload.changes([], gone=[], version=latest.last)
        points = geo_changes(uow, latest.since, filters)
        gone: list[str] = []
        if filters != LocationFilter():
            inside = {point.code for point in points}
            gone = [point.code for point in geo_changes(uow, latest.since) if point.code not in inside]
    return payload.changes(points, gone=gone, version=latest.last)
