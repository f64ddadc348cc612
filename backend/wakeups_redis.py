"""Signals between processes, by Redis publish and subscribe. Losing Redis costs only latency: whoever waits also polls.

Signals reach this process's own listeners first and directly; Redis only carries them to the others.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import redis

from backend.wakeups import Listener, Topic, Wakeups

log = logging.getLogger(__name__)

CHANNEL = "pickwatch:wakeups"
_RETRY_SECONDS = 1.0


class RedisWakeups(Wakeups):
    """Wakeups that other processes on the same Redis hear too. Nothing connects until the first listener or signal."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.name = f"pickwatch-{secrets.token_hex(8)}"
        self._client: redis.Redis = redis.Redis.from_url(
            url, client_name=self.name, socket_connect_timeout=2, socket_timeout=2, health_check_interval=10
        )
        self._waiting: dict[Topic, datetime | None] = {}
        self._pending = threading.Condition()
        self._closed = threading.Event()
        self._threads: list[threading.Thread] = []

    def listen(self, topic: Topic, listener: Listener) -> Callable[[], None]:
        """Call `listener` on every signal of `topic`, from any process."""
        self._connect()
        return super().listen(topic, listener)

    def signal(self, topic: Topic, at: datetime | None = None) -> None:
        """Tell the listeners here at once, and those elsewhere as soon as Redis takes it; never blocks."""
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
        self._client.close()

    def _connect(self) -> None:
        with self._pending:
            if self._threads or self._closed.is_set():
                return
            for name, work in (("wakeups-out", self._publish), ("wakeups-in", self._hear)):
                thread = threading.Thread(target=self._forever, args=(work,), name=name, daemon=True)
                self._threads.append(thread)
        for thread in self._threads:
            thread.start()

    def _forever(self, work: Callable[[], None]) -> None:
        told = False
        while not self._closed.is_set():
            try:
                work()
                told = False
            except (redis.RedisError, OSError) as error:
                if not told:
                    log.warning("Redis is away (%s); signals between processes take a moment longer", error)
                    told = True
                self._closed.wait(_RETRY_SECONDS)

    def _publish(self) -> None:
        with self._pending:
            self._pending.wait_for(lambda: self._waiting or self._closed.is_set())
            waiting, self._waiting = self._waiting, {}
        for topic, at in waiting.items():
            message = {"from": self.name, "topic": topic.value, "at": at.isoformat() if at else None}
            self._client.publish(CHANNEL, json.dumps(message))

    def _hear(self) -> None:
        with self._client.pubsub(ignore_subscribe_messages=True) as subscription:  # type: ignore[no-untyped-call]
            subscription.subscribe(CHANNEL)
            while not self._closed.is_set():
                message = subscription.get_message(timeout=0.5)
                if message is not None:
                    self._pass_on(message["data"])

    def _pass_on(self, data: Any) -> None:
        try:
            message = json.loads(data)
            topic, at = Topic(message["topic"]), message["at"]
            instant = datetime.fromisoformat(at) if at else None
            mine = message["from"] == self.name
        except (ValueError, KeyError, TypeError):
            log.warning("somebody else writes to the Redis channel %s", CHANNEL)
            return
        if not mine:
            super().signal(topic, instant)
