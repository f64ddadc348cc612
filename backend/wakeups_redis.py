"""Signals between processes by Redis: publish and subscribe."""

from __future__ import annotations

from collections.abc import Sequence

import redis

from backend.wakeups_shared import CHANNEL, SharedWakeups


class RedisWakeups(SharedWakeups):
    """Wakeups that other processes on the same Redis hear too."""

    carrier = "Redis"
    away = (redis.RedisError, OSError)

    def __init__(self, url: str) -> None:
        super().__init__()
        self._client: redis.Redis = redis.Redis.from_url(
            url, client_name=self.name, socket_connect_timeout=2, socket_timeout=2, health_check_interval=10
        )

    def close(self) -> None:
        """Stop both threads and hang up."""
        super().close()
        self._client.close()

    def _send(self, messages: Sequence[str]) -> None:
        for message in messages:
            self._client.publish(CHANNEL, message)

    def _hear(self) -> None:
        with self._client.pubsub(ignore_subscribe_messages=True) as subscription:  # type: ignore[no-untyped-call]
            subscription.subscribe(CHANNEL)
            while not self.closed:
                message = subscription.get_message(timeout=0.5)
                if message is not None:
                    self._pass_on(message["data"])
