"""Signals between the parts of a process that something was committed. A lost signal costs only latency:
whoever waits also polls. Rows are the truth; a signal carries no data but an instant to look at."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum


class Topic(StrEnum):
    """What may have changed."""

    EVENTS = "events"  # unsequenced events were committed
    SEQUENCED = "sequenced"  # events got their place in the feed: open screens, long polls and hubs look
    SLA = "sla"  # a clock with an earlier next check was committed
    ROUTING = "routing"  # an order is due for routing
    ROUTED = "routed"  # orders were routed: whoever waits for one looks
    IMPORTS = "imports"  # a file or a shadow run waits to be worked on
    WAVES = "waves"  # a wave rule was committed that runs earlier
    DELIVERIES = "deliveries"  # webhook messages became due
    CONTROLS = "controls"  # a location was capped or a method paused there, for a time that ends
    ALERTS = "alerts"  # a step of an escalation or a silence was committed, for an instant
    KEYS = "keys"  # an API key was made or revoked: whoever remembers keys forgets them


Listener = Callable[[datetime | None], None]


class Wakeups:
    """In-process fan-out. Listeners must be quick and must not raise."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[Topic, list[Listener]] = {topic: [] for topic in Topic}

    def listen(self, topic: Topic, listener: Listener) -> Callable[[], None]:
        """Call `listener` on every signal of `topic`; the returned function stops that."""
        with self._lock:
            self._listeners[topic].append(listener)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners[topic]:
                    self._listeners[topic].remove(listener)

        return stop

    def signal(self, topic: Topic, at: datetime | None = None) -> None:
        """Tell the listeners of `topic`; `at` is when to look, None means now."""
        with self._lock:
            listeners = tuple(self._listeners[topic])
        for listener in listeners:
            listener(at)
