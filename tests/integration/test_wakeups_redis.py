"""Signals between two processes' wakeups over a real Redis: heard elsewhere, once here, and again after an outage."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import redis

from backend.config import Settings
from backend.runtime import build
from backend.wakeups import Topic, Wakeups
from backend.wakeups_redis import RedisWakeups
from backend.wakeups_shared import CHANNEL
from tests.support.ports import eventually, free_port

URL = os.environ.get("PICKWATCH_TEST_REDIS", "redis://127.0.0.1:6379/0")
NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)

Pair = tuple[RedisWakeups, RedisWakeups]


@pytest.fixture
def pair() -> Iterator[Pair]:
    here, there = RedisWakeups(URL), RedisWakeups(URL)
    yield here, there
    here.close()
    there.close()


def heard_by(wakeups: Wakeups, topic: Topic) -> list[datetime | None]:
    heard: list[datetime | None] = []
    wakeups.listen(topic, heard.append)
    return heard


def connected(here: RedisWakeups, there: RedisWakeups) -> None:
    """Wait until both hear each other."""
    for one, other in ((here, there), (there, here)):
        heard = heard_by(other, Topic.SLA)

        def arrived(one: RedisWakeups = one, heard: list[datetime | None] = heard) -> bool:
            one.signal(Topic.SLA)
            return bool(heard)

        eventually(arrived)


def test_a_signal_is_heard_there_and_once_here(pair: Pair) -> None:
    here, there = pair
    connected(here, there)
    mine, theirs = heard_by(here, Topic.EVENTS), heard_by(there, Topic.EVENTS)
    here.signal(Topic.EVENTS, NOON)
    eventually(lambda: theirs == [NOON])
    there.signal(Topic.EVENTS)
    eventually(lambda: mine == [NOON, None])  # its own came back from Redis meanwhile, and was not heard twice
    assert theirs == [NOON, None]


def test_local_listeners_do_not_need_redis() -> None:
    alone = RedisWakeups(f"redis://127.0.0.1:{free_port()}/0")
    heard = heard_by(alone, Topic.EVENTS)
    alone.signal(Topic.EVENTS, NOON)
    assert heard == [NOON]
    alone.close()


def test_after_an_outage_signals_are_heard_again(pair: Pair) -> None:
    here, there = pair
    connected(here, there)
    with redis.Redis.from_url(URL) as admin:
        for client in admin.client_list():
            if client["name"] in (here.name, there.name):
                admin.client_kill_filter(_id=client["id"])
    heard = heard_by(there, Topic.DELIVERIES)

    def arrived() -> bool:
        here.signal(Topic.DELIVERIES)
        return bool(heard)

    eventually(arrived)


def test_foreign_messages_do_no_harm(pair: Pair) -> None:
    here, there = pair
    connected(here, there)
    heard = heard_by(here, Topic.EVENTS)
    with redis.Redis.from_url(URL) as stranger:
        for text in ("", "[]", "{}", '{"topic": "x", "at": null, "from": ""}', "\xff"):
            stranger.publish(CHANNEL, text)
    there.signal(Topic.EVENTS)
    eventually(lambda: heard == [None])


def test_the_program_uses_redis_when_it_is_set() -> None:
    before = threading.active_count()
    with_redis = build(Settings(database_url="sqlite:///:memory:", redis_url=URL))
    assert isinstance(with_redis.wakeups, RedisWakeups)
    assert threading.active_count() == before  # nothing connects until it is needed
    assert type(build(Settings(database_url="sqlite:///:memory:", redis_url=None)).wakeups) is Wakeups
