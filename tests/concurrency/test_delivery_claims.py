"""Several workers share the work: nobody sends what another has claimed, and no follower is left waiting."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from alerts.delivery.claims import Claim, claim
from alerts.delivery.record import Attempted, record
from alerts.delivery.retry import Answer, Outcome
from backend.clock import system_now
from backend.context import Context
from models.enums import DeliveryStatus
from models.tables import Delivery
from tests.support.events import make_subscription, relay
from tests.support.events import record as happen

SUBJECTS = 4
ROUNDS = 12


def test_workers_and_sequencer_at_once_deliver_each_once_and_in_order(ctx: Context) -> None:
    subscription = make_subscription(ctx, "hook")
    sent: list[Claim] = []
    written: list[str] = []
    all_written = threading.Event()

    def work(name: str) -> None:
        while not (all_written.is_set() and len(sent) >= len(written)):
            with ctx.uow() as uow:
                mine = claim(uow.session, {subscription: 3}, owner=name, now=system_now())
            if not mine:
                continue
            sent.extend(mine)
            tried = [Attempted(one, system_now(), 1, Answer(Outcome.DELIVERED, 200)) for one in mine]
            with ctx.uow() as uow:
                record(uow, tried, owner=name, now=system_now(), jitter=lambda: 0.5)

    def write() -> None:
        for round_ in range(ROUNDS):
            for number in range(SUBJECTS):
                written.extend(happen(ctx, 1 + round_ % 2, subject=f"location/{number}"))
                relay(ctx)
        all_written.set()

    with ThreadPoolExecutor(4) as pool:
        for job in [pool.submit(work, "host:1:a"), pool.submit(work, "host:2:b"), pool.submit(write)]:
            job.result(90)
    assert sorted(one.event.uid for one in sent) == sorted(written)
    for number in range(SUBJECTS):
        order = [one.event.uid for one in sent if one.subject == f"location/{number}"]
        assert order == [uid for uid in written if uid in set(order)]
    with ctx.read() as uow:
        statuses = set(uow.session.execute(sa.select(Delivery.status)).scalars())
    assert statuses == {DeliveryStatus.DELIVERED.value}


def test_a_result_that_comes_after_the_claim_was_taken_away_changes_nothing(ctx: Context) -> None:
    subscription = make_subscription(ctx, "hook")
    happen(ctx)
    relay(ctx)
    with ctx.uow() as uow:
        (mine,) = claim(uow.session, {subscription: 1}, owner="host:1:a", now=system_now())
    with ctx.uow() as uow:
        uow.session.execute(sa.update(Delivery).values(claimed_by="host:2:b"))
    tried = [Attempted(mine, system_now(), 1, Answer(Outcome.DELIVERED, 200))]
    with ctx.uow() as uow:
        record(uow, tried, owner="host:1:a", now=system_now(), jitter=lambda: 0.5)
    with ctx.read() as uow:
        found = uow.session.execute(sa.select(Delivery.status, Delivery.claimed_by, Delivery.attempts)).one()
    assert tuple(found) == ("sending", "host:2:b", 0)
