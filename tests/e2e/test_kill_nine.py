"""A worker is killed with SIGKILL again and again: every event still arrives, always under the same id."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from backend.context import Context
from models.enums import DeliveryStatus
from models.tables import Delivery, Event
from tests.support.channels import make_channel
from tests.support.events import make_subscription, record
from tests.support.kills import KEYS, tell_and_kill
from tests.support.ports import eventually
from tests.support.receiver import HANGS, Answer, Receiver
from tests.support.server import Program
from tests.support.webhooks import ids

pytestmark = pytest.mark.e2e

ROUNDS = 3


@pytest.fixture
def worker(ctx: Context, tmp_path: Path) -> Program:
    """Return a worker process on the fixtures' database, not started yet."""
    return Program(
        "worker",
        folder=tmp_path / "worker",
        DATABASE_URL=ctx.engine.url.render_as_string(hide_password=False),
        PICKWATCH_WEBHOOK_ALLOWED_HOSTS='["127.0.0.1"]',
    )


def all_delivered(ctx: Context, count: int) -> bool:
    with ctx.read() as uow:
        statuses = list(uow.session.execute(sa.select(Delivery.status)).scalars())
    return len(statuses) == count and set(statuses) == {DeliveryStatus.DELIVERED.value}


def test_killed_between_send_and_record_it_is_sent_again(ctx: Context, worker: Program) -> None:
    with Receiver() as receiver, worker:
        receiver.plan(HANGS)
        make_subscription(ctx, "hook", url=receiver.url, types=["sla.location.changed"])
        first, second = record(ctx, 2, subject="location/A")
        receiver.wait_for(1)  # committed, claimed and sent; nobody has heard an answer
        worker.kill()
        with ctx.read() as uow:
            claimed = uow.session.execute(sa.select(Delivery.status).order_by(Delivery.event_seq)).scalars()
            assert list(claimed) == ["sending", "pending"]
        worker.start()
        eventually(lambda: all_delivered(ctx, 2), what=f"both deliveries; {worker.log}")
        assert ids(receiver) == [first, first, second]


def test_killed_at_any_moment_nothing_is_lost(ctx: Context, worker: Program) -> None:
    written: list[str] = []
    dice = random.Random(7)
    with Receiver() as receiver, worker:
        receiver.always(Answer(hang=0.02))
        make_subscription(ctx, "hook", url=receiver.url, types=["sla.location.changed"])
        for _ in range(ROUNDS):
            before = len(receiver.received)
            for number in range(40):
                written += record(ctx, subject=f"location/{number % 10}")
            receiver.wait_for(before + 1)
            time.sleep(dice.uniform(0, 0.2))  # somewhere between the first send and the last record
            worker.kill()
            worker.start()
        eventually(lambda: all_delivered(ctx, len(written)), what=f"all deliveries; {worker.log}")
    got = receiver.received
    assert {request.headers["webhook-id"] for request in got} == set(written)
    assert all(json.loads(request.body)["id"] == request.headers["webhook-id"] for request in got)
    by_id = {request.headers["webhook-id"]: request.body for request in got}
    assert all(by_id[request.headers["webhook-id"]] == request.body for request in got)
    first_arrivals = list(dict.fromkeys(ids(receiver)))
    for number in range(10):
        with ctx.read() as uow:
            mine = uow.session.execute(
                sa.select(Event.uid).where(Event.subject == f"location/{number}").order_by(Event.seq)
            ).scalars()
            order = list(mine)
        assert [uid for uid in first_arrivals if uid in set(order)] == order


def test_killed_at_any_moment_every_notice_arrives_and_no_resolve_comes_first(ctx: Context, worker: Program) -> None:
    with Receiver() as receiver, worker:
        receiver.always(Answer(hang=0.02))
        make_channel(ctx, "ops", url=receiver.url)
        seen = tell_and_kill(ctx, worker, receiver, code="ops", kills=ROUNDS, seed=11)
    assert len(seen.told) == ROUNDS * KEYS * 2
    assert (seen.lost, seen.strange, seen.early) == (set(), set(), [])
