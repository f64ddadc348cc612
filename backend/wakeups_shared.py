"""Signals between processes, whatever carries them. Losing the carrier costs only latency: whoever waits also polls.

Signals reach this process's own listeners first and directly; the carrier only takes them to the others.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from backend.wakeups import Listener, Topic, Wakeups

log = logging.getLogger(__name__)

CHANNEL = "pickwatch:wakeups"
_RETRY_SECONDS = 1.0


class SharedWakeups(Wakeups, ABC):
    """Wakeups that other processes hear too, by two threads. Nothing connects until the first listener or signal."""

    #: Who carries, as the log calls it, and what it raises when it is away.
    carrier: ClassVar[str]
    away: ClassVar[tuple[type[Exception], ...]]
    #: Seconds between two messages of this process at least; what is signalled meanwhile goes with the next.
    gap: ClassVar[float] = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.name = f"pickwatch-{secrets.token_hex(8)}"
        self._waiting: dict[Topic, datetime | None] = {}
        self._pending = threading.Condition()
        self._closed = threading.Event()
        self._threads: list[threading.Thread] = []

    def listen(self, topic: Topic, listener: Listener) -> Callable[[], None]:
        """Call `listener` on every signal of `topic`, from any process."""
        self._connect()
        return super().listen(topic, listener)

    def signal(self, topic: Topic, at: datetime | None = None) -> None:
        """Tell the listeners here at once, and those elsewhere as soon as the carrier takes it; never blocks."""
        super().signal(topic, at)
        self._connect()
        with self._pending:
            if topic not in self._waiting:
                self._waiting[topic] = at
            else:  # signals that pile up while one is sent become one, for the earliest instant
                known = self._waiting[topic]
                self._waiting[topic] = None if at is None or known is None else min(at, known)
            self._pending.notify()

    def close(self) -> None:
        """Stop both threads."""
        self._closed.set()
        with self._pending:
            self._pending.notify()
        for thread in self._threads:
            thread.join(5)

    @abstractmethod
    def _send(self, messages: Sequence[str]) -> None:
        """Give these to the carrier."""

    @abstractmethod
    def _hear(self) -> None:
        """Pass on what the carrier brings, until `closed`."""

    @property
    def closed(self) -> bool:
        """Whether it is time to end."""
        return self._closed.is_set()

    def _connect(self) -> None:
        with self._pending:
            if self._threads or self.closed:
                return
            for name, work in (("wakeups-out", self._publish), ("wakeups-in", self._hear)):
                thread = threading.Thread(target=self._forever, args=(work,), name=name, daemon=True)
                self._threads.append(thread)
        for thread in self._threads:
            thread.start()

    def _forever(self, work: Callable[[], None]) -> None:
        told = False
        while not self.closed:
            try:
                work()
                told = False
            except self.away as error:
                if not told:
                    log.warning("%s is away (%s); signals between processes take a moment longer", self.carrier, error)
                    told = True
                self._closed.wait(_RETRY_SECONDS)

    def _publish(self) -> None:
        with self._pending:
            self._pending.wait_for(lambda: self._waiting or self.closed)
            waiting, self._waiting = self._waiting, {}
        if waiting:
            self._send(
                [
                    json.dumps({"from": self.name, "topic": topic.value, "at": at.isoformat() if at else None})
                    for topic, at in waiting.items()
                ]
            )
            self._closed.wait(self.gap)

    def _pass_on(self, data: Any) -> None:
        try:
            message = json.loads(data)
            topic, at = Topic(message["topic"]), message["at"]
            instant = datetime.fromisoformat(at) if at else None
            mine = message["from"] == self.name
        except (ValueError, KeyError, TypeError):
            log.warning("somebody else writes to the channel %s of %s", CHANNEL, self.carrier)
            return
        if not mine:
            super().signal(topic, instant)
