"""Webhooks through the real worker to real receivers of every kind: each gets what is owed, none delays another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook

from alerts.delivery.claims import claim
from alerts.queries import DeliveryView
from backend.clock import system_now
from backend.context import Context
from backend.events.deliveries import get_delivery, list_deliveries, replay_delivery
from backend.events.subscriptions import get_subscription
from backend.jobs.webhooks import WebhookService
from models.enums import DeliveryStatus
from models.events import EventType
from models.tables import Delivery, Event, Subscription
from tests.support.events import SECRET, make_subscription, record, relay
from tests.support.receiver import Receiver, eventually, running_receiver

Run = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def ctx(ctx: Context) -> Context:
    """Return the context with local receivers allowed and little patience."""
    changed = {"webhook_allowed_hosts": ["127.0.0.1"], "webhook_timeout_seconds": 1.0, "webhook_concurrency": 8}
    return replace(ctx, settings=ctx.settings.model_copy(update=changed))


@contextmanager
def delivering(ctx: Context) -> Iterator[None]:
    service = WebhookService(ctx)
    service.start()
    try:
        yield
    finally:
        service.stop()


def all_deliveries(ctx: Context) -> list[DeliveryView]:
    with ctx.read() as uow:
        return [get_delivery(uow, row.id) for row in reversed(list_deliveries(uow, limit=500))]


def finished(ctx: Context, count: int) -> Callable[[], bool]:
    return lambda: sum(row.attempts > 0 for row in all_deliveries(ctx)) >= count


def test_a_message_can_be_verified_and_is_a_cloud_event(ctx: Context, receiver: Receiver) -> None:
    make_subscription(ctx, "hook", url=receiver.url())
    (uid,) = record(ctx, subject="location/ATL – ünïcode")
    relay(ctx)
    with delivering(ctx):
        eventually(finished(ctx, 1))
    (request,) = receiver.at("/ok")
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
    assert (attempt.number, attempt.status_code, attempt.outcome, attempt.response) == (
        1,
        200,
        "delivered",
        "thank you",
    )


def test_events_of_a_subject_arrive_in_order_and_each_once(ctx: Context, receiver: Receiver) -> None:
    make_subscription(ctx, "hook", url=receiver.url())
    with delivering(ctx):
        sent = [record(ctx, 10, subject=f"location/{name}") for name in "ABC"]
        relay(ctx)
        eventually(lambda: len(receiver.requests) >= 30)
    assert sorted(receiver.ids()) == sorted(uid for uids in sent for uid in uids)
    for uids in sent:
        assert [uid for uid in receiver.ids() if uid in uids] == uids


def test_a_later_event_waits_for_an_earlier_one_that_failed(ctx: Context, receiver: Receiver) -> None:
    receiver.status["/ok"] = [500, 200]
    make_subscription(ctx, "hook", url=receiver.url())
    first, second = record(ctx, 2, subject="location/A")
    relay(ctx)
    with delivering(ctx):
        eventually(finished(ctx, 1))
        (other,) = record(ctx, 1, subject="location/B")
        relay(ctx)
        eventually(finished(ctx, 2))
        assert receiver.ids() == [first, other]
        make_due(ctx)
        eventually(finished(ctx, 3))
    assert receiver.ids() == [first, other, first, second]
    assert [row.status for row in all_deliveries(ctx)] == [DeliveryStatus.DELIVERED] * 3


def make_due(ctx: Context) -> None:
    """Let the time of the next attempt come."""
    with ctx.uow() as uow:
        uow.session.execute(
            sa.update(Delivery)
            .where(Delivery.status == "pending", Delivery.next_attempt_at.is_not(None))  # type: ignore[union-attr]
            .values(next_attempt_at=system_now())
        )


@pytest.mark.parametrize(
    ("path", "outcome", "status_code"),
    [
        ("/redirect", "redirected", 302),
        ("/teapot", "rejected", 418),
        ("/broken", "rejected", 500),
        ("/drop", "unreachable", None),
        ("/garbage", "unreachable", None),
        ("/hang", "timed_out", None),
        ("/slow-down", "rejected", 429),
    ],
)
def test_a_failure_is_on_record_and_tried_again_later(
    ctx: Context, receiver: Receiver, path: str, outcome: str, status_code: int | None
) -> None:
    receiver.status |= {"/teapot": [418], "/broken": [500]}
    make_subscription(ctx, "hook", url=receiver.url(path))
    record(ctx)
    relay(ctx)
    with delivering(ctx):
        eventually(finished(ctx, 1))
    (row,) = all_deliveries(ctx)
    assert (row.status, row.attempts, row.last_status_code) == (DeliveryStatus.PENDING, 1, status_code)
    assert (row.tries[0].outcome, row.tries[0].status_code) == (outcome, status_code)
    assert row.last_error
    assert row.next_attempt_at is not None
    waited = row.next_attempt_at - row.tries[0].started_at
    assert waited > timedelta(seconds=7190 if path == "/slow-down" else 3.9)
    assert receiver.at("/elsewhere") == []
    with ctx.read() as uow:
        assert get_subscription(uow, "hook").failing_since is not None


def test_nobody_listening_is_a_failure_too(ctx: Context, receiver: Receiver) -> None:
    make_subscription(ctx, "hook", url="http://127.0.0.1:1/")
    record(ctx)
    relay(ctx)
    with delivering(ctx):
        eventually(finished(ctx, 1))
    assert all_deliveries(ctx)[0].tries[0].outcome == "unreachable"


def test_a_hundred_megabytes_are_not_read(ctx: Context, receiver: Receiver) -> None:
    make_subscription(ctx, "hook", url=receiver.url("/huge"))
    record(ctx)
    relay(ctx)
    with delivering(ctx):
        eventually(finished(ctx, 1))
    (row,) = all_deliveries(ctx)
    assert row.status is DeliveryStatus.DELIVERED
    assert row.tries[0].response == "x" * 2048
    assert receiver.sent_bytes < 16 * 1024 * 1024  # what fits into the buffers of the two kernels, at most


def test_410_disables_the_subscription_and_says_so(ctx: Context, receiver: Receiver) -> None:
    receiver.status["/gone"] = [410]
    make_subscription(ctx, "hook", url=receiver.url("/gone"))
    record(ctx, 3)
    relay(ctx)
    with delivering(ctx):
        eventually(finished(ctx, 1))
    with ctx.read() as uow:
        view = get_subscription(uow, "hook")
        told = uow.session.execute(
            sa.select(Event.data).where(Event.type == EventType.SUBSCRIPTION_CHANGED.value)
        ).scalar_one()
    assert (view.enabled, view.disabled_reason) == (False, "The receiver answered 410 Gone.")
    assert told["change"] == "disabled"
    assert [row.status for row in all_deliveries(ctx)] == [DeliveryStatus.DEAD] * 3
    assert len(receiver.requests) == 1


def test_receivers_that_hang_delay_nobody_else(ctx: Context, receiver: Receiver) -> None:
    for number in range(3):
        make_subscription(ctx, f"hangs-{number}", url=receiver.url("/hang"), failing_since=system_now())
    make_subscription(ctx, "works", url=receiver.url())
    for number in range(20):
        record(ctx, subject=f"location/{number}")
    relay(ctx)
    settings = ctx.settings.model_copy(update={"webhook_timeout_seconds": 20.0})
    with delivering(replace(ctx, settings=settings)):
        eventually(lambda: len(receiver.at("/ok")) == 20)
        assert len(receiver.at("/hang")) <= 4  # still in their first attempts: half of the slots at most
        receiver.released.set()


def test_a_private_address_is_never_called(ctx: Context, receiver: Receiver) -> None:
    make_subscription(ctx, "hook", url=receiver.url(host="localhost"))  # stored before the guard, or a name that moved
    record(ctx)
    relay(ctx)
    with delivering(ctx):
        eventually(finished(ctx, 1))
    (row,) = all_deliveries(ctx)
    assert row.tries[0].outcome == "refused"
    assert "PICKWATCH_WEBHOOK_ALLOWED_HOSTS" in (row.last_error or "")
    assert receiver.requests == []


def test_after_an_outage_everything_that_waits_goes_at_once(ctx: Context, receiver: Receiver) -> None:
    make_subscription(ctx, "hook", url=receiver.url(), failing_since=system_now() - timedelta(hours=1))
    record(ctx, subject="location/A")
    relay(ctx)
    with ctx.uow() as uow:
        uow.session.execute(sa.update(Delivery).values(next_attempt_at=system_now() + timedelta(hours=2)))
    record(ctx, subject="location/B")
    relay(ctx)
    with delivering(ctx):
        eventually(lambda: len(receiver.requests) == 2)
    with ctx.read() as uow:
        assert get_subscription(uow, "hook").failing_since is None


def test_a_receiver_that_took_nothing_for_days_is_disabled(ctx: Context, receiver: Receiver) -> None:
    receiver.status["/broken"] = [500]
    make_subscription(ctx, "hook", url=receiver.url("/broken"), failing_since=system_now() - timedelta(days=6))
    record(ctx, 2)
    relay(ctx)
    with delivering(ctx):
        eventually(lambda: all_deliveries(ctx)[1].status is DeliveryStatus.DEAD)
    with ctx.read() as uow:
        assert not get_subscription(uow, "hook").enabled


def test_replay_sends_the_same_message_again(ctx: Context, receiver: Receiver) -> None:
    make_subscription(ctx, "hook", url=receiver.url())
    (uid,) = record(ctx)
    relay(ctx)
    with delivering(ctx):
        eventually(finished(ctx, 1))
        with ctx.uow() as uow:
            replay_delivery(uow, all_deliveries(ctx)[0].id)
        eventually(lambda: all_deliveries(ctx)[0].attempts == 2)
    assert receiver.ids() == [uid, uid]
    assert receiver.requests[0].body == receiver.requests[1].body
    assert [attempt.number for attempt in all_deliveries(ctx)[0].tries] == [1, 2]


def test_what_a_dead_process_had_claimed_is_sent_at_once(ctx: Context, receiver: Receiver) -> None:
    subscription = make_subscription(ctx, "hook", url=receiver.url())
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
        eventually(lambda: len(receiver.requests) == 2)
    assert receiver.ids() == uids


def test_what_a_living_process_has_claimed_is_left_alone(ctx: Context, receiver: Receiver) -> None:
    subscription = make_subscription(ctx, "hook", url=receiver.url())
    make_subscription(ctx, "other", url=receiver.url("/other"))
    record(ctx)
    relay(ctx)
    with ctx.uow() as uow:
        claim(uow.session, {subscription: 5}, owner="elsewhere:1:alive", now=system_now())
    with delivering(ctx):
        eventually(lambda: len(receiver.at("/other")) == 1)
    assert receiver.at("/ok") == []
    with ctx.read() as uow:
        assert (
            uow.session.execute(
                sa.select(Delivery.claimed_by)
                .join(Subscription, Subscription.id == Delivery.subscription_id)
                .where(Subscription.code == "hook")
            ).scalar_one()
            == "elsewhere:1:alive"
        )
