"""Webhooks through the real worker to a real receiver: verifiable, in order, once each, not lost with a process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook

from alerts.delivery.claims import claim
from backend.clock import system_now
from backend.context import Context
from backend.events.deliveries import replay_delivery
from backend.events.subscriptions import get_subscription
from models.enums import DeliveryStatus
from models.tables import Delivery
from tests.support.events import SECRET, make_subscription, record, relay
from tests.support.ports import eventually
from tests.support.receiver import FAILS, Receiver
from tests.support.webhooks import all_deliveries, attempted, delivering, ids, make_due, with_settings


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def ctx(ctx: Context) -> Context:
    return with_settings(ctx)


def test_a_message_can_be_verified_and_is_a_cloud_event(ctx: Context, receiver: Receiver) -> None:
    make_subscription(ctx, "hook", url=receiver.url)
    (uid,) = record(ctx, subject="location/ATL – ünïcode")
    relay(ctx)
    with delivering(ctx):
        eventually(attempted(ctx, 1))
    (request,) = receiver.received
    body = Webhook(SECRET).verify(request.body, request.headers)
    assert request.headers["webhook-id"] == body["id"] == uid
    assert request.headers["content-type"] == "application/cloudevents+json"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert {key: body[key] for key in ("specversion", "type", "subject", "datacontenttype", "data")} == {
        "specversion": "1.0",
        "type": "sla.location.changed",
        "subject": "location/ATL – ünïcode",
        "datacontenttype": "application/json",
        "data": {"number": 0},
    }
    (row,) = all_deliveries(ctx)
    assert (row.status, row.attempts, row.next_attempt_at) == (DeliveryStatus.DELIVERED, 1, None)
    (attempt,) = row.tries
    assert (attempt.number, attempt.status_code, attempt.outcome, attempt.response) == (1, 204, "delivered", "")


def test_events_of_a_subject_arrive_in_order_and_each_once(ctx: Context, receiver: Receiver) -> None:
    make_subscription(ctx, "hook", url=receiver.url)
    with delivering(ctx):
        sent = [record(ctx, 10, subject=f"location/{name}") for name in "ABC"]
        relay(ctx)
        eventually(lambda: len(receiver.received) >= 30)
    assert sorted(ids(receiver)) == sorted(uid for uids in sent for uid in uids)
    for uids in sent:
        assert [uid for uid in ids(receiver) if uid in uids] == uids


def test_a_later_event_waits_for_an_earlier_one_that_failed(ctx: Context, receiver: Receiver) -> None:
    receiver.plan(FAILS)
    make_subscription(ctx, "hook", url=receiver.url)
    first, second = record(ctx, 2, subject="location/A")
    relay(ctx)
    with delivering(ctx):
        eventually(attempted(ctx, 1))
        (other,) = record(ctx, 1, subject="location/B")
        relay(ctx)
        eventually(attempted(ctx, 2))
        assert ids(receiver) == [first, other]
        make_due(ctx)
        eventually(attempted(ctx, 3))
    assert ids(receiver) == [first, other, first, second]
    assert [row.status for row in all_deliveries(ctx)] == [DeliveryStatus.DELIVERED] * 3


def test_after_an_outage_everything_that_waits_goes_at_once(ctx: Context, receiver: Receiver) -> None:
    make_subscription(ctx, "hook", url=receiver.url, failing_since=system_now() - timedelta(hours=1))
    record(ctx, subject="location/A")
    relay(ctx)
    with ctx.uow() as uow:
        uow.session.execute(sa.update(Delivery).values(next_attempt_at=system_now() + timedelta(hours=2)))
    record(ctx, subject="location/B")
    relay(ctx)
    with delivering(ctx):
        eventually(lambda: len(receiver.received) == 2)
    with ctx.read() as uow:
        assert get_subscription(uow, "hook").failing_since is None


def test_replay_sends_the_same_message_again(ctx: Context, receiver: Receiver) -> None:
    make_subscription(ctx, "hook", url=receiver.url)
    (uid,) = record(ctx)
    relay(ctx)
    with delivering(ctx):
        eventually(attempted(ctx, 1))
        with ctx.uow() as uow:
            replay_delivery(uow, all_deliveries(ctx)[0].id)
        eventually(lambda: all_deliveries(ctx)[0].attempts == 2)
    assert ids(receiver) == [uid, uid]
    assert receiver.received[0].body == receiver.received[1].body
    assert [attempt.number for attempt in all_deliveries(ctx)[0].tries] == [1, 2]


def test_what_a_dead_process_had_claimed_is_sent_at_once(ctx: Context, receiver: Receiver) -> None:
    subscription = make_subscription(ctx, "hook", url=receiver.url)
    uids = record(ctx, 2)
    relay(ctx)
    with ctx.uow() as uow:  # a process that was killed between its commit and the send
        assert (
            len(
                claim(uow.session, {subscription: 5}, owner="elsewhere:1:dead", now=system_now() - timedelta(minutes=1))
            )
            == 0
        )
        claimed = claim(uow.session, {subscription: 5}, owner="elsewhere:1:dead", now=system_now())
        assert len(claimed) == 1
        uow.session.execute(sa.text("UPDATE job_lease SET expires_at = :past"), {"past": system_now() - timedelta(1)})
    with delivering(ctx):
        eventually(lambda: len(receiver.received) == 2)
    assert ids(receiver) == uids


def test_what_a_living_process_has_claimed_is_left_alone(ctx: Context, receiver: Receiver) -> None:
    subscription = make_subscription(ctx, "hook", url=receiver.url)
    record(ctx, subject="location/A")
    relay(ctx)
    with ctx.uow() as uow:
        claim(uow.session, {subscription: 5}, owner="elsewhere:1:alive", now=system_now())
    (other,) = record(ctx, subject="location/B")
    relay(ctx)
    with delivering(ctx):
        eventually(attempted(ctx, 1))
    assert ids(receiver) == [other]
    with ctx.read() as uow:
        owners = set(uow.session.execute(sa.select(Delivery.claimed_by)).scalars())
    assert owners == {"elsewhere:1:alive", None}
