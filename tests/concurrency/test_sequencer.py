"""Commits out of order, and two sequencers at once: a cursor misses nothing and sees nothing twice.

Two transactions side by side exist on PostgreSQL only; SQLite has one writer, so the first test is for PostgreSQL.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from backend.context import Context
from backend.events.queries import feed
from backend.events.sequencer import lock_feed, sequence
from backend.persistence.uow import MANY
from models.events import EventType
from models.tables import Delivery, Event
from tests.support.events import make_subscription, record, relay

POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


class Reader:
    """A consumer that keeps only its cursor."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._cursor = 0
        self.seen: list[str] = []

    def read(self) -> list[str]:
        with self._ctx.read() as uow:
            page = feed(uow, after=self._cursor, limit=7)
        self._cursor = page.next
        self.seen += [event.uid for event in page.items]
        return self.seen


@POSTGRESQL
def test_an_event_that_commits_late_is_not_stepped_over(ctx: Context) -> None:
    reader = Reader(ctx)
    with ctx.uow() as slow:
        early = slow.record(EventType.ORDER_PLACED, subject="order/1", data={})
        slow.flush_events()  # takes its id now, commits at the end of the block
        (late,) = record(ctx)
        relay(ctx)
        assert reader.read() == [late]
    with ctx.read() as uow:
        assert list(uow.session.execute(sa.select(Event.uid).order_by(Event.id)).scalars()) == [early, late]
    relay(ctx)
    assert reader.read() == [late, early]


@POSTGRESQL
def test_a_second_sequencer_waits_for_the_first(ctx: Context) -> None:
    record(ctx, 3)
    started = threading.Event()

    def second() -> int:
        started.set()
        return relay(ctx)

    with ThreadPoolExecutor(1) as pool:
        with ctx.uow() as uow:
            assert lock_feed(uow.session) == 0
            other = pool.submit(second)
            assert started.wait(60)
            assert sequence(uow) == 3
            assert not other.done()
        assert other.result(60) == 0


def test_writers_sequencers_and_a_reader_at_once(ctx: Context) -> None:
    make_subscription(ctx, "all")
    reader = Reader(ctx)
    done = threading.Event()
    written: list[str] = []

    def write(number: int) -> None:
        for round_ in range(15):
            written.extend(record(ctx, 1 + round_ % 3, subject=f"location/{number}"))

    def follow(step: object) -> None:
        while not done.is_set():
            step()  # type: ignore[operator]

    with ThreadPoolExecutor(7) as pool:
        helpers = [pool.submit(follow, step) for step in (lambda: relay(ctx), lambda: relay(ctx), reader.read)]
        for writer in [pool.submit(write, number) for number in range(4)]:
            writer.result(60)
        done.set()
        for helper in helpers:
            helper.result(60)
    while relay(ctx):
        pass
    for _ in range(len(written) // 7 + 1):
        reader.read()
    assert sorted(reader.seen) == sorted(written)
    with ctx.read() as uow:
        assert places(uow.session) == list(range(1, len(written) + 1))
        owed = uow.session.execute(sa.select(Delivery.event_seq, Delivery.subject, Delivery.next_attempt_at)).all()
    assert sorted(seq for seq, _, _ in owed) == list(range(1, len(written) + 1))
    heads = sorted(subject for _, subject, due in owed if due is not None)
    assert heads == [f"location/{number}" for number in range(4)]


def places(session: Session) -> list[int]:
    return sorted(seq for seq in session.execute(sa.select(Event.seq)).scalars() if seq is not None)


@POSTGRESQL
def test_who_numbers_his_own_events_holds_the_feed_until_he_commits(ctx: Context) -> None:
    """Whoever commits meanwhile comes after him, so that a reader of his last place has missed nothing."""
    reader = Reader(ctx)
    (before,) = record(ctx)
    with ThreadPoolExecutor(1) as pool:
        with ctx.uow() as batch:
            own = [batch.record(EventType.ORDER_PLACED, subject="order/1", data={}) for _ in range(MANY)]
            batch.flush_events()
            (meanwhile,) = record(ctx)  # committed already, and cannot be numbered yet
            other = pool.submit(relay, ctx)
            assert reader.read() == []
        assert other.result(60) == 1
    for _ in range(MANY // 7 + 2):
        reader.read()
    assert reader.seen == [before, *own, meanwhile]


@POSTGRESQL
def test_batches_that_number_themselves_leave_no_gap_and_no_double(ctx: Context) -> None:
    make_subscription(ctx, "all")

    def write(number: int) -> list[str]:
        many = [record(ctx, MANY + number, subject=f"location/{number}") for _ in range(3)]
        return [*record(ctx, 2), *(uid for uids in many for uid in uids)]

    with ThreadPoolExecutor(4) as pool:
        uids = [uid for written in pool.map(write, range(4)) for uid in written]
    while relay(ctx):
        pass
    with ctx.read() as uow:
        found = uow.session.execute(sa.select(Event.uid, Event.seq)).all()
        owed = uow.session.scalars(sa.select(Delivery.event_seq)).all()
    assert sorted(uid for uid, _ in found) == sorted(uids)
    assert sorted(seq for _, seq in found) == sorted(owed) == list(range(1, len(uids) + 1))


def test_a_batch_that_fails_takes_no_place(ctx: Context) -> None:
    def fail() -> None:
        with ctx.uow() as uow:
            for _ in range(MANY):
                uow.record(EventType.ORDER_PLACED, subject="order/1", data={})
            uow.flush_events()
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()
    record(ctx, MANY)
    with ctx.read() as uow:
        assert places(uow.session) == list(range(1, MANY + 1))
