"""Signals between processes over PostgreSQL alone: heard elsewhere, once here, and again after an outage."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from backend.config import Settings
from backend.context import Context
from backend.orders import service
from backend.runtime import build
from backend.wakeups import Topic, Wakeups
from backend.wakeups_postgres import PostgresWakeups
from backend.wakeups_shared import CHANNEL
from tests.support.databases import TestDatabase
from tests.support.ports import eventually, free_port
from tests.support.shop import open_shop, order

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
HANGS = 60

Pair = tuple[Context, Context]


@pytest.fixture
def pair(postgres_database: TestDatabase) -> Iterator[Pair]:
    """Two processes' contexts on one database, as the program builds them without Redis."""
    url = postgres_database.empty()
    here, there = (build(Settings(database_url=url, redis_url=None)) for _ in range(2))
    yield here, there
    for ctx in (here, there):
        assert isinstance(ctx.wakeups, PostgresWakeups)
        ctx.wakeups.close()
        ctx.engine.dispose()


def heard_by(wakeups: Wakeups, topic: Topic) -> list[datetime | None]:
    heard: list[datetime | None] = []
    wakeups.listen(topic, heard.append)
    return heard


def connected(here: Context, there: Context) -> None:
    """Wait until both hear each other."""
    for one, other in ((here, there), (there, here)):
        heard = heard_by(other.wakeups, Topic.SLA)

        def arrived(one: Context = one, heard: list[datetime | None] = heard) -> bool:
            one.wakeups.signal(Topic.SLA)
            return bool(heard)

        eventually(arrived)


def test_a_signal_is_heard_there_and_once_here(pair: Pair) -> None:
    here, there = pair
    connected(here, there)
    mine, theirs = heard_by(here.wakeups, Topic.EVENTS), heard_by(there.wakeups, Topic.EVENTS)
    here.wakeups.signal(Topic.EVENTS, NOON)
    eventually(lambda: theirs == [NOON])
    there.wakeups.signal(Topic.EVENTS)
    eventually(lambda: mine == [NOON, None])  # its own came back meanwhile, and was not heard twice
    assert theirs == [NOON, None]


def test_an_order_that_is_committed_here_wakes_routing_there(pair: Pair) -> None:
    here, there = pair
    open_shop(here, {"CHI": {"tea": 5}})
    connected(here, there)
    woken = threading.Event()
    there.wakeups.listen(Topic.ROUTING, lambda _at: woken.set())
    with here.uow() as uow:
        service.accept(uow, [order("A-1")])
        assert not woken.is_set()
    assert woken.wait(HANGS)


def test_signals_that_come_close_together_are_sent_as_one(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = pair
    connected(here, there)
    sent: list[str] = []
    go = threading.Event()
    real = here.wakeups._send  # type: ignore[attr-defined]

    def held(messages: list[str]) -> None:
        sent.extend(messages)
        go.wait(HANGS)
        real(messages)

    monkeypatch.setattr(here.wakeups, "_send", held)
    heard = heard_by(there.wakeups, Topic.IMPORTS)
    here.wakeups.signal(Topic.EVENTS)
    eventually(lambda: sent)
    for _ in range(100):
        here.wakeups.signal(Topic.IMPORTS)
    go.set()
    eventually(lambda: heard == [None])
    assert sum(Topic.IMPORTS.value in message for message in sent) == 1


def test_after_the_connections_were_lost_signals_are_heard_again(pair: Pair) -> None:
    here, there = pair
    connected(here, there)
    lost = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'pickwatch-%'")
    with here.engine.begin() as connection:
        assert len(connection.execute(lost).all()) == 4  # there and back, twice
    heard = heard_by(there.wakeups, Topic.DELIVERIES)

    def arrived() -> bool:
        here.wakeups.signal(Topic.DELIVERIES)
        return bool(heard)

    eventually(arrived)


def test_foreign_messages_do_no_harm(pair: Pair) -> None:
    here, there = pair
    connected(here, there)
    heard = heard_by(here.wakeups, Topic.EVENTS)
    with here.engine.begin() as stranger:
        for text in ("", "[]", "{}", '{"topic": "x", "at": null, "from": ""}'):
            stranger.execute(sa.select(sa.func.pg_notify(CHANNEL, text)))
    there.wakeups.signal(Topic.EVENTS)
    eventually(lambda: heard == [None])


def test_local_listeners_do_not_need_the_database() -> None:
    nobody = build(Settings(database_url=f"postgresql://root@127.0.0.1:{free_port()}/none", redis_url=None))
    assert isinstance(nobody.wakeups, PostgresWakeups)
    heard = heard_by(nobody.wakeups, Topic.EVENTS)
    nobody.wakeups.signal(Topic.EVENTS, NOON)
    assert heard == [NOON]
    nobody.wakeups.close()


def test_nothing_connects_until_it_is_needed(postgres_database: TestDatabase) -> None:
    before = threading.active_count()
    url = postgres_database.url.render_as_string(hide_password=False)
    assert isinstance(build(Settings(database_url=url, redis_url=None)).wakeups, PostgresWakeups)
    assert threading.active_count() == before
